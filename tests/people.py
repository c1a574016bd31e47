"""The people of all tests: alice and bob are partners, carol is a user, admin is the admin."""

from functools import cache

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from accounts.models import User

PASSWORD = "demo-portal"


def make_person(name: str, **fields) -> User:
    """A person `<name>@example.com` with a verified address and PASSWORD; `fields` are those of User."""
    user = User.objects.create(email=f"{name}@example.com", first_name=name.title(), password=_hashed(), **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def make_partner(name: str, **fields) -> User:
    return make_person(name, is_partner=True, **fields)


def make_admin(name: str = "admin", **fields) -> User:
    return make_person(name, is_staff=True, is_superuser=True, **fields)


@cache
def _hashed() -> str:
    return make_password(PASSWORD)  # slow by design, so cached
