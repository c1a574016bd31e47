"""Terraform's conversions: what a variable of a type holds when it is given a value, and when two values are equal.

Source: Terraform's "Types and Values", "Type Conversion", and what `terraform apply` gives out.
"""

from collections.abc import Hashable
from fractions import Fraction
from typing import Any

from deployments.inputs import values
from modules.terraform.types import Any_, Attribute, Collection, Object, Primitive, Tuple_, Type

ANY = Any_()


def converted(value: Any, kind: Type) -> Any:
    """`value` as a variable of this type holds it; a part that Terraform cannot convert stays as it is."""
    if isinstance(kind, Primitive):
        return CONVERSIONS[kind.name](value)
    if isinstance(kind, Collection) and isinstance(value, dict) and kind.kind == "map":
        return {key: converted(part, kind.element) for key, part in value.items()}
    if isinstance(kind, Collection) and isinstance(value, list) and kind.kind != "map":
        return [converted(part, kind.element) for part in value]
    if isinstance(kind, Object) and isinstance(value, dict):
        return {name: converted(value[name], each.type) for name, each in kind.attributes.items() if name in value}
    if isinstance(kind, Tuple_) and isinstance(value, list) and len(value) == len(kind.elements):
        return [converted(part, each) for part, each in zip(value, kind.elements, strict=True)]
    return value


def same(one: Any, other: Any, kind: Type = ANY) -> bool:
    """Whether a variable of this type holds the same when it is given either value: 1 equals 1.0, but not `true`."""
    return _canonical(one, kind) == _canonical(other, kind)


def _to_string(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return values.number_text(value) if isinstance(value, int | float) else value


def _to_number(value: Any) -> Any:
    return values.number(value) if isinstance(value, str) and values.is_number(value) else value


def _to_bool(value: Any) -> Any:
    return values.BOOLS.get(value, value) if isinstance(value, str) else value


CONVERSIONS = {"string": _to_string, "number": _to_number, "bool": _to_bool}


def _canonical(value: Any, kind: Type) -> Hashable:
    """A form of the value that is equal for equal values only."""
    value = converted(value, kind)
    if isinstance(value, dict):
        return _canonical_keys(value, kind)
    if isinstance(value, list):
        parts = [_canonical(part, each) for part, each in zip(value, _kinds(kind, len(value)), strict=True)]
        return frozenset(parts) if isinstance(kind, Collection) and kind.kind == "set" else tuple(parts)
    if value is None or isinstance(value, bool):
        return ("word", value)
    if isinstance(value, int | float):
        return Fraction(repr(value)) if isinstance(value, float) else Fraction(value)
    is_long = kind == Primitive("number") and values.is_number(value)
    return Fraction(value) if is_long else value


def _canonical_keys(value: dict, kind: Type) -> Hashable:
    if isinstance(kind, Object):
        found = {name: _canonical(_filled(value, name, each), each.type) for name, each in kind.attributes.items()}
    else:
        element = kind.element if isinstance(kind, Collection) else ANY
        found = {name: _canonical(part, element) for name, part in value.items()}
    return frozenset(found.items())


def _filled(value: dict, name: str, attribute: Attribute) -> Any:
    """The value of an attribute, or its default when it is absent or null."""
    given = value.get(name)
    return attribute.default if given is None else given


def _kinds(kind: Type, number: int) -> list[Type]:
    if isinstance(kind, Tuple_) and len(kind.elements) == number:
        return list(kind.elements)
    return [kind.element if isinstance(kind, Collection) else ANY] * number
