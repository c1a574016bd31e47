from django.core.management.base import BaseCommand

from demo import seed


class Command(BaseCommand):
    help = "Make the demo world, or what is missing of it."

    def handle(self, *args, **options):
        for step in seed.STEPS:
            step()
            self.stdout.write(f"{step.__name__} ready")
