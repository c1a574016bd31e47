"""JSON from outside, made fit for PostgreSQL, whose jsonb refuses some of what JSON texts may hold."""

import math
from typing import Any

DEEPEST = 100  # levels; what is nested deeper could be stored, and no page could show it
LEFT_OUT = "…"


def storable(value: Any, *, depth: int = DEEPEST) -> Any:
    """`value` without NUL, lone surrogates, infinite numbers and endless nesting, which become readable substitutes."""
    if isinstance(value, str):
        return value.replace("\0", "\N{REPLACEMENT CHARACTER}").encode(errors="replace").decode()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, list | dict) and not depth:
        return LEFT_OUT
    if isinstance(value, list):
        return [storable(item, depth=depth - 1) for item in value]
    if isinstance(value, dict):
        return {storable(key): storable(item, depth=depth - 1) for key, item in value.items()}
    return value
