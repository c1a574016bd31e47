"""What people read while Private Mode is on: what it opens to them, or to others of theirs."""

from accounts.models import User
from foundation.paragraphs import Notice

TITLE = "Private Mode is on."
MODULES = "Everybody can deploy every published module."


def banner(user: User) -> Notice:
    """The band on every page of this person."""
    return Notice(TITLE, _opened(user), tone="run", icon="eye")


def _opened(user: User) -> str:
    if user.is_staff:
        return f"Partners see everyone's deployments, statements and costs, read only. {MODULES}"
    if user.is_partner:
        return (
            "You see everyone's deployments, statements and costs, read only. "
            f"Other partners see yours, but not your secrets. You can change only your own. {MODULES}"
        )
    return (
        "Partners can see your deployments, their logs and costs, not your secrets. "
        "They can't change anything of yours."
    )
