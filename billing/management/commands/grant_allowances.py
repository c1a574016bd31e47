from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from billing import granting
from foundation.credits import written
from foundation.paragraphs import counted


class Command(BaseCommand):
    help = "Grant all due allowances. Safe to run at any time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Only list the due grants.")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        now = timezone.now()
        if not dry_run:
            self.stdout.write(f"{counted(granting.run(now), 'grant')} made")
            return
        due = list(granting.due(now))
        if not due:
            self.stdout.write("No grants are due.")
        for item in due:
            self.stdout.write(f"{item.email} {item.period:%Y-%m} {written(item.amount)} credits")
