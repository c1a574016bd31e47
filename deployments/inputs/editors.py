"""Editors of nested values: one for each type, which converts between values, posts and trees of typed text.

A tree keeps what was typed, valid or not, so that the page can show it again:
- for a primitive `Cell(text, blank)`, where `blank` is the chosen meaning of an empty text, or "" for the usual one;
- for `any`, a collection of `any`, and types nested deeper than LEVELS: the text in JSON or HCL;
- for any other type a list of `(key, tree)`, or None when it is left out. The key is the attribute's name, the
  element's index in a tuple, the map's key as typed, or blank in a list or set.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from deployments.inputs import values
from deployments.inputs.input_names import LEVELS, OPENED, Branch, Spot
from deployments.inputs.values import BLANK
from modules.terraform.types import Any_, Attribute, Collection, Object, Primitive, Tuple_, Type

MAX_ROWS = 100  # of one list, set or map
MAX_PARTS = 600  # inputs of one variable; such a page renders in well under a second
NEEDED = "Enter a value."
TypedTree: TypeAlias = Any  # as above; its shape depends on the editor
EMPTY, NULL = "empty", "null"  # meanings of a blank input


class Cell(NamedTuple):
    text: str = ""
    blank: str = ""


@dataclass(frozen=True)
class Editor:
    """An editor of one type. `attribute` says whether the value may be left out, and which default then applies."""

    attribute: Attribute

    @property
    def kind(self) -> Any:
        """The type that the editor edits; each subclass handles its own types."""
        return self.attribute.type

    @property
    def is_optional(self) -> bool:
        return self.attribute.optional

    def fresh(self) -> TypedTree:
        """The tree of a new, empty editor."""
        raise NotImplementedError

    def opened(self) -> TypedTree:
        """The tree of an editor after Set was pressed: the default when it fits, otherwise an empty one."""
        default = self.attribute.default
        return self.fresh() if default is None or not fits(default, self.kind) else self.show(default)

    def show(self, value: Any) -> TypedTree:
        """The tree of a value for which `fits` is true."""
        raise NotImplementedError

    def take(self, posted: Branch) -> TypedTree:
        """The tree of a post."""
        raise NotImplementedError

    def read(self, typed: TypedTree, spot: Spot, wrong: dict[Spot, str]) -> Any:
        """The value of a tree, or BLANK when it is left out or invalid; adds errors to `wrong` by their spot."""
        raise NotImplementedError


class LineEditor(Editor):
    """A primitive."""

    @property
    def meanings(self) -> list[str]:
        """The meanings that a person can choose for a blank input."""
        return [EMPTY] * (self.kind.name == "string") + [NULL] * (not self.is_optional)

    def fresh(self) -> TypedTree:
        return Cell("false" if self.kind.name == "bool" and not self.is_optional else "")

    def show(self, value: Any) -> TypedTree:
        if value is None:
            return Cell(blank="" if self.is_optional else NULL)
        text = values.lines(values.show(value))
        return Cell(text.lower()) if self.kind.name == "bool" else Cell(text, "" if text else EMPTY)

    def take(self, posted: Branch) -> TypedTree:
        blank = posted.marks.get("blank", "")
        cell = Cell(posted.value or "", blank if blank in self.meanings else "")
        if self.kind.name != "bool":
            return cell if not cell.text else Cell(cell.text)
        if cell.text in ("true", "false"):
            return Cell(cell.text)
        return Cell(blank=cell.blank) if self.is_optional or cell.blank else self.fresh()

    def read(self, typed: TypedTree, spot: Spot, wrong: dict[Spot, str]) -> Any:
        if typed.text.strip() or (typed.text and self.kind.name == "string"):
            return _reading(lambda: values.READERS[self.kind.name](values.checked(typed.text)), spot, wrong)
        if typed.blank:
            return "" if typed.blank == EMPTY else None
        return _left_out(self, spot, wrong)


class TextEditor(Editor):
    """Any value, in JSON or HCL."""

    def fresh(self) -> TypedTree:
        return ""

    def show(self, value: Any) -> TypedTree:
        return "" if value is None and self.is_optional else values.show_json(value)

    def take(self, posted: Branch) -> TypedTree:
        return posted.value or ""

    def read(self, typed: TypedTree, spot: Spot, wrong: dict[Spot, str]) -> Any:
        if typed.strip():
            return _reading(lambda: values.read_as(typed, self.kind), spot, wrong)
        return _left_out(self, spot, wrong)


@dataclass(frozen=True)
class PartsEditor(Editor):
    """An object or a tuple, with one editor for each attribute or element."""

    parts: dict[str, Editor]

    def spots(self, spot: Spot) -> list[Spot]:
        if isinstance(self.kind, Object):
            return [spot.part(key) for key in self.parts]
        return [spot.element(at) for at in range(len(self.parts))]

    def fresh(self) -> TypedTree:
        return [(key, _closed(part)) for key, part in self.parts.items()]

    def show(self, value: Any) -> TypedTree:
        if value is None:
            return None
        given = value if isinstance(value, dict) else dict(zip(self.parts, value, strict=True))
        return [(key, part.show(given.get(key))) for key, part in self.parts.items()]

    def take(self, posted: Branch) -> TypedTree:
        if not posted.marks.get("set"):
            return None
        if posted.marks["set"] == OPENED:
            return self.opened()
        return [(key, part.take(posted.part(key))) for key, part in self.parts.items()]

    def read(self, typed: TypedTree, spot: Spot, wrong: dict[Spot, str]) -> Any:
        if typed is None:
            return BLANK if self.is_optional else None
        spots = zip(self.spots(spot), typed, strict=True)
        found = {key: self.parts[key].read(tree, at, wrong) for at, (key, tree) in spots}
        given = {key: value for key, value in found.items() if value is not BLANK}
        return given if isinstance(self.kind, Object) else list(given.values())


@dataclass(frozen=True)
class RowsEditor(Editor):
    """A list, set or map: rows that can be added and removed, all with the same editor."""

    row: Editor

    @property
    def is_map(self) -> bool:
        return self.kind.kind == "map"

    def fresh(self) -> TypedTree:
        return []

    def show(self, value: Any) -> TypedTree:
        if value is None:
            return None
        rows = value.items() if self.is_map else (("", part) for part in value)
        return [(values.lines(key), self.row.show(part)) for key, part in rows]

    def take(self, posted: Branch) -> TypedTree:
        if not posted.marks.get("set"):
            return None
        if posted.marks["set"] == OPENED:
            return self.opened()
        return [(row.marks.get("key", ""), self._row(row)) for row in posted.rows()[: MAX_ROWS + 1]]

    def _row(self, posted: Branch) -> TypedTree:
        return self.row.fresh() if posted.marks["row"] == OPENED else self.row.take(posted)

    def read(self, typed: TypedTree, spot: Spot, wrong: dict[Spot, str]) -> Any:
        if typed is None:
            return BLANK if self.is_optional else None
        if len(typed) > MAX_ROWS:
            wrong[spot] = f"At most {MAX_ROWS} rows are allowed."
            return BLANK
        found = [self.row.read(tree, spot.row(at), wrong) for at, (_, tree) in enumerate(typed)]
        if not self.is_map:
            return found
        keys = [key for key, _ in typed]
        for at, key in enumerate(keys):
            self._check_key(key, keys, spot.row(at), wrong)
        return dict(zip(keys, found, strict=True))

    @staticmethod
    def _check_key(key: str, keys: list[str], spot: Spot, wrong: dict[Spot, str]) -> None:
        at = Spot(f"{spot.name}:key", f"{spot.label}, key")
        if not key:
            wrong[at] = "Enter a key."
        elif keys.count(key) > 1:
            wrong[at] = f"The key “{key}” is used twice."
        else:
            _reading(lambda: values.checked(key), at, wrong)


def editor_for(kind: Type, *, is_optional: bool = False, level: int = 1) -> Editor:
    """The editor of a type; `is_optional` says that the value can be left out."""
    return _editor(Attribute(kind, optional=is_optional), level)


def _editor(attribute: Attribute, level: int) -> Editor:
    kind = attribute.type
    if isinstance(kind, Primitive):
        return LineEditor(attribute)
    if level > LEVELS or isinstance(kind, Any_) or isinstance(kind, Collection) and isinstance(kind.element, Any_):
        return TextEditor(attribute)
    if isinstance(kind, Collection):
        return RowsEditor(attribute, editor_for(kind.element, level=level + 1))
    if isinstance(kind, Tuple_):
        parts = {str(at): editor_for(element, level=level + 1) for at, element in enumerate(kind.elements)}
        return PartsEditor(attribute, parts)
    parts = {key: _editor(each, level + 1) for key, each in kind.attributes.items()}
    return PartsEditor(attribute, parts)


def fits(value: Any, kind: Type, *, most: int = MAX_PARTS) -> bool:
    """Whether the editor of `kind` can show `value`: its type matches, and it is not too large."""
    if values.mismatch(value, kind) or not _rows_fit(value, kind):
        return False
    return size(editor_for(kind).show(value)) < min(MAX_PARTS, most)


def size(typed: TypedTree) -> int:
    """The number of inputs of a tree."""
    if typed is None or isinstance(typed, Cell | str):
        return 1
    return 1 + sum(size(tree) for _, tree in typed)


def _rows_fit(value: Any, kind: Type) -> bool:
    if value is None or isinstance(kind, Primitive | Any_):
        return True
    if isinstance(kind, Object):
        return all(_rows_fit(value.get(key), each.type) for key, each in kind.attributes.items())
    if isinstance(kind, Tuple_):
        return all(_rows_fit(part, each) for part, each in zip(value, kind.elements, strict=True))
    rows = value.values() if isinstance(value, dict) else value
    return has_rows(value) and all(_rows_fit(row, kind.element) for row in rows)


def has_rows(value: dict | list) -> bool:
    """Whether rows can show a collection: there are not too many, and its keys are neither blank nor alike."""
    keys = set(map(values.lines, value)) if isinstance(value, dict) else set()
    return len(value) <= MAX_ROWS and "" not in keys and (isinstance(value, list) or len(keys) == len(value))


def _closed(part: Editor) -> TypedTree:
    """The tree of a part inside a new editor: an optional object, tuple or collection starts left out."""
    return None if part.is_optional and isinstance(part, PartsEditor | RowsEditor) else part.fresh()


def _reading(read: Callable[[], Any], spot: Spot, wrong: dict[Spot, str]) -> Any:
    try:
        return read()
    except values.BadValue as error:
        wrong[spot] = str(error)
        return BLANK


def _left_out(editor: Editor, spot: Spot, wrong: dict[Spot, str]) -> Any:
    if not editor.is_optional:
        wrong[spot] = NEEDED
    return BLANK
