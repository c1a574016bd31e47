"""The request of a view that needs sign-in."""

from django.http import HttpRequest

from accounts.models import User


class SignedInRequest(HttpRequest):
    """What a view behind `login_required` gets. Named in signatures only: no request is made of this class."""

    user: User
