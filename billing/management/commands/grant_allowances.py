from django.core.management.base import BaseCommand
from django.utils import timezone

from billing import granting
from foundation.credits import to_credits


class Command(BaseCommand):
    help = "Grants every allowance that is due; safe to run at each start and at any time."

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="Only list what would be granted.")

    def handle(self, *args, dry_run, **options):
        now = timezone.now()
        if not dry_run:
            self.stdout.write(f"{granting.run(now)} granted")
            return
        for item in granting.due(now):
            self.stdout.write(f"{item.email} {item.period:%Y-%m} {to_credits(item.amount):,f} credits")
