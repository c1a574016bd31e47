"""The widget of nested values: draws an editor's tree as inputs, each with its error."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from django.core.exceptions import TooManyFieldsSent

from deployments.inputs import editors, values
from deployments.inputs.editors import Cell, Editor, LineEditor, PartsEditor, RowsEditor, TextEditor, TypedTree
from deployments.inputs.input_names import OPENED, Branch, Spot, branch_of
from deployments.inputs.widgets import Rows
from modules.terraform.types import Object, Type

FORGED = 4 * editors.MAX_PARTS  # more inputs than any page has: Add stops at MAX_PARTS
COLUMNS = 5  # most attributes of a row that is drawn as a table
Drawing: TypeAlias = dict[str, Any]  # the context of an editor's template
MEANINGS = [(editors.EMPTY, "empty text"), (editors.NULL, "null")]
LONGEST_HINT = 80  # characters of a default


class Typed(str):
    """Text as typed, in JSON or HCL, as opposed to a value that is a string."""


@dataclass(frozen=True)
class Tree:
    """The tree that an editor shows, with names of inputs: its own, that of the part just added (`opened`), and that
    of the part from which a row was just removed (`dropped`)."""

    root: object
    name: str = field(default="", compare=False)
    opened: str = field(default="", compare=False)
    dropped: str = field(default="", compare=False)


@dataclass
class Page:
    """The state that all parts of one drawing share. `box` identifies the element that a button replaces."""

    box: str
    wrong: dict[Spot, str]
    opened: str
    dropped: str
    is_full: bool


class Nested(Rows):
    """The editor of one nested type, or a text area for JSON or HCL when the value does not fit the editor."""

    template_name = "deployments/widgets/nested.html"
    use_fieldset = True

    def __init__(self, editor: Editor, label: str, *, sends_null: bool) -> None:
        super().__init__()
        self.editor = editor
        self.label = label
        self.absent = "Empty (null)" if sends_null else "The module's default"
        self.wrong: dict[Spot, str] = {}

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Tree | Typed:
        posted = None if name in data else branch_of(data, name)
        if posted is None:
            return Typed(values.lines(data.get(name, "")))
        root = self.editor.take(posted)
        if editors.size(root) > FORGED:
            raise TooManyFieldsSent(f"{name} has more inputs than any page of this portal.")
        return Tree(root, name, _where(posted, name, _is_opened), _where(posted, name, _is_dropped))

    def format_value(self, value: Any) -> Any:
        return value

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> Drawing:
        context = super().get_context(name, value, attrs)
        box = context["widget"]["attrs"]["id"]
        spot = Spot(name, self.label)
        if isinstance(value, Tree):
            is_full = self.is_full or editors.size(value.root) >= editors.MAX_PARTS
            page = Page(box, self.wrong, value.opened, value.dropped, is_full)
            context["node"] = draw(self.editor, value.root, spot, page) | {"absent": self.absent}
        else:
            context["node"] = draw(TextEditor(self.editor.attribute), value, spot, Page(box, {}, "", "", False))
        return context


def _is_opened(posted: Branch) -> bool:
    return OPENED in (posted.marks.get("set"), posted.marks.get("row"))


def _is_dropped(posted: Branch) -> bool:
    return "dropped" in posted.marks


def _where(posted: Branch, name: str, holds: Callable[[Branch], bool]) -> str:
    """The name of the first part for which `holds` is true, with its rows renumbered as the page will show them."""
    if holds(posted):
        return name
    numbers = {id(row): at for at, row in enumerate(posted.rows())}
    found = (_where(part, f"{name}.{numbers.get(id(part), key)}", holds) for key, part in posted.parts.items())
    return next(filter(None, found), "")


def draw(editor: Editor, typed: TypedTree, spot: Spot, page: Page, title: str = "") -> Drawing:
    """The template context of an editor and of all editors inside it."""
    node = {
        "name": spot.name,
        "id": f"id_{spot.name}",
        "label": spot.label,
        "title": title,
        "kind": f"{'optional ' if editor.is_optional else ''}{_kind(editor.kind)}",
        "typed": typed,
        "error": page.wrong.get(spot, ""),
        "box": page.box,
        "is_full": page.is_full,
        "is_optional": editor.is_optional,
        "is_opened": page.opened == spot.name,
        "is_dropped": page.dropped == spot.name,
        "hint": _hint(editor),
        "absent": _absent(editor),
    }
    for kind, more in DRAWN.items():
        if isinstance(editor, kind):
            return node | more(editor, typed, spot, page)
    raise TypeError(f"{editor} has no drawing.")


def _line(editor: LineEditor, typed: Cell, spot: Spot, page: Page) -> Drawing:
    is_bool = editor.kind.name == "bool"
    is_choice = is_bool and (editor.is_optional or typed.blank)
    default = editor.attribute.default
    asks = typed.blank or page.wrong.get(spot) == editors.NEEDED or (isinstance(default, str) and default)
    return {
        "template": "deployments/widgets/nested/line.html",
        "is_line": True,
        "is_choice": is_choice,
        "is_switch": is_bool and not is_choice,
        "is_area": not is_bool and "\n" in typed.text,
        "is_true": typed.text == "true",
        "is_false": typed.text == "false",
        "is_number": editor.kind.name == "number",
        "needs": not editor.is_optional and not is_bool,
        "usual": "not allowed" if not editor.is_optional else "the default" if default else "not set",
        "meanings": [meaning for meaning in MEANINGS if meaning[0] in editor.meanings] if asks and not is_bool else [],
    }


def _text(editor: TextEditor, typed: str, spot: Spot, page: Page) -> Drawing:
    rows = min(max(typed.count("\n") + 2, 3), 20)
    return {
        "template": "deployments/widgets/nested/text.html",
        "is_line": True,
        "needs": not editor.is_optional,
        "lines": rows,
    }


def _parts(editor: PartsEditor, typed: TypedTree, spot: Spot, page: Page) -> Drawing:
    node = {"template": "deployments/widgets/nested/parts.html", "is_set": typed is not None}
    if typed is None:
        return node
    spots = editor.spots(spot)
    page = _moved(page, spot, spots)
    drawn = [
        draw(editor.parts[key], tree, at, page, _title(editor, key, number))
        for number, (at, (key, tree)) in enumerate(zip(spots, typed, strict=True), 1)
    ]
    return node | {"lines": [part for part in drawn if _is_short(part)], "parts": drawn}


def _rows(editor: RowsEditor, typed: TypedTree, spot: Spot, page: Page) -> Drawing:
    shape = _shape(editor)
    node = {"template": f"deployments/widgets/nested/{shape}.html", "is_set": typed is not None}
    if typed is None:
        return node
    rows = [_row(editor, key, tree, spot.row(at), page) for at, (key, tree) in enumerate(typed)]
    return node | {
        "rows": rows,
        "is_map": editor.is_map,
        "heads": _heads(editor.row) if shape == "table" else [],
        "noun": _noun(spot.row(0).label),
        "most": editors.MAX_ROWS,
        "is_full": page.is_full or len(rows) >= editors.MAX_ROWS,
    }


def _row(editor: RowsEditor, key: str, tree: TypedTree, spot: Spot, page: Page) -> Drawing:
    is_opened = editor.is_map and page.opened == spot.name
    if is_opened:
        page = replace(page, opened="")
    return {
        "key": key,
        "key_id": f"id_{spot.name}:key",
        "name": spot.name,
        "label": spot.label,
        "title": _noun(spot.label, number=True),
        "is_opened": is_opened,
        "is_long": "\n" in key,
        "key_error": page.wrong.get(Spot(f"{spot.name}:key", f"{spot.label}, key"), ""),
        "node": draw(editor.row, tree, spot, page),
    }


DRAWN: dict[type[Editor], Callable[..., Drawing]] = {
    LineEditor: _line,
    TextEditor: _text,
    PartsEditor: _parts,
    RowsEditor: _rows,
}


def _moved(page: Page, spot: Spot, spots: list[Spot]) -> Page:
    """The page with the focus on the first part, when the part that was just added is `spot`."""
    return replace(page, opened=spots[0].name) if spots and page.opened == spot.name else page


def _shape(editor: RowsEditor) -> str:
    """The layout of rows: a table, one line each (with its key in a map), or cards."""
    row = editor.row
    if isinstance(row, LineEditor):
        return "pairs" if editor.is_map else "lines"
    if editor.is_map or not isinstance(row, PartsEditor) or not isinstance(row.kind, Object):
        return "cards"
    is_flat = all(isinstance(part, LineEditor) for part in row.parts.values())
    return "table" if is_flat and 0 < len(row.parts) <= COLUMNS else "cards"


def _heads(row: Editor) -> list[str]:
    return list(map(words, row.parts)) if isinstance(row, PartsEditor) else []


def _is_short(node: Drawing) -> bool:
    return node.get("is_line", False)


def words(name: str) -> str:
    """A Terraform name as a label: `db_name` → "Db name"."""
    found = name.replace("_", " ").strip() or name
    return found[0].upper() + found[1:]


def _title(editor: Editor, key: str, number: int) -> str:
    return words(key) if isinstance(editor.kind, Object) else f"Element {number}"


def _noun(label: str, *, number: bool = False) -> str:
    last = label.rpartition(", ")[2]
    return last if number else last.rstrip("0123456789 ").lower()


def _kind(kind: Type) -> str:
    text = str(kind)
    return text if len(text) <= 40 else text.partition("(")[0]


def _absent(editor: Editor) -> str:
    """The label of an editor that is left out: the value that then applies."""
    if not editor.is_optional:
        return "Empty (null)"
    hint = _hint(editor)
    return f"Default: {hint}" if hint else "Not set"


def _hint(editor: Editor) -> str:
    default = editor.attribute.default
    if default is None:
        text = editor.attribute.expression
    else:
        text = {True: "Yes", False: "No"}[default] if isinstance(default, bool) else values.show_line(default)
    return text if len(text) <= LONGEST_HINT else f"{text[:LONGEST_HINT]}…"
