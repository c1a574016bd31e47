"""Short texts for what changed between two schemas. None of them shows the default of a sensitive variable."""

from dataclasses import replace

from modules.terraform.literals import to_hcl
from modules.terraform.schema import Variable
from modules.terraform.types import Attribute, Collection, Object, Tuple_, Type, TypeSyntaxError, parse_type

LONGEST = 60  # characters of one text
BEFORE_DIFFERENCE = 20  # characters that stay in front of the first difference of two long texts


def cut(text: str) -> str:
    """A text on one line, not longer than fits into a table."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def apart(before: str, after: str) -> tuple[str, str]:
    """Two texts cut so that they still differ: from shortly before the first difference on where they are long."""
    before, after = " ".join(before.split()), " ".join(after.split())
    if cut(before) != cut(after) or before == after:
        return cut(before), cut(after)
    same = next((at for at, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), len(before))
    start = max(min(same, len(before), len(after)) - BEFORE_DIFFERENCE, 0)
    return cut(f"…{before[start:]}"), cut(f"…{after[start:]}")


def of_input(row: Variable) -> str:
    """Type and default, "number, 30"; of a required input the type alone."""
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
    """Both types, briefly when that tells them apart, else whole."""
    short = brief(before["type"]), brief(after["type"])
    if short[0] != short[1]:
        return short
    if before["sensitive"] or after["sensitive"]:
        return apart(without_defaults(before["type"]), without_defaults(after["type"]))
    return apart(before["type"], after["type"])


def of_lists(before: list, after: list) -> tuple[str, str]:
    """Two lists of options; one without any is blank."""
    return apart(*(", ".join(map(to_hcl, values)) for values in (before, after)))


def brief(text: str) -> str:
    """A type with the names of an object's attributes alone: "object({ hot, cold })"."""
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
    """The type as everybody may see it: that of a sensitive variable tells none of the defaults inside it."""
    return without_defaults(variable["type"]) if variable["sensitive"] else variable["type"]


def without_defaults(text: str) -> str:
    """A type without what `optional()` attributes are when left out, as of a sensitive input; blank if unreadable."""
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
    return replace(attribute, type=_bare(attribute.type), default=None)
