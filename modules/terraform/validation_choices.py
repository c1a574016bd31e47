"""Reads the choices from a validation that only lists the allowed values of a variable."""

import re

from modules.terraform.literals import NotLiteral, parse_literal
from modules.terraform.types import Primitive, Type

CHOICE = re.compile(r"\s*contains\(\s*(\[.*\])\s*,\s*var\.([\w-]+)\s*,?\s*\)\s*", re.DOTALL)


def choices_of(condition: str, name: str, kind: Type) -> list:
    """Return the values in a condition `contains([…], var.name)` on a string or number; empty for any other."""
    match = CHOICE.fullmatch(condition)
    if match is None or match[2] != name or kind not in (Primitive("string"), Primitive("number")):
        return []
    try:
        choices = parse_literal(match[1])
    except NotLiteral:
        return []
    wanted = str if kind == Primitive("string") else int | float
    is_list = all(isinstance(choice, wanted) and not isinstance(choice, bool) for choice in choices)
    return choices if is_list else []
