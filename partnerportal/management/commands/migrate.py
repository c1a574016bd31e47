"""Django's command, as the role that owns the tables; then each role has its rights, also to new tables."""

from typing import Any

from django.core.management import CommandError
from django.core.management.commands import migrate

from partnerportal import database_roles


class Command(migrate.Command):
    def execute(self, *args: Any, **options: Any) -> str | None:
        """Not `handle`: the checks before it connect, too, and the portal's role may not exist yet."""
        try:
            with database_roles.as_owner():
                said = super().execute(*args, **options)
                if not (options["plan"] or options["check_unapplied"]):
                    database_roles.grant()
                return said
        except database_roles.RoleMissing as missing:
            raise CommandError(str(missing)) from missing
