"""The demo world. Each of STEPS makes one part, and at later starts finds it made and leaves it alone."""

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts.models import User

PASSWORD = "demo-portal"
ROLES = {
    "alice": {"is_partner": True},
    "bob": {"is_partner": True},
    "carol": {},
    "admin": {"is_staff": True, "is_superuser": True},
}


@transaction.atomic
def people() -> None:
    """Two partners, a user and an admin, each `<name>@example.com` with a verified address."""
    for name, roles in ROLES.items():
        email = f"{name}@example.com"
        if User.objects.filter(email=email).exists():
            continue
        user = User.objects.create_user(email, PASSWORD, first_name=name.title(), **roles)
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)


STEPS = [people]
