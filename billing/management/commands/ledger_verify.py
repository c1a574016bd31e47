from django.core.management.base import BaseCommand, CommandError

from billing import verify


class Command(BaseCommand):
    help = "Checks that the ledger agrees with itself; names each row that does not and ends with 1."

    def handle(self, *args, **options):
        faults = verify.faults()
        for fault in faults:
            self.stderr.write(f"{fault.rule}: {', '.join(map(str, fault.row))}")
        if faults:
            raise CommandError(f"The ledger disagrees with itself in {len(faults)} rows.")
        self.stdout.write(f"The ledger agrees with itself in {len(verify.CHECKS)} rules.")
