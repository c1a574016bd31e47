"""Cleans JSON from outside, as PostgreSQL's jsonb rejects some valid JSON."""

import math
from typing import Any

DEEPEST = 100  # levels; PostgreSQL stores deeper values, but no page can show them
LEFT_OUT = "…"


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
