"""Sentences on the admin page of due grants."""

from collections.abc import Sequence

from billing.granting import Due
from foundation.credits import written
from foundation.paragraphs import counted


def summary(due: Sequence[Due]) -> str:
    if not due:
        return "Nothing is due. Every partner has the grants of all months so far."
    total = written(sum(item.amount for item in due))
    return f"{counted(len(due), 'grant')} due, {total} credits in total. No month is granted twice."


def shown(number: int, *, most: int) -> str:
    """How many grants the page shows; blank when it shows all."""
    return f"{number:,} grants, {most:,} shown." if number > most else ""
