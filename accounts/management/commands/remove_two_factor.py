from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import entry_rules
from accounts.models import User


class Command(BaseCommand):
    help = "Remove the second factors of somebody who lost them, such as the only admin. They are told by e-mail."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="The address that the person signs in with.")

    def handle(self, *args: Any, **options: Any) -> None:
        person = User.objects.filter(email__iexact=options["email"]).first()
        if person is None:
            raise CommandError(f"Nobody has the address {options['email']}.")
        if not entry_rules.remove_second_factors(person, by=None):
            raise CommandError(f"{person.email} has no second factor.")
        self.stdout.write(f"{person.email} now signs in with the password alone.")
