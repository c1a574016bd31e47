"""Whose repository a page is about: a partner's own, or the platform's."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from accounts.models import GitHubConnection, User
from accounts.requests import SignedInRequest

PLATFORM = "platform"


@dataclass(frozen=True)
class Side:
    """A partner's own side, or (without owner) the platform's."""

    owner: User | None

    @property
    def query(self) -> str:
        """What an address needs so that it leads to this side."""
        return "" if self.owner else f"?for={PLATFORM}"

    @property
    def connections(self) -> QuerySet[GitHubConnection]:
        return GitHubConnection.objects.of(self.owner)


def side_of(request: SignedInRequest) -> Side:
    """The side that the address names, else the person's own, else the platform's.

    Raises PermissionDenied for one that this person may not set up.
    """
    named = request.GET.get("for", "mine" if request.user.is_partner else PLATFORM)
    side = Side(None if named == PLATFORM else request.user)
    if not request.user.may_publish_for(side.owner):
        raise PermissionDenied(
            "Only partners publish their own modules, and only admins the platform's. "
            "Ask an admin to make you a partner."
        )
    return side
