"""The request of a view that needs sign-in."""

from typing import cast

from django.http import HttpRequest

from accounts.models import User


class SignedInRequest(HttpRequest):
    """The request of a view behind `login_required`. For signatures only: never instantiated."""

    user: User


def person_of(request: HttpRequest) -> User:
    """The signed-in user, on pages that the framework already protects, such as the admin."""
    return cast(User, request.user)
