"""Fields of primitives, and of lists, sets and maps of primitives."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from deployments.inputs import values, widgets
from deployments.inputs.values import BLANK
from modules.terraform.types import Primitive

READ = object()  # an unchanged post is read like any other


class VariableField(forms.Field):
    """One variable's field: `clean` returns a JSON value or BLANK, `prepare_value` what its widget shows.

    `start` is the value that the page shows at first. A post that brings it back unchanged means `kept`: BLANK, or the
    value given before, whose spelling the page may have changed. Without `kept` every post is read. `former` is the
    default that the posted page showed, if a version was published since: it gives way to `start`.
    """

    start: Any = None
    kept: Any = READ
    former: Any = BLANK

    def clean(self, value: Any) -> Any:
        if self.kept is not READ and self.is_untouched(value):
            return self.kept
        try:
            cleaned = self.read(value)
        except values.BadValue as error:
            raise ValidationError(str(error)) from error
        if cleaned is BLANK and self.required:
            raise ValidationError(self.error_messages["required"])
        return cleaned

    def read(self, typed: Any) -> Any:
        raise NotImplementedError

    def is_untouched(self, typed: Any) -> bool:
        """Whether the post brings back what the page showed at first."""
        return self.shows(self.start, typed) or self.is_outdated(typed)

    def is_outdated(self, typed: Any) -> bool:
        return self.former is not BLANK and self.shows(self.former, typed)

    def shows(self, value: Any, typed: Any) -> bool:
        """Whether the post is that of a page that shows `value`."""
        return typed == self.prepare_value(value)

    def bound_data(self, data: Any, initial: Any) -> Any:
        return initial if self.is_outdated(data) else data


class LineField(VariableField):
    """A value of one text."""

    def clean(self, value: Any) -> Any:
        return super().clean(value if value is None else values.lines(value))

    def shows(self, value: Any, typed: Any) -> bool:
        return typed is not None and super().shows(value, values.lines(typed))

    def prepare_value(self, value: Any) -> Any:
        return "" if value is None else values.lines(values.show(value))


class TextField(LineField):
    """A string; `blank` is the value of an empty text."""

    widget = widgets.Line

    def __init__(self, *, blank: Any = BLANK, **options: Any) -> None:
        super().__init__(**options)
        self.blank = blank

    def read(self, typed: Any) -> Any:
        if typed is None:
            return BLANK
        return values.checked(typed) if typed else self.blank


class NumberField(LineField):
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def read(self, typed: Any) -> Any:
        return values.number(typed) if typed and typed.strip() else BLANK


class SwitchField(VariableField):
    widget = widgets.Switch

    def read(self, typed: Any) -> Any:
        return bool(typed)


class ChoiceField(LineField):
    """One of `choices`, given as JSON primitives; the empty choice means BLANK."""

    def __init__(
        self, *, choices: Iterable[Any], empty: str, labels: Callable[[Any], str] = values.show, **options: Any
    ) -> None:
        self.by_text = {self.prepare_value(choice): choice for choice in choices}
        shown = [(text, labels(choice)) for text, choice in self.by_text.items()]
        super().__init__(widget=forms.Select(choices=[("", empty), *shown] if empty else shown), **options)

    def read(self, typed: Any) -> Any:
        if typed in self.by_text:
            return self.by_text[typed]
        if typed:
            raise values.BadValue(f"“{typed}” is not one of the choices.")
        return BLANK


class ListField(VariableField):
    """A list or set of primitives."""

    widget = widgets.Chips

    def __init__(self, *, element: Primitive, blank: Any, **options: Any) -> None:
        super().__init__(**options)
        self.element = element
        self.blank = blank

    def read(self, typed: Any) -> Any:
        texts = [*typed["items"], *([typed["new"]] if typed["new"].strip() else [])]
        return [read_primitive(self.element, text) for text in texts] or self.blank

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, dict):
            return value
        return {"items": [values.lines(values.show(item)) for item in value or []], "new": ""}


class MapField(VariableField):
    """A map of primitives."""

    widget = widgets.Pairs

    def __init__(self, *, element: Primitive, blank: Any, **options: Any) -> None:
        super().__init__(**options)
        self.element = element
        self.blank = blank

    def read(self, typed: Any) -> Any:
        for key, number in Counter(key for key, _ in typed).items():
            if not key:
                raise values.BadValue("A row has a value but no key.")
            if number > 1:
                raise values.BadValue(f"The key “{key}” is used twice.")
            values.checked(key)
        return {key: read_primitive(self.element, text) for key, text in typed} or self.blank

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, dict):
            return [[values.lines(key), values.lines(values.show(item))] for key, item in value.items()]
        return value or []


def read_primitive(kind: Primitive, text: str) -> Any:
    return values.READERS[kind.name](values.checked(text))
