"""Transactions as comma-separated values: the cells of a movement, and a line for each."""

from billing.movements import Movement
from foundation.credits import to_credits
from foundation.csv_tables import csv_line

HEAD = csv_line(["Time (UTC)", "Type", "For", "Reference", "Person", "Awarded", "Purchased", "Balance", "Note"])


def line(movement: Movement) -> str:
    """One line; credits as plain numbers, those reserved or returned without sign and named in the note."""
    texts = [movement.kind.label, movement.about, movement.ref, movement.person]
    numbers = map(to_credits, (movement.awarded, movement.purchased, movement.balance))
    return csv_line([f"{movement.at:%Y-%m-%d %H:%M:%S}", *texts, *numbers, movement.word])
