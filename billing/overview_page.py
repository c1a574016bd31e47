"""Sentences on the billing overview."""

from collections.abc import Sequence

from billing.models import Hold
from billing.services import Balance
from foundation.credits import CREDIT, written
from foundation.paragraphs import counted, joined, listed


def balance_label(balance: Balance) -> str:
    """The accessible label of the balance's bar."""
    parts = f"{written(balance.purchased)} Purchased, {written(balance.awarded)} Awarded"
    return f"{parts} and {written(balance.held)} reserved, of {written(balance.posted)} credits"


def reserved_for(holds: Sequence[Hold]) -> str:
    """The names of the deployments that credits are reserved for, with the day on which they are charged."""
    return listed([_reserved_for(hold) for hold in holds]) or "Nothing reserved"


def _reserved_for(hold: Hold) -> str:
    name = hold.cost_centre.deployment_name
    return f"{name} (until {hold.due_at:%-d %b})" if hold.due_at else name


def no_grant(*, is_partner: bool) -> str:
    """Why there is no grant next month."""
    return "No allowance set" if is_partner else "Partners only"


def pace(units: int, *, posted: int, is_admin: bool = False) -> str:
    """How fast credits are used; `units` a month, `posted` on the balance. Admins cannot add credits to their own."""
    used = "You used no credits in the last 90 days."
    if units:
        used = f"You use about {counted(units // CREDIT, 'credit')} a month."
    ask = f"Ask {'another' if is_admin else 'an'} admin to add credits."
    return joined([used, "" if posted else ask])
