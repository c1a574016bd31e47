"""Cleans JSON from outside, as PostgreSQL's jsonb rejects some valid JSON."""

import json
import math
from typing import Any

DEEPEST = 100  # levels; PostgreSQL stores deeper values, but no page can show them
LEFT_OUT = "…"
MOST_DIGITS = 4_300  # of a whole number; Python reads no more, as that takes quadratic time


def loads(text: str) -> Any:
    """The value of a JSON text, made storable. A number with more digits is their text.

    Raises ValueError and RecursionError.
    """
    return made_storable(json.loads(text, parse_int=_whole))


def _whole(digits: str) -> int | str:
    return int(digits) if len(digits) <= MOST_DIGITS else digits


def made_storable(value: Any, *, depth: int = DEEPEST) -> Any:
    """`value` with NUL, lone surrogates, non-finite numbers and values below `depth` replaced by readable text."""
    if isinstance(value, str):
        return value.replace("\0", "\N{REPLACEMENT CHARACTER}").encode(errors="replace").decode()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, list | dict) and not depth:
        return LEFT_OUT
    if isinstance(value, list):
        return [made_storable(item, depth=depth - 1) for item in value]
    if isinstance(value, dict):
        return {made_storable(key): made_storable(item, depth=depth - 1) for key, item in value.items()}
    return value
