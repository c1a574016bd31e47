"""The one seam from a module's variables to a form, and from the form to the values that Terraform gets.

What is sent, and what is left to the module:
- every field starts with the variable's default, and a value that equals the default is not sent, so that a new
  default in a later version is followed;
- a text field that was cleared sends "" where its default is another text; where the default is null, or is
  computed by Terraform, blank leaves it so;
- a blank number, choice or JSON field leaves the default in force; `null` can be typed where JSON is taken;
- an emptied list or map is sent as an empty one, except that with a null default it leaves the default in force;
- a sensitive field is never filled; blank keeps what was given before, or leaves the default in force.
"""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html

from deployments import values, widgets
from modules.types import Any_, Collection, Primitive, TypeSyntaxError, parse_type

BLANK = object()  # nothing was given: the default holds
KEPT = "Kept from your last try"


def kind_of(variable):
    """The parsed type of a variable of a schema; `any` where it cannot be parsed."""
    try:
        return parse_type(variable["type"])
    except TypeSyntaxError:
        return Any_()


class VariableField(forms.Field):
    """One variable's field: `clean` gives a JSON value or BLANK, `prepare_value` what its widget shows."""

    def clean(self, value):
        try:
            cleaned = self.read(value)
        except values.BadValue as error:
            raise ValidationError(str(error)) from error
        if cleaned is BLANK and self.required:
            raise ValidationError(self.error_messages["required"])
        return cleaned

    def read(self, typed):
        raise NotImplementedError


class TextField(VariableField):
    """A string; `blank` is what the empty text means."""

    widget = widgets.Line

    def __init__(self, *, blank=BLANK, **options):
        super().__init__(**options)
        self.blank = blank

    def read(self, typed):
        if typed is None:
            return BLANK
        return values.storable(values.lines(typed)) if typed else self.blank

    def prepare_value(self, value):
        return "" if value is None else values.show(value)


class NumberField(VariableField):
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def read(self, typed):
        return values.number(typed) if typed and typed.strip() else BLANK

    def prepare_value(self, value):
        return "" if value is None else values.show(value)


class SwitchField(VariableField):
    widget = widgets.Switch

    def read(self, typed):
        return bool(typed)


class ChoiceField(VariableField):
    """One of `choices`, given as JSON primitives; the empty choice means BLANK."""

    def __init__(self, *, choices, empty, labels=values.show, **options):
        self.by_text = {values.show(choice): choice for choice in choices}
        shown = [(text, labels(choice)) for text, choice in self.by_text.items()]
        super().__init__(widget=forms.Select(choices=[("", empty), *shown] if empty else shown), **options)

    def read(self, typed):
        if typed in self.by_text:
            return self.by_text[typed]
        if typed:
            raise values.BadValue(f"“{typed}” is not one of the choices.")
        return BLANK

    def prepare_value(self, value):
        return "" if value is None else values.show(value)


class ListField(VariableField):
    """A list or set of primitives."""

    widget = widgets.Chips

    def __init__(self, *, element, blank, **options):
        super().__init__(**options)
        self.element = element
        self.blank = blank

    def read(self, typed):
        texts = [*typed["items"], *([typed["new"]] if typed["new"].strip() else [])]
        return [_primitive(self.element, text) for text in texts] or self.blank

    def prepare_value(self, value):
        if isinstance(value, dict):
            return value
        return {"items": [values.show(item) for item in value or []], "new": ""}


class MapField(VariableField):
    """A map of primitives."""

    widget = widgets.Pairs

    def __init__(self, *, element, blank, **options):
        super().__init__(**options)
        self.element = element
        self.blank = blank

    def read(self, typed):
        keys = [key for key, _ in typed]
        for key in keys:
            if not key:
                raise values.BadValue("A row has a value but no key.")
            if keys.count(key) > 1:
                raise values.BadValue(f"“{key}” is given twice.")
            values.storable(key)
        return {key: _primitive(self.element, text) for key, text in typed} or self.blank

    def prepare_value(self, value):
        if isinstance(value, dict):
            return [[key, values.show(item)] for key, item in value.items()]
        return value


class Typed(str):
    """Text as it was typed, told from a value that happens to be a text."""


class CodeField(VariableField):
    """Any other type: one value in JSON or HCL, checked against the type."""

    widget = widgets.Code

    def __init__(self, *, kind, **options):
        super().__init__(**options)
        self.kind = kind

    def read(self, typed):
        if not typed or not typed.strip():
            return BLANK
        value = values.read(values.lines(typed))
        if reason := values.mismatch(value, self.kind):
            raise values.BadValue(reason)
        return value

    def bound_data(self, data, initial):
        return Typed(data or "")

    def prepare_value(self, value):
        return value if value is None or isinstance(value, Typed) else values.show_json(value)


class SecretField(VariableField):
    """A sensitive value of any type; `is_kept` says that one is there already."""

    def __init__(self, *, kind, is_kept, **options):
        is_line = isinstance(kind, Primitive)
        super().__init__(widget=widgets.Secret() if is_line else widgets.SecretCode(), **options)
        self.kind = kind
        if is_kept:
            self.keep()

    def keep(self):
        """A value is stored by now, so that a blank field keeps it."""
        self.required = False
        self.widget.attrs["placeholder"] = KEPT
        self.help_text = format_html("{} {}", self.help_text, "Blank keeps what you gave before.")

    def read(self, typed):
        if not typed:
            return BLANK
        if isinstance(self.kind, Primitive):
            return _primitive(self.kind, values.lines(typed))
        return CodeField(kind=self.kind, required=False).read(typed)

    def prepare_value(self, value):
        return None


def _primitive(kind, text):
    return values.READERS[kind.name](values.storable(text))


def field_for(variable, *, value, is_kept=False):
    """The field for one variable of a schema; `value` is what it starts with, `is_kept` that a secret is stored."""
    kind = kind_of(variable)
    options = {"required": variable["required"], "label": _label(variable["name"]), "help_text": _help(variable, kind)}
    if variable["sensitive"]:
        return SecretField(kind=kind, is_kept=is_kept, **options)
    if isinstance(kind, Primitive):
        return _primitive_field(kind, variable, value, options)
    if isinstance(kind, Collection) and isinstance(kind.element, Primitive) and _is_flat(value, kind.kind):
        shape = MapField if kind.kind == "map" else ListField
        empty = {} if kind.kind == "map" else []
        is_left = not variable["required"] and variable["default"] is None
        # An empty list is an answer, so that a required one is never reported as missing.
        return shape(element=kind.element, blank=BLANK if is_left else empty, **options | {"required": False})
    return CodeField(kind=kind, **options)


def _primitive_field(kind, variable, value, options):
    default, is_left = variable["default"], not variable["required"] and variable["default"] is None
    empty = "Leave it to the module" if is_left else "Choose one" if variable["required"] else ""
    if variable["options"] and kind.name != "bool":
        extra = [each for each in (default, value) if each is not None and each not in variable["options"]]
        return ChoiceField(choices=[*variable["options"], *extra], empty=empty, **options)
    if kind.name == "bool":
        if isinstance(default, bool):
            return SwitchField(**options | {"required": False})
        return ChoiceField(choices=[True, False], empty=empty, labels={True: "Yes", False: "No"}.get, **options)
    if kind.name == "number":
        return NumberField(**options)
    return TextField(blank=BLANK if variable["required"] or is_left else "", **options)


def _is_flat(value, shape):
    """Whether rows can show `value`: a list or map of primitives without null, or nothing."""
    if value is None:
        return True
    if not isinstance(value, dict if shape == "map" else list):
        return False
    parts = value.values() if isinstance(value, dict) else value
    return not any(part is None or isinstance(part, dict | list) for part in parts)


def _label(name):
    words = name.replace("_", " ").strip() or name
    return words[0].upper() + words[1:]


def _help(variable, kind):
    """The module's own words, escaped, and what the field takes where that does not show."""
    notes = []
    if variable["sensitive"]:
        notes.append("Sensitive: stored encrypted, masked in logs, never sent back.")
    if not isinstance(kind, Primitive):
        notes.append(f"{kind}." if len(str(kind)) <= 60 else f"{str(kind).partition('(')[0]}.")
    if not isinstance(kind, Primitive) and not isinstance(getattr(kind, "element", None), Primitive):
        notes.append("JSON or HCL.")
    if variable.get("default_expression"):
        notes.append("Blank: Terraform computes it.")
    elif not variable["required"] and variable["default"] is None and not variable["sensitive"]:
        notes.append("May be left blank.")
    return format_html("{} {}", variable["description"], " ".join(notes))
