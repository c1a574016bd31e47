"""Short texts for changes between two schemas. Texts of inputs never show the default of a sensitive variable."""

from dataclasses import replace

from modules.terraform.literals import to_hcl
from modules.terraform.schema import Variable
from modules.terraform.types import Attribute, Collection, Object, Tuple_, Type, TypeSyntaxError, parse_type

LONGEST = 60  # characters of one text
BEFORE_DIFFERENCE = 20  # characters kept before the first difference of two long texts


def cut(text: str) -> str:
    """A text on one line, truncated to LONGEST characters."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def apart(before: str, after: str) -> tuple[str, str]:
    """Two texts truncated so that they still differ: long ones start shortly before the first difference."""
    before, after = " ".join(before.split()), " ".join(after.split())
    if cut(before) != cut(after) or before == after:
        return cut(before), cut(after)
    same = next((at for at, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), len(before))
    start = max(min(same, len(before), len(after)) - BEFORE_DIFFERENCE, 0)
    return cut(f"…{before[start:]}"), cut(f"…{after[start:]}")


def of_input(row: Variable) -> str:
    """Type and default, "number, 30"; only the type of a required input."""
    kind = brief(row["type"])
    if row["sensitive"]:
        return f"{kind}, sensitive"
    return kind if row["required"] else cut(f"{kind}, {of_default(row)}")


def of_default(row: Variable) -> str:
    return row.get("default_expression") or to_hcl(row["default"])


def of_defaults(before: Variable, after: Variable) -> tuple[str, str]:
    """Both defaults, blank for a required input, and hidden when either variable is sensitive."""
    hides = before["sensitive"] or after["sensitive"]
    first, second = ("" if row["required"] else "hidden" if hides else of_default(row) for row in (before, after))
    return apart(first, second)


def of_types(before: Variable, after: Variable) -> tuple[str, str]:
    """Both types, brief where that distinguishes them, else in full, truncated where long."""
    short = brief(before["type"]), brief(after["type"])
    if short[0] != short[1]:
        return short
    if before["sensitive"] or after["sensitive"]:
        return apart(without_defaults(before["type"]), without_defaults(after["type"]))
    return apart(before["type"], after["type"])


def of_lists(before: list, after: list) -> tuple[str, str]:
    """Two lists of options; an empty list is blank."""
    return apart(*(", ".join(map(to_hcl, values)) for values in (before, after)))


def brief(text: str) -> str:
    """A type with only the names of object attributes: "object({ hot, cold })"."""
    try:
        return cut(_brief(parse_type(text)))
    except TypeSyntaxError:
        return cut(text)


def _brief(kind: Type) -> str:
    if isinstance(kind, Object):
        return f"object({{ {', '.join(kind.attributes)} }})" if kind.attributes else "object({})"
    if isinstance(kind, Collection):
        return f"{kind.kind}({_brief(kind.element)})"
    if isinstance(kind, Tuple_):
        return f"tuple([{', '.join(map(_brief, kind.elements))}])"
    return str(kind)


def shown_type(variable: Variable) -> str:
    """The type as everybody may see it: without the defaults inside it where the variable is sensitive."""
    return without_defaults(variable["type"]) if variable["sensitive"] else variable["type"]


def without_defaults(text: str) -> str:
    """A type without the defaults of its `optional()` attributes; blank when it cannot be parsed."""
    try:
        return str(_bare(parse_type(text)))
    except TypeSyntaxError:
        return ""


def _bare(kind: Type) -> Type:
    if isinstance(kind, Object):
        return Object({name: _bare_attribute(attribute) for name, attribute in kind.attributes.items()})
    if isinstance(kind, Collection):
        return Collection(kind.kind, _bare(kind.element))
    if isinstance(kind, Tuple_):
        return Tuple_(tuple(map(_bare, kind.elements)))
    return kind


def _bare_attribute(attribute: Attribute) -> Attribute:
    return replace(attribute, type=_bare(attribute.type), default=None, expression="")
