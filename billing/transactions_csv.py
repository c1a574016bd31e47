"""Transactions as CSV, one line per movement."""

from billing.movements import Movement
from foundation.credits import to_credits
from foundation.csv_tables import moment

HEADINGS = ["Date (UTC)", "Type", "For", "Reference", "Person", "Awarded", "Purchased", "Balance", "Note"]


def row(movement: Movement) -> list[object]:
    """The cells of a movement. Credits are plain numbers; reserved or returned ones are unsigned, as the note says."""
    texts = (movement.kind.label, movement.about, movement.ref, movement.person)
    numbers = map(to_credits, (movement.awarded, movement.purchased, movement.balance))
    return [moment(movement.at), *texts, *numbers, movement.word]
