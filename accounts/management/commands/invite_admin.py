from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from accounts import invitations
from accounts.models import Invitation


class Command(BaseCommand):
    help = "Print a link that creates an admin account once, as the first one of a new installation. Sends no e-mail."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="The address that the admin signs in with.")

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["email"]
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError(f"{email} is not an e-mail address.") from error
        if invitations.is_taken(email):
            raise CommandError(f"{invitations.has_account(email)} Another admin can give it the role.")
        invitation, link = invitations.create(email, role=Invitation.Role.ADMIN, by=None)
        self.stdout.write(f"Open this link to create the account of {invitation.email}. It works once, for 7 days.")
        self.stdout.write(link)
