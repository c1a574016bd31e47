"""Goes from a value along the steps of a path: attributes, indices and splats."""

from abc import ABC, abstractmethod
from decimal import Decimal
from typing import Any

from modules.terraform.rules.values import (
    ANYTHING,
    Unknown,
    article,
    to_number,
    type_of,
)
from modules.terraform.syntax.expressions import (
    Attribute,
    Index,
    Splat,
)
from modules.terraform.types import Collection, Primitive, Tuple_, Type
from modules.terraform.types import Object as ObjectType

MOST_ITEMS = 20  # of a collection that a “for” or a splat is tried with


class Steps(ABC):
    """Finds what a path leads to."""

    @abstractmethod
    def of(self, expression: Any) -> Any:
        """The value of an expression."""

    @abstractmethod
    def refuse(self, message: str, line: int) -> Any:
        """Note what is wrong; returns a value of which nothing is known."""

    def along(self, value: Any, steps: list[Attribute | Index | Splat]) -> Any:
        for at, step in enumerate(steps):
            if isinstance(step, Splat):
                return self._splat(value, steps[at + 1 :], step)
            value = self._step(value, step)
        return value

    def _splat(self, value: Any, steps: list, splat: Splat) -> Any:
        kind = type_of(value)
        if isinstance(value, list):
            return [self.along(item, steps) for item in value[:1]] + [ANYTHING] * (len(value) - 1) if value else []
        if isinstance(kind, Collection) and kind.kind != "map":
            self.along(Unknown(kind.element), steps)
        if isinstance(value, dict) or isinstance(kind, ObjectType):
            self.along(value, steps)
        for element in kind.elements[:MOST_ITEMS] if isinstance(kind, Tuple_) else ():
            self.along(Unknown(element), steps)
        return ANYTHING

    def _step(self, value: Any, step: Attribute | Index) -> Any:
        key = step.name if isinstance(step, Attribute) else self.of(step.key)
        shown = f"“{key}”" if isinstance(key, str | Decimal) else "an index"
        kind = type_of(value)
        if value is None:
            return self.refuse(f"null has no {shown}.", step.line)
        if isinstance(kind, Primitive) and isinstance(key, Unknown):
            return ANYTHING  # Terraform refuses it once the index is known
        if isinstance(kind, Primitive):
            return self.refuse(f"{article(kind).capitalize()} has no {shown}.", step.line)
        if isinstance(value, dict) and isinstance(key, str):
            if key not in value:
                return self.refuse(f"This object has no attribute {shown}.", step.line)
            return value[key]
        if isinstance(value, list):
            return self._item(value, step, key)
        return self._unknown_step(kind, step, key)

    def _item(self, value: list, step: Attribute | Index, key: Any) -> Any:
        number = to_number(key)
        if isinstance(step, Attribute) or (isinstance(key, str) and number is None):
            return self.refuse(f"A list has no “{key}”. Use the number of an item.", step.line)
        if key is None:
            return self.refuse("null cannot be an index.", step.line)
        if number is None:
            return ANYTHING
        if number != number.to_integral_value() or not 0 <= number < len(value):
            return self.refuse(f"This list has {len(value)} items, and none at {number}.", step.line)
        return value[int(number)]

    def _unknown_step(self, kind: Type, step: Attribute | Index, key: Any) -> Any:
        if isinstance(kind, Tuple_):
            return self._item([Unknown(element) for element in kind.elements], step, key)
        if isinstance(kind, ObjectType) and isinstance(key, str | Decimal):
            if key not in kind.attributes:
                return self.refuse(f"This object has no attribute “{key}”.", step.line)
            return Unknown(kind.attributes[str(key)].type)
        if not isinstance(kind, Collection):
            return ANYTHING
        if kind.kind == "set" and isinstance(step, Index):
            return self.refuse("A set has no index. Use a “for” or tolist().", step.line)
        if kind.kind != "map" and isinstance(key, str) and to_number(key) is None:
            return self.refuse(f"A {kind.kind} has no “{key}”. Use the number of an item.", step.line)
        return Unknown(kind.element)
