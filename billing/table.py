"""Transactions as comma-separated values that a spreadsheet opens as data, never as a formula."""

import csv
from io import StringIO

from billing.movements import Movement
from billing.units import to_credits

COLUMNS = ["Time (UTC)", "What", "For", "Reference", "Person", "Awarded", "Purchased", "Balance", "Note"]
# What makes a spreadsheet compute: OWASP, CSV Injection.
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe(text: str) -> str:
    """The text, with an apostrophe before it where it would be read as a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(STARTS_A_FORMULA) or text.startswith(STARTS_A_FORMULA) else text


def _row(cells) -> str:
    out = StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


HEAD = _row(COLUMNS)


def line(movement: Movement) -> str:
    """One line; credits as plain numbers, those of a hold or release without sign and named in the note."""
    texts = [movement.label, movement.about, movement.ref, movement.person]
    numbers = [f"{to_credits(units):f}" for units in (movement.awarded, movement.purchased, movement.balance)]
    return _row([f"{movement.at:%Y-%m-%d %H:%M:%S}", *map(safe, texts), *numbers, movement.word])
