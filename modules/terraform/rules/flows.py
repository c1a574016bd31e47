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
    Template,
)

SENSITIVE = ("sensitive()",)  # what stands for a call of this function
INSIDE = "()"  # the last step of a path that stands for all parts of a value, too
COMPARED = ("==", "!=")
HIDING = ("nonsensitive", "issensitive", "ephemeralasnull", "try", "can")
# functions that look into lists and objects: what they return is marked as a whole
DEEP = ("jsonencode", "yamlencode", "format", "join", "sensitive", "toset", "contains", "sort")
# functions that keep what they are given in a part of what they return
KEEPING = ("concat", "values", "tolist", "tomap", "flatten", "reverse", "distinct", "zipmap", "merge")


def whole(expression: Any) -> Iterator[tuple[str, ...]]:
    """Paths that the whole value depends on: none of its parts can do without them."""
    path = path_of(expression)
    if path:
        yield path
    match expression:
        case Template(parts=parts):
            for part in parts:
                yield from whole(part)
        case Operation(operators=operators, operands=operands) if len(operands) > 1:  # “-” and “!” alone forget marks
            for operand in operands:
                yield from deep(operand) if operators[0] in COMPARED else whole(operand)
        case Parentheses(inner=inner) | Conditional(condition=inner) | For(over=inner):
            yield from whole(inner)
        case Call():
            yield from _of_call(expression)


def deep(expression: Any) -> Iterator[tuple[str, ...]]:
    """Paths that the value, or a part of it, depends on; those that end with INSIDE give their parts, too."""
    path = path_of(expression)
    if path:
        yield (*path, INSIDE)
        return
    match expression:
        case List(items=items):
            for item in items:
                yield from deep(item)
        case Object(items=pairs):
            for _, value in pairs:
                yield from deep(value)
        case Parentheses(inner=inner):
            yield from deep(inner)
        case For(names=names, over=over, value=value, condition=None) if path_of(value) == names[-1:]:
            yield from deep(over)
        case Call(name=name, arguments=arguments, expands=False) if name in KEEPING:
            for argument in arguments[-1:] if name in ("merge", "zipmap") else arguments:  # others may be replaced
                yield from deep(argument)
        case _:
            yield from whole(expression)


def _of_call(call: Call) -> Iterator[tuple[str, ...]]:
    if call.expands:  # Terraform forgets marks where it waits for what “...” makes
        return
    if call.name == "sensitive":
        yield SENSITIVE
    if call.name in HIDING or "::" in call.name:
        return
    for argument in call.arguments:
        yield from deep(argument) if call.name in DEEP else whole(argument)
