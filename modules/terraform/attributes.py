"""The value of an attribute, as far as its text says it."""

import json
import re
from typing import Any

from modules.terraform.literals import NotLiteral
from modules.terraform.syntax.blocks import Value

NAME = re.compile(r"[^\W\d][\w-]*")


def literal(value: Value | None) -> Any:
    if value is None:
        return None
    try:
        return value.literal()
    except NotLiteral:
        return None


def name_in(value: Value | None) -> str:
    """The first name of a reference, also of one in quotes; or blank."""
    found = NAME.match(text_of(value))
    return found[0] if found else ""


def text_of(value: Value | None) -> str:
    """A string attribute, or blank; an expression is returned as written."""
    if value is None:
        return ""
    found = literal(value)
    if found is None:
        return value.text if '"' not in value.text[:1] else value.text.strip('"')
    return found if isinstance(found, str) else json.dumps(found)


def flag(value: Value | None, otherwise: bool) -> bool:
    found = literal(value)
    return found in (True, "true") if found is not None else otherwise
