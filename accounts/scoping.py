"""Who sees what: the only place with this rule. A model's `visible_to` turns the result into a filter."""

from enum import Enum, auto

from accounts.models import PlatformSettings, User


class Thing(Enum):
    DEPLOYMENTS = auto()
    MODULES = auto()
    TRANSACTIONS = auto()
    INVOICES = auto()
    COSTS = auto()
    REVENUE = auto()


class Reach(Enum):
    """How much somebody sees; each level includes the ones above it."""

    NOTHING = auto()
    OWN = auto()
    SHARED = auto()  # plus what is shared with them or with everyone
    PUBLISHED = auto()  # plus everything published
    ALL = auto()


def reach(user: User, thing: Thing, *, is_private_mode: bool | None = None) -> Reach:
    """How much of `thing` `user` sees; Private Mode, where it matters and is not given, is read from the database."""
    if not user.is_authenticated or not user.is_active:
        return Reach.NOTHING
    if user.is_staff:
        return Reach.ALL
    if thing is Thing.TRANSACTIONS:
        return Reach.OWN
    if thing is Thing.REVENUE:
        return Reach.OWN if user.is_partner else Reach.NOTHING
    if is_private_mode is None:
        is_private_mode = PlatformSettings.load().private_mode
    if thing is Thing.MODULES:
        return Reach.PUBLISHED if is_private_mode else Reach.SHARED
    return Reach.ALL if user.is_partner and is_private_mode else Reach.OWN
