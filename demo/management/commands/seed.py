from django.core.management.base import BaseCommand, CommandError

from demo import seed
from demo.waiting import NotInTime


class Command(BaseCommand):
    help = "Make the demo world, or what is missing of it; the workers and the local GitHub have to run."

    def handle(self, *args, **options):
        try:
            for step in seed.STEPS:
                step(self._say)
        except NotInTime as error:
            raise CommandError(str(error)) from error

    def _say(self, what: str) -> None:
        self.stdout.write(f"Seeding: {what}")
