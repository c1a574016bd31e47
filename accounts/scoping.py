"""Who sees what: the one place that knows the rule. A model's `visible_to` turns the answer into a filter."""

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
    """How far somebody sees; each includes the ones above it."""

    NOTHING = auto()
    OWN = auto()
    SHARED = auto()  # and what names them, or is for everyone
    PUBLISHED = auto()  # and what everybody has published
    ALL = auto()


def reach(user: User, thing: Thing) -> Reach:
    """How far `user` sees `thing`; Private Mode is read from the database on every call."""
    if not user.is_authenticated or not user.is_active:
        return Reach.NOTHING
    if user.is_staff:
        return Reach.ALL
    if thing is Thing.TRANSACTIONS:
        return Reach.OWN
    if thing is Thing.REVENUE:
        return Reach.OWN if user.is_partner else Reach.NOTHING
    is_private_mode = PlatformSettings.load().private_mode
    if thing is Thing.MODULES:
        return Reach.PUBLISHED if is_private_mode else Reach.SHARED
    return Reach.ALL if user.is_partner and is_private_mode else Reach.OWN
