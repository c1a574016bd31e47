"""Which references surely are part of an expression's value, for values that Terraform keeps secret or forgets."""

from collections.abc import Iterator
from typing import Any

from modules.terraform.rules.references import path_of
from modules.terraform.syntax.expressions import (
    Call,
    Conditional,
    For,
    List,
    Object,
    Operation,
    Parentheses,
    Path,
    Template,
)

SENSITIVE = ("sensitive()",)  # what stands for a call of this function
HIDING = ("nonsensitive", "issensitive", "ephemeralasnull", "try", "can")
DEEP = ("jsonencode", "yamlencode", "format", "join", "sensitive")  # functions that look into lists and objects


def whole(expression: Any) -> Iterator[tuple[str, ...]]:
    """Paths that the whole value depends on: none of its parts can do without them."""
    path = path_of(expression)
    if path:
        yield path
    match expression:
        case Template(parts=parts):
            for part in parts:
                yield from whole(part)
        case Operation(operands=operands):
            for operand in operands:
                yield from whole(operand)
        case Parentheses(inner=inner) | Conditional(condition=inner) | For(over=inner):
            yield from whole(inner)
        case Call():
            yield from _of_call(expression)


def deep(expression: Any) -> Iterator[tuple[str, ...]]:
    """Paths that the value, or a part of it, depends on."""
    match expression:
        case List(items=items):
            for item in items:
                yield from deep(item)
        case Object(items=pairs):
            for _, value in pairs:
                yield from deep(value)
        case Parentheses(inner=inner):
            yield from deep(inner)
        case Path() | _:
            yield from whole(expression)


def _of_call(call: Call) -> Iterator[tuple[str, ...]]:
    if call.name == "sensitive":
        yield SENSITIVE
    if call.name in HIDING or "::" in call.name:
        return
    for argument in call.arguments:
        yield from deep(argument) if call.name in DEEP else whole(argument)
