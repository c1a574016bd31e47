"""The tree of an expression: what Terraform's native syntax and its JSON form have in common.

Chains are flat (steps of a path, operands of an operation), so that a long one is not nested deeply.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class Literal:
    """A number, true, false or null; `word` is how it is written."""

    value: Any
    word: str
    line: int


@dataclass(slots=True)
class Template:
    """A string: texts and values in turn. `is_wrapped`: one value alone, which keeps its type."""

    parts: list["str | Expression | Directive"]
    line: int
    is_heredoc: bool = False

    @property
    def is_wrapped(self) -> bool:
        return len(self.parts) == 1 and not isinstance(self.parts[0], str | Directive)


@dataclass(slots=True)
class Directive:
    """`%{ if }` or `%{ for }` in a template, with the parts inside it."""

    value: "Expression"
    names: tuple[str, ...]  # of a `for`
    parts: list["str | Expression | Directive"]
    line: int


@dataclass(slots=True)
class Name:
    """A name that something is looked up by: "var" in `var.region`."""

    name: str
    line: int


@dataclass(slots=True)
class Path:
    """Attributes and indices of a value."""

    root: "Expression"
    steps: list["Attribute | Index | Splat"]
    line: int


@dataclass(slots=True)
class Attribute:
    name: str
    line: int


@dataclass(slots=True)
class Index:
    key: "Expression"
    line: int


@dataclass(slots=True)
class Splat:
    """`[*]`, or `.*` of older versions, whose further steps are attributes alone."""

    is_legacy: bool
    line: int


@dataclass(slots=True)
class Call:
    name: str
    arguments: list["Expression"]
    expands: bool  # the last argument is followed by "..."
    line: int


@dataclass(slots=True)
class Operation:
    """Operators of one precedence between their operands, from left to right; one operand alone for "!" and "-"."""

    operators: list[str]
    operands: list["Expression"]
    line: int


@dataclass(slots=True)
class Conditional:
    condition: "Expression"
    yes: "Expression"
    no: "Expression"
    line: int


@dataclass(slots=True)
class Parentheses:
    inner: "Expression"
    line: int


@dataclass(slots=True)
class List:
    items: list["Expression"]
    line: int


@dataclass(slots=True)
class Object:
    """Pairs of key and value; a key that is a Name is a text, not a reference."""

    items: list[tuple["Expression", "Expression"]]
    line: int


@dataclass(slots=True)
class For:
    names: tuple[str, ...]
    over: "Expression"
    key: "Expression | None"
    value: "Expression"
    condition: "Expression | None"
    groups: bool
    line: int


Expression = Literal | Template | Name | Path | Call | Operation | Conditional | Parentheses | List | Object | For


def bare(expression: Expression) -> Expression:
    """The expression without its parentheses."""
    while isinstance(expression, Parentheses):
        expression = expression.inner
    return expression


def keyword(expression: Expression | None) -> str:
    """A name that stands alone; blank for anything else."""
    if isinstance(expression, Name):
        return expression.name
    if isinstance(expression, Literal) and expression.word in ("true", "false", "null"):
        return expression.word
    return ""


def plain(expression: Expression | None) -> str | None:
    """A string without templates; None for anything else."""
    if not isinstance(expression, Template) or any(not isinstance(part, str) for part in expression.parts):
        return None
    return "".join(part for part in expression.parts if isinstance(part, str))


def items_of(expression: Expression | None) -> list[Expression] | None:
    """The items of a list; None for any other expression."""
    return expression.items if isinstance(expression, List) else None


def children(expression: Expression | Directive) -> Iterator[tuple[Expression | Directive, tuple[str, ...]]]:
    """The expressions directly inside one, each with the names that are defined for it alone."""
    match expression:
        case Template(parts=parts):
            yield from ((part, ()) for part in parts if not isinstance(part, str))
        case Directive(value=value, names=names, parts=parts):
            yield value, ()
            yield from ((part, names) for part in parts if not isinstance(part, str))
        case Path(root=root, steps=steps):
            yield root, ()
            yield from ((step.key, ()) for step in steps if isinstance(step, Index))
        case Call(arguments=inner) | Operation(operands=inner) | List(items=inner):
            yield from ((item, ()) for item in inner)
        case Conditional(condition=condition, yes=yes, no=no):
            yield from ((item, ()) for item in (condition, yes, no))
        case Parentheses(inner=inside):
            yield inside, ()
        case Object(items=pairs):
            yield from ((item, ()) for key, value in pairs for item in ((value,) if keyword(key) else (key, value)))
        case For(names=names, over=over, key=key, value=value, condition=condition):
            yield over, ()
            yield from ((item, names) for item in (key, value, condition) if item is not None)
