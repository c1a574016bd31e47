"""Which publisher a page is about: a partner, or the platform."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from accounts.models import GitHubConnection, User
from accounts.requests import SignedInRequest

PLATFORM = "platform"


@dataclass(frozen=True)
class Side:
    """A partner, or (without owner) the platform."""

    owner: User | None

    @property
    def query(self) -> str:
        """The query string that selects this side."""
        return "" if self.owner else f"?for={PLATFORM}"

    @property
    def connections(self) -> QuerySet[GitHubConnection]:
        return GitHubConnection.objects.of(self.owner)


def side_of(request: SignedInRequest) -> Side:
    """The side named by `?for=`; by default a partner's own, for everybody else the platform's.

    Raises PermissionDenied if this person may not manage it.
    """
    named = request.GET.get("for", "mine" if request.user.is_partner else PLATFORM)
    side = Side(None if named == PLATFORM else request.user)
    if not request.user.may_publish_for(side.owner):
        raise PermissionDenied(
            "Only partners publish their own modules, and only admins the platform's. "
            "Ask an admin to make you a partner."
        )
    return side
