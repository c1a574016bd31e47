from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from deployments import recount
from foundation.paragraphs import counted


class Command(BaseCommand):
    help = "Checks the counts and newest runs that lists show, and with --repair corrects them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--repair", action="store_true", help="Count again while the portal is in use.")

    def handle(self, *args: Any, **options: Any) -> None:
        faults = recount.faults()
        for fault in faults:
            self.stderr.write(f"{fault.rule}: {', '.join(map(str, fault.row))}")
        if not faults:
            self.stdout.write("All counts are right.")
        elif options["repair"]:
            recount.repair()
            self.stdout.write("They were counted again.")
        else:
            verb = "is" if len(faults) == 1 else "are"
            wrong = f"{counted(len(faults), 'row')} {verb} wrong"
            raise CommandError(f"{wrong}. Nothing was changed. Use --repair to count again.")
