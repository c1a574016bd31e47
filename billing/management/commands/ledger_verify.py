from typing import Any

from django.core.management.base import BaseCommand, CommandError

from billing import verify
from foundation.paragraphs import counted


class Command(BaseCommand):
    help = "Check that the ledger is consistent. Lists each faulty row, and exits with 1 if there is one."

    def handle(self, *args: Any, **options: Any) -> None:
        faults = verify.faults()
        for fault in faults:
            self.stderr.write(f"{fault.rule}: {', '.join(map(str, fault.row))}")
        if faults:
            raise CommandError(f"The ledger has {counted(len(faults), 'faulty row')}.")
        self.stdout.write(f"The ledger is consistent: {counted(len(verify.CHECKS), 'rule')} checked.")
