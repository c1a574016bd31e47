"""Values as far as they are known before a run, and whether one fits a type by Terraform's conversions.

A value is a JSON value with Decimal for numbers, or Unknown: what only a run tells, perhaps with its type.
Source of the conversions: Terraform's "Type Constraints", and cty's package convert.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, DecimalException
from typing import Any

from modules.terraform.types import Any_, Attribute, Collection, Object, Primitive, Tuple_, Type

NUMBER = re.compile(r"[+-]?(?:inf(?:inity)?|(?:\d++(?:\.\d*+)?|\.\d++)(?:[ep][+-]?\d+)?)", re.IGNORECASE)
BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
LONGEST = 100  # digits of a number that is written out


@dataclass(frozen=True)
class Unknown:
    type: Type = Any_()


ANYTHING = Unknown()
ARITHMETIC: dict[str, Callable[[Decimal, Decimal], Any]] = {
    "+": lambda first, second: first + second,
    "-": lambda first, second: first - second,
    "*": lambda first, second: first * second,
    "<": lambda first, second: first < second,
    ">": lambda first, second: first > second,
    "<=": lambda first, second: first <= second,
    ">=": lambda first, second: first >= second,
}
STRING, NUMERIC, BOOL = Primitive("string"), Primitive("number"), Primitive("bool")


def type_of(value: Any) -> Type:
    """The type of a value; null is of any."""
    if isinstance(value, Unknown):
        return value.type
    if isinstance(value, bool):
        return BOOL
    if isinstance(value, Decimal):
        return NUMERIC
    return STRING if isinstance(value, str) else Any_()


def described_type(value: Any) -> str:
    """The text of a value's type, as `types.parse_type` reads it."""
    return str(_whole_type(value))


def _whole_type(value: Any) -> Type:
    if isinstance(value, dict):
        return Object({name: Attribute(_whole_type(item)) for name, item in value.items()})
    return Tuple_(tuple(map(_whole_type, value))) if isinstance(value, list) else type_of(value)


def is_known(value: Any) -> bool:
    """Whether nothing in a value is unknown."""
    if isinstance(value, list | dict):
        return all(map(is_known, value.values() if isinstance(value, dict) else value))
    return not isinstance(value, Unknown)


def misfit(value: Any, kind: Type) -> str:
    """Why Terraform cannot convert a value to a type; blank where it can, or where that is not known."""
    if value is None or isinstance(kind, Any_):
        return ""
    if isinstance(value, Unknown):
        return _of_types(value.type, kind)
    if isinstance(kind, Primitive):
        return _primitive(value, kind)
    if isinstance(kind, Collection):
        return _collection(value, kind)
    return _object(value, kind) if isinstance(kind, Object) else _tuple(value, kind)


def _of_types(given: Type, kind: Type) -> str:
    """The same of an unknown value."""
    simple, other = isinstance(given, Primitive), isinstance(kind, Primitive)
    if isinstance(given, Any_) or given == kind:
        return ""
    if simple != other:
        return f"{article(kind)} is needed, not {article(given)}"
    if simple and {given, kind} == {BOOL, NUMERIC}:
        return f"{article(kind)} is needed, not {article(given)}"
    return ""


def _primitive(value: Any, kind: Primitive) -> str:
    if isinstance(value, list | dict):
        return f"{article(kind)} is needed, not {described(value)}"
    if kind == STRING or type_of(value) == kind:
        return ""
    fits = isinstance(value, str) and (NUMBER.fullmatch(value) if kind == NUMERIC else value in BOOLEANS)
    return "" if fits else f"{article(kind)} is needed, not {described(value)}"


def _collection(value: Any, kind: Collection) -> str:
    wanted = dict if kind.kind == "map" else list
    if not isinstance(value, wanted):
        return f"{article(kind)} is needed, not {described(value)}"
    items = list(_items(value))
    if isinstance(kind.element, Any_):
        return "" if _is_uniform([item for _, item in items]) else f"all items of {article(kind)} must have one type"
    return _first(items, [kind.element] * len(items))


def _is_uniform(items: list[Any]) -> bool:
    """Whether values can be given one type: primitives, or lists or objects whose own items can."""
    items = [item for item in items if item is not None and not isinstance(item, Unknown)]
    kinds = {isinstance(item, list) + 2 * isinstance(item, dict) for item in items}
    if len(kinds) != 1 or kinds == {0}:
        return len(kinds) < 2 and {BOOL, NUMERIC} != {type_of(item) for item in items}
    if kinds == {2} and len({frozenset(item) for item in items}) == 1:  # objects with the same attributes
        return all(_is_uniform([item[name] for item in items]) for name in items[0])
    if kinds == {1} and len({len(item) for item in items}) == 1:  # tuples of one length
        return all(map(_is_uniform, map(list, zip(*items, strict=True))))
    return _is_uniform([inner for item in items for _, inner in _items(item)])


def _object(value: Any, kind: Object) -> str:
    if not isinstance(value, dict):
        return f"an object is needed, not {described(value)}"
    for name, attribute in kind.attributes.items():
        if name not in value and not attribute.optional:
            return f"the attribute {name} is missing"
    present = [(name, value[name]) for name in kind.attributes if name in value]
    return _first(present, [kind.attributes[str(name)].type for name, _ in present])


def _tuple(value: Any, kind: Tuple_) -> str:
    if not isinstance(value, list) or len(value) != len(kind.elements):
        return f"a list of {len(kind.elements)} items is needed, not {described(value)}"
    return _first(list(_items(value)), kind.elements)


def _items(value: Any) -> Iterator[tuple[object, Any]]:
    yield from value.items() if isinstance(value, dict) else enumerate(value)


def _first(items: Iterable[tuple[object, Any]], kinds: Iterable[Type]) -> str:
    for (key, item), kind in zip(items, kinds, strict=True):
        reason = misfit(item, kind)
        if reason:
            return f"at {key}: {reason}"
    return ""


def article(kind: Type) -> str:
    """A type in words."""
    if kind == BOOL:
        return "true or false"
    if isinstance(kind, Primitive | Collection):
        return f"a {kind.name if isinstance(kind, Primitive) else kind.kind}"
    return "an object" if isinstance(kind, Object) else "a tuple" if isinstance(kind, Tuple_) else "any value"


def described(value: Any) -> str:
    """A value in words, short."""
    if isinstance(value, str):
        return f"“{value}”" if len(value) <= 20 else "a string"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else f"a list of {len(value)}" if value else "an empty list"
    return "null" if value is None else "a number" if isinstance(value, Decimal) else article(type_of(value))


def to_text(value: Any) -> str | None:
    """The text of a primitive value; None where that is not known."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        is_whole = abs(value.adjusted()) < LONGEST and value == value.to_integral_value()
        return str(int(value)) if is_whole else None
    return value if isinstance(value, str) else None


def to_number(value: Any) -> Decimal | None:
    if isinstance(value, str) and re.fullmatch(r"[+-]?\d{1,50}(\.\d{1,50})?", value):
        return Decimal(value)
    return value if isinstance(value, Decimal) else None


def to_bool(value: Any) -> bool | None:
    return BOOLEANS.get(value) if isinstance(value, str) else value if isinstance(value, bool) else None


def is_open(value: Any) -> bool:
    """Whether nothing is known of the kind of a value: null is of any."""
    return value is None or (isinstance(value, Unknown) and isinstance(value.type, Any_))


def kind_of(value: Any) -> str:
    """Values of one kind may be given one type."""
    given = type_of(value)
    if isinstance(given, Primitive):
        return "primitive"
    is_map = isinstance(value, dict) or isinstance(given, Object)
    return "map" if is_map or (isinstance(given, Collection) and given.kind == "map") else "list"


def arithmetic(operator: str, first: Any, second: Any) -> Any:
    """What an operator makes of two numbers, as far as that is known."""
    left, right = to_number(first), to_number(second)
    kind = BOOL if operator in ("<", ">", "<=", ">=") else NUMERIC
    if left is None or right is None or operator not in ARITHMETIC:
        return Unknown(kind)
    try:
        return ARITHMETIC[operator](left, right)
    except DecimalException:
        return Unknown(kind)
