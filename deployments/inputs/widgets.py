"""Widgets of a deployment's form. They work without script: submit buttons add and remove rows."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from deployments.inputs import values
from deployments.inputs.input_names import OPENED

SEARCH = "find"  # the input of the search in a large form


class Rendered:
    """A widget rendered with the project's template engine, which has the tag `{% icon %}`."""

    def _render(self, template_name: str, context: dict[str, Any], renderer: Any = None) -> SafeString:
        return render_to_string(template_name, context)


class Line(forms.TextInput):
    """A one-line text input, or a text area when the value has several lines."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        text = context["widget"]["value"] or ""
        if "\n" in text:
            context["widget"] |= {"template_name": "django/forms/widgets/textarea.html"}
            context["widget"]["attrs"]["rows"] = min(text.count("\n") + 2, 20)
        return context

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        context = self.get_context(name, value, attrs)
        # Django's type stubs lack `_render`
        return self._render(context["widget"]["template_name"], context, renderer)  # type: ignore[attr-defined]


class Switch(forms.CheckboxInput):
    def __init__(self) -> None:
        super().__init__(attrs={"class": "switch", "role": "switch"})


class Rows(Rendered, forms.Widget):
    """A widget of several inputs; its value is what was typed, or the same shape made from a stored value.

    `is_dropped` is true after a row was removed: the focus then goes to where another is added. `is_added` is true
    after Add was pressed: the focus then goes to the new row. `is_full` says that the page takes no more rows.
    """

    is_dropped = is_added = is_full = False

    def take_marks(self, data: Mapping[str, Any], name: str) -> None:
        self.is_dropped, self.is_added = f"{name}:dropped" in data, f"{name}:added" in data

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return False  # a post without rows is an empty list, not a missing value

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"] |= {"is_dropped": self.is_dropped, "is_added": self.is_added, "is_full": self.is_full}
        return context


class Chips(Rows):
    """A list of primitives: `{"items": [text, …], "new": text}`; `new` is the text of the input beside Add."""

    template_name = "deployments/widgets/chips.html"

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        self.take_marks(data, name)
        items = data.getlist(name) if hasattr(data, "getlist") else data.get(name, [])
        return {"items": list(map(values.lines, items)), "new": values.lines(data.get(f"{name}:new", ""))}

    def format_value(self, value: Any) -> Any:
        return value or {"items": [], "new": ""}


class Pairs(Rows):
    """A map of primitives: `[[key, value], …]` as typed; the page adds one blank row."""

    template_name = "deployments/widgets/pairs.html"
    use_fieldset = True

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        self.take_marks(data, name)
        number = re.compile(rf"{re.escape(name)}-(\d{{1,4}})-key")
        found = sorted(int(match[1]) for key in data if (match := number.fullmatch(key)))
        rows = [[data.get(f"{name}-{at}-key", ""), data.get(f"{name}-{at}-value", "")] for at in found]
        return [[values.lines(cell) for cell in row] for row in rows if any(row)]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, None, attrs)
        rows = [*(value or []), ["", ""]]
        context["widget"]["rows"] = [
            {"key": key, "value": text, "has_long_key": "\n" in key, "is_long": "\n" in text} for key, text in rows
        ]
        return context


class Code(forms.Textarea):
    """A text area in a monospaced font, without spelling check."""

    def __init__(self) -> None:
        super().__init__(attrs={"class": "mono", "spellcheck": "false"})

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["attrs"]["rows"] = min(max((value or "").count("\n") + 2, 4), 20)
        return context


class Secret(Rendered, forms.PasswordInput):
    """Write-only: never rendered with a value."""

    template_name = "deployments/widgets/secret.html"

    def __init__(self) -> None:
        super().__init__(attrs={"autocomplete": "new-password"}, render_value=False)


class SecretCode(Code):
    """Write-only, for values of several lines."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        return super().get_context(name, None, attrs)


def rearranged(data: QueryDict) -> QueryDict | None:
    """A copy of the posted `data` with one row added (Add) or removed (×); None when the form was sent to be checked.

    For `Chips` and `Pairs`, `add=<name>` adds a row and `drop=<name>-<number>` removes one. In nested values
    `add=<name>:row` adds a row, `add=<name>:set` a part that was left out; `drop` with the same mark removes it.
    `search` only shows what is found. `enter` is the Enter key where no script handles it: it adds what was typed into
    lists and not added yet, or searches.
    """
    if "enter" in data:
        return _entered(data)
    if not {"add", "drop", "search"} & data.keys():
        return None
    data = data.copy()
    if "search" in data:
        return data
    is_adding = "add" in data
    name, _, mark = str(data["add" if is_adding else "drop"]).partition(":")
    if mark in ("row", "set"):
        (_open if is_adding else _close)(data, name, mark)
    elif is_adding:
        _add(data, name)
    else:
        _drop(data, *name.rpartition("-")[::2])
    return data


def variables_moved(data: Mapping[str, Any], prefix: str) -> set[str]:
    """The names of variables whose Add or × was pressed, if any; a flat one may be followed by a row's number."""
    button = str(data.get("add") or data.get("drop") or "").removeprefix(f"{prefix}-")
    name = re.split("[.:]", button, maxsplit=1)[0]
    return {name, name.rpartition("-")[0]}


def _entered(data: QueryDict) -> QueryDict | None:
    data = data.copy()
    names = [key.removesuffix(":new") for key in data if key.endswith(":new") and str(data[key]).strip()]
    for name in names:
        _add(data, name)
    return data if names or data.get(SEARCH, "") != data.get("found", "") else None


def _open(data: QueryDict, name: str, mark: str) -> None:
    if mark == "set":
        data[f"{name}:set"] = OPENED
        return
    row = re.compile(rf"{re.escape(name)}\.(\d{{1,5}}):row", re.ASCII)
    numbers = [int(found[1]) for key in data if (found := row.fullmatch(key))]
    data[f"{name}.{max(numbers, default=-1) + 1}:row"] = OPENED


def _close(data: QueryDict, name: str, mark: str) -> None:
    for key in [key for key in data if key.startswith((f"{name}.", f"{name}:")) or key == name]:
        del data[key]
    if mark == "set":
        data[f"{name}:set"] = ""
    data[f"{name if mark == 'set' else name.rpartition('.')[0]}:dropped"] = "1"


def _add(data: QueryDict, name: str) -> None:
    new = data.get(f"{name}:new", "")
    if new.strip():
        data.appendlist(name, new)
        data[f"{name}:new"] = ""
    data[f"{name}:added"] = "1"


def _drop(data: QueryDict, name: str, number: str) -> None:
    data.pop(f"{name}-{number}-key", None)
    data.pop(f"{name}-{number}-value", None)
    data[f"{name}:dropped"] = "1"
    items = data.getlist(name)
    if number.isdecimal() and len(number) < 5 and int(number) < len(items):
        data.setlist(name, items[: int(number)] + items[int(number) + 1 :])
