"""JSON from outside, made fit for PostgreSQL, whose jsonb refuses some of what JSON texts may hold."""

import math


def storable(value):
    """`value` without the character NUL, lone surrogates and infinite numbers, which become readable substitutes."""
    if isinstance(value, str):
        return value.replace("\0", "\N{REPLACEMENT CHARACTER}").encode(errors="replace").decode()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, list):
        return [storable(item) for item in value]
    if isinstance(value, dict):
        return {storable(key): storable(item) for key, item in value.items()}
    return value
