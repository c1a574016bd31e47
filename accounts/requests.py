"""The request of a view that needs sign-in."""

from typing import cast

from django.http import HttpRequest

from accounts.models import User


class SignedInRequest(HttpRequest):
    """What a view behind `login_required` gets. Named in signatures only: no request is made of this class."""

    user: User


def person_of(request: HttpRequest) -> User:
    """Who asks, on pages that the framework has shut to everybody else, as those of the admin."""
    return cast(User, request.user)
