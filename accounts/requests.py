"""The request of a view that needs sign-in, and views that answer a part of a page."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.models import User

View = TypeVar("View", bound=Callable[..., Any])


class SignedInRequest(HttpRequest):
    """The request of a view behind `login_required`. For signatures only: never instantiated."""

    user: User
    htmx: HtmxDetails


def person_of(request: HttpRequest) -> User:
    """The signed-in user, on pages that the framework already protects, such as the admin."""
    return cast(User, request.user)


def part_of_page(view: View) -> View:
    """Marks a view that answers a part, for htmx; a browser that opens its address is led to the page above it."""
    view.is_part = True  # type: ignore[attr-defined]
    return view
