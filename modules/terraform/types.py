"""Parses Terraform's type constraints, for the form, the catalogue and the comparison of versions.

The grammar is Terraform's "Type Constraints" page: primitives, collections, object, tuple, optional(), any.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from modules.terraform.literals import NotLiteral, Reader, Token, key_to_hcl, to_hcl, tokens

PRIMITIVES = ("string", "number", "bool")
COLLECTIONS = ("list", "set", "map")
OPENING, CLOSING = ("(", "[", "{"), (")", "]", "}")
KEYWORDS = ("for", "in", "if")
SCOPES = ("var", "local", "module", "data", "path", "terraform", "each", "self", "count")


class TypeSyntaxError(ValueError):
    """The text is not a type constraint."""


@dataclass(frozen=True)
class Primitive:
    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Any_:
    def __str__(self) -> str:
        return "any"


@dataclass(frozen=True)
class Collection:
    kind: str  # list, set or map
    element: "Type"

    def __str__(self) -> str:
        return f"{self.kind}({self.element})"


@dataclass(frozen=True)
class Attribute:
    type: "Type"
    optional: bool = False
    default: object = None  # JSON value; None without a default, and where only Terraform can compute it
    expression: str = ""  # from which Terraform computes the default

    def __str__(self) -> str:
        if not self.optional:
            return str(self.type)
        default = self.expression or ("" if self.default is None else to_hcl(self.default))
        return f"optional({self.type}, {default})" if default else f"optional({self.type})"


@dataclass(frozen=True)
class Object:
    attributes: dict[str, Attribute] = field(default_factory=dict)

    def __str__(self) -> str:
        if not self.attributes:
            return "object({})"
        inner = ", ".join(f"{key_to_hcl(name)} = {attribute}" for name, attribute in self.attributes.items())
        return f"object({{ {inner} }})"


@dataclass(frozen=True)
class Tuple_:
    elements: tuple["Type", ...] = ()

    def __str__(self) -> str:
        return f"tuple([{', '.join(str(element) for element in self.elements)}])"


Type = Primitive | Any_ | Collection | Object | Tuple_


def parse_type(text: str) -> Type:
    """Parse a type constraint; `str()` of the result is its canonical text. Raises TypeSyntaxError."""
    try:
        reader = TypeReader(text)
        found = reader.type()
        reader.expect("end")
    except NotLiteral as error:
        raise TypeSyntaxError(str(error)) from error
    return found


def accepts(wide: Type, narrow: Type) -> bool:
    """Whether `wide` accepts every value that `narrow` accepts, by Terraform's conversions.

    An attribute that `wide` does not have is refused: Terraform would drop its value silently.
    Source: Terraform's "Type Constraints", "Conversion of Complex Types".
    """
    if isinstance(wide, Any_) or wide == narrow:
        return True
    if isinstance(wide, Primitive):
        return wide.name == "string" and isinstance(narrow, Primitive)
    if isinstance(wide, Collection):
        return _collects(wide, narrow)
    if isinstance(wide, Tuple_):
        return isinstance(narrow, Tuple_) and _each_accepts(wide.elements, narrow.elements)
    return isinstance(narrow, Object) and narrow.attributes.keys() <= wide.attributes.keys() and _fits(wide, narrow)


def _collects(wide: Collection, narrow: Type) -> bool:
    if isinstance(narrow, Tuple_):
        return wide.kind != "map" and all(_is_element(wide.element, element) for element in narrow.elements)
    if isinstance(narrow, Collection):
        return (wide.kind == "map") == (narrow.kind == "map") and _is_element(wide.element, narrow.element)
    return False


def _is_element(wide: Type, narrow: Type) -> bool:
    """Like `accepts`, but all elements of a collection of `any` need one type, which objects may not share."""
    if isinstance(wide, Any_):
        return isinstance(narrow, Primitive | Any_) or (
            isinstance(narrow, Collection) and _is_element(wide, narrow.element)
        )
    return accepts(wide, narrow)


def _each_accepts(wide: tuple[Type, ...], narrow: tuple[Type, ...]) -> bool:
    return len(wide) == len(narrow) and all(map(accepts, wide, narrow))


def _fits(wide: Object, narrow: Object) -> bool:
    for name, attribute in wide.attributes.items():
        before = narrow.attributes.get(name)
        if (before is None or before.optional) and not attribute.optional:
            return False
        if before is not None and not accepts(attribute.type, before.type):
            return False
    return True


def computed_defaults(kind: Type) -> Iterator[str]:
    """Yield the names of the attributes in a type whose default only Terraform can compute."""
    if isinstance(kind, Object):
        for name, attribute in kind.attributes.items():
            if attribute.expression:
                yield name
            yield from computed_defaults(attribute.type)
    elif isinstance(kind, Collection):
        yield from computed_defaults(kind.element)
    elif isinstance(kind, Tuple_):
        for element in kind.elements:
            yield from computed_defaults(element)


class TypeReader(Reader):
    def __init__(self, text: str) -> None:
        super().__init__(tokens(text, with_others=True))
        self.text = text

    def type(self) -> Type:
        self.depth += 1
        if self.depth > 50:
            raise NotLiteral("nested deeper than 50 levels")
        found = self._type(self.take())
        self.depth -= 1
        return found

    def _type(self, token: Token) -> Type:
        # Terraform still accepts the quoted types of its version 0.11, and bare "list" and "map".
        word = token.value if token.kind in ("name", "string") else None
        if word in PRIMITIVES:
            return Primitive(word)
        if word == "any":
            return Any_()
        if word in COLLECTIONS:
            return Collection(word, self._element())
        if word in ("object", "tuple"):
            return self._object_type() if word == "object" else self._tuple_type()
        raise NotLiteral(f"{token.value or token.kind} is not a type")

    def _element(self) -> Type:
        if not self.skip("("):
            return Any_()
        element = self.type()
        self.skip(",")
        self.expect(")")
        return element

    def _object_type(self) -> Object:
        self.expect("(")
        self.expect("{")
        attributes = {}
        while not self.skip("}"):
            name = self._object_key()
            if not self.skip("="):
                self.expect(":")
            attributes[name] = self._attribute()
            self.skip(",")
        self.expect(")")
        return Object(attributes)

    def _attribute(self) -> Attribute:
        if self.next.value != "optional":
            return Attribute(self.type())
        self.take()
        self.expect("(")
        inner = self.type()
        default, expression = self._default() if self.skip(",") and self.next.kind != ")" else (None, "")
        self.skip(",")
        self.expect(")")
        return Attribute(inner, optional=True, default=default, expression=expression)

    def _default(self) -> tuple[Any, str]:
        """The default of an optional attribute as a value, or as the expression that Terraform computes."""
        start, depth = self.at, self.depth
        try:
            value = self.value()
            if self.next.kind in (",", ")"):
                return value, ""
        except NotLiteral:
            pass
        self.at, self.depth = start, depth
        return None, self._expression()

    def _expression(self) -> str:
        """The text up to the comma or bracket that ends it. Terraform allows no functions and references there."""
        first, opened, last = self.next, 0, self.next
        while opened or self.next.kind not in (",", ")"):
            last = self.take()
            if last.kind == "end":
                raise NotLiteral("it ends too early")
            opened += (last.kind in OPENING) - (last.kind in CLOSING)
            if last.kind == "name" and self.next.kind == "(" and last.value not in KEYWORDS:
                raise NotLiteral(f"a default cannot call the function {last.value}")
            if last.value in SCOPES and self.next.value == ".":
                raise NotLiteral(f"a default cannot refer to {last.value}")
        if self.next is first:
            raise NotLiteral("a default is missing")
        end = "\n" if self.text.startswith("<<", last.start) else ""  # a heredoc's marker has its line alone
        return self.text[first.start : last.end] + end

    def _tuple_type(self) -> Tuple_:
        self.expect("(")
        self.expect("[")
        elements = []
        while not self.skip("]"):
            elements.append(self.type())
            self.skip(",")
        self.expect(")")
        return Tuple_(tuple(elements))
