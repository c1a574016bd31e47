"""Sentences of the statement of a month."""

from datetime import datetime

from accounts.models import User
from billing.months import Month


def whose(person: User | None, viewer: User, *, sees_all: bool) -> str:
    """Whose deployments the page shows: " of yours", " of carol@example.com", or blank for everyone's."""
    if person is None:
        return "" if sees_all else " of yours"
    return " of yours" if person.pk == viewer.pk else f" of {person.email}"


def months(*, sees_usage_alone: bool) -> str:
    """Which months are in the list of statements; of others, a partner may see the credits used alone."""
    months = "Months in which credits were added, used or earned have a statement."
    return f"{months} Of others, you see the months in which they used credits." if sees_usage_alone else months


def covers(month: Month, *, now: datetime) -> str:
    """The days of the statement: all of the month, or up to now."""
    if Month.of(now) == month:
        return f"1 {month.label} to now, UTC. More may follow this month."
    return f"1 to {month.last.day} {month.label}, UTC."


def no_usage(month: Month, whose: str) -> str:
    """The text in place of the credits used; `whose` is the result of the function."""
    return f"No deployment{whose} was charged in {month.label}."


def no_revenue(month: Month, *, everyone: bool) -> str:
    """The text in place of a partner's revenue, or with `everyone` of all partners'."""
    modules = "a partner's module" if everyone else "your modules"
    return f"Nobody was charged for {modules} in {month.label}."
