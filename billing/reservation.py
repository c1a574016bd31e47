"""Sentences about credits that stay reserved for a deployment because a run failed while resources exist."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.utils.html import format_html

from billing.models import Hold
from billing.reports import MOST_RESERVED
from foundation.credits import CREDIT, amount
from foundation.paragraphs import joined
from foundation.times import when


def until(hold: Hold, *, is_yours: bool = True) -> str:
    """What they wait for: "40 credits are reserved until you run it again."."""
    verb = "is" if hold.amount == CREDIT else "are"
    return f"{amount(hold.amount)} {verb} reserved until {'you run' if is_yours else 'its owner runs'} it again."


def charged(
    hold: Hold, *, now: datetime, is_yours: bool = True, shown: Callable[[datetime], str] = when, name: str = "it"
) -> str:
    """When they are charged otherwise, and until when a destroy returns them; `shown` writes a time."""
    if not hold.due_at or not hold.destroy_by:
        return ""
    they = "It is" if hold.amount == CREDIT else "They are"
    destroys = f"{'you destroy' if is_yours else 'its owner destroys'} {name}"
    if now <= hold.destroy_by:
        words = "{} charged on {}, unless {} by {}."
        return format_html(words, they, shown(hold.due_at), destroys, shown(hold.destroy_by))
    return format_html("{} charged on {}, or earlier if {}.", they, shown(hold.due_at), destroys)


def of_statement(holds: Sequence[Hold], *, now: datetime, is_yours: bool) -> list[str]:
    """A paragraph for each deployment whose credits stay reserved, below what was charged in this month."""
    said: list[str] = [
        format_html(
            "{}: {}",
            hold.cost_centre.deployment_name,
            joined([until(hold, is_yours=is_yours), charged(hold, now=now, is_yours=is_yours)]),
        )
        for hold in holds[:MOST_RESERVED]
    ]
    if len(holds) > MOST_RESERVED:
        said.append("Credits are reserved for more deployments.")
    return said
