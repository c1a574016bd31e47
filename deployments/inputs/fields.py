"""The one seam from a module's variables to a form, and from the form to the values that Terraform gets.

What is sent, and what is left to the module:
- every field starts with the variable's default, and a value that equals the default is not sent, so that a new
  default in a later version is followed;
- a text field that was cleared sends "" where its default is another text; where the default is null, or is
  computed by Terraform, blank leaves it so;
- a blank number, choice or JSON field leaves the default in force; `null` can be typed where JSON is taken;
- an emptied list or map is sent as an empty one, except that with a null default it leaves the default in force;
- of a nested value each part has an input. An optional attribute that is blank or left out is not sent; any other
  needs a value, be it an empty text or null by choice. Left out as a whole, the value is null where the variable may
  be null, and left to the module where its default is null anyway;
- a sensitive field is never filled; blank keeps what was given before, or leaves the default in force.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.safestring import SafeString

from deployments.inputs import editors, values, widgets
from deployments.inputs.input_names import Spot
from deployments.inputs.nested_widget import Nested, Tree, Typed, words
from deployments.inputs.plain_fields import (
    ChoiceField,
    ListField,
    MapField,
    NumberField,
    SwitchField,
    TextField,
    VariableField,
    read_primitive,
)
from deployments.inputs.values import BLANK
from modules.terraform.schema import Variable
from modules.terraform.short_texts import shown_type
from modules.terraform.types import Any_, Collection, Primitive, Type, TypeSyntaxError, parse_type

KEPT = "Stored"
NEVER = object()  # it cannot be left out


def kind_of(variable: Variable) -> Type:
    """The parsed type of a variable of a schema; `any` where it cannot be parsed."""
    try:
        return parse_type(variable["type"])
    except TypeSyntaxError:
        return Any_()


class CodeField(VariableField):
    """One value in JSON or HCL, checked against the type."""

    widget = widgets.Code

    def __init__(self, *, kind: Type, **options: Any) -> None:
        super().__init__(**options)
        self.kind = kind

    def read(self, typed: Any) -> Any:
        if not typed or not typed.strip():
            return BLANK
        return values.read_as(typed, self.kind)

    def bound_data(self, data: Any, initial: Any) -> Any:
        return Typed(data or "")

    def prepare_value(self, value: Any) -> Any:
        return value if value is None or isinstance(value, Typed) else values.show_json(value)


class NestedField(VariableField):
    """An object, or a collection or tuple of anything: an editor for each part of it.

    `blank` is what leaving it out means: BLANK, None for null, or NEVER. `value` is what the field starts with,
    `is_given` says that it was given before, be it null.
    """

    def __init__(self, *, kind: Type, blank: Any, value: Any, is_given: bool, label: str, **options: Any) -> None:
        self.editor = editors.editor_for(kind, is_optional=blank is not NEVER)
        super().__init__(label=label, widget=Nested(self.editor, label, sends_null=blank is None), **options)
        self.kind = kind
        self.blank = BLANK if blank is NEVER else blank
        self.value = value
        self.opens = value is None and self.required and not is_given

    def read(self, typed: Any) -> Any:
        if isinstance(typed, Typed):
            return CodeField(kind=self.kind, required=False).read(typed)
        # What nobody touched goes as it came, also where Terraform takes another spelling for the same.
        shown = self.prepare_value(self.value)
        if self.value is not None and isinstance(shown, Tree) and typed.root == shown.root:
            return self.value
        wrong: dict[Spot, str] = {}
        self.widget.wrong = wrong
        value = self.editor.read(typed.root, Spot(typed.name, str(self.label)), wrong)
        if wrong:
            raise ValidationError([f"{spot.label}: {message}" for spot, message in wrong.items()])
        return self.blank if value is None or value is BLANK else value

    def bound_data(self, data: Any, initial: Any) -> Any:
        return data

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Tree | Typed):
            return value
        if self.opens:
            return Tree(self.editor.fresh())
        return Tree(self.editor.show(value)) if editors.fits(value, self.kind) else Typed(values.show_json(value))


class SecretField(VariableField):
    """A sensitive value of any type; `is_kept` says that one is there already."""

    def __init__(self, *, kind: Type, is_kept: bool, **options: Any) -> None:
        is_line = isinstance(kind, Primitive)
        super().__init__(widget=widgets.Secret() if is_line else widgets.SecretCode(), **options)
        self.kind = kind
        if is_kept:
            self.keep()

    def keep(self) -> None:
        """A value is stored by now, so that a blank field keeps it."""
        self.required = False
        self.widget.attrs["placeholder"] = KEPT
        self.help_text = format_html("{} {}", self.help_text, "Leave it blank to keep the stored value.")

    def read(self, typed: Any) -> Any:
        if not typed:
            return BLANK
        if isinstance(self.kind, Primitive):
            return read_primitive(self.kind, values.lines(typed))
        return CodeField(kind=self.kind, required=False).read(typed)

    def prepare_value(self, value: Any) -> Any:
        return None


def field_for(
    variable: Variable, *, value: Any, is_given: bool = False, is_kept: bool = False, is_nested: bool = False
) -> VariableField:
    """The field for one variable of a schema.

    `value` is what it starts with: the one given before when `is_given`, otherwise the default. `is_kept` says that
    a secret is stored, `is_nested` that an editor of nested values was posted, whatever `value` needs now.
    """
    kind = kind_of(variable)
    options: dict[str, Any] = {
        "required": variable["required"],
        "label": words(variable["name"]),
        "help_text": _help(variable, kind),
    }
    if variable["sensitive"]:
        return SecretField(kind=kind, is_kept=is_kept, **options)
    if isinstance(kind, Primitive):
        return _primitive_field(kind, variable, value, options)
    if isinstance(kind, Collection) and isinstance(kind.element, Primitive) and not is_nested and _is_flat(kind, value):
        return _flat_field(kind.kind == "map", kind.element, variable, options)
    if _is_free(kind):
        return CodeField(kind=kind, **options)
    return NestedField(kind=kind, blank=_blank_of(variable), value=value, is_given=is_given, **options)


def _flat_field(is_map: bool, element: Primitive, variable: Variable, options: dict[str, Any]) -> VariableField:
    shape = MapField if is_map else ListField
    empty: Any = {} if is_map else []
    is_left = not variable["required"] and variable["default"] is None
    # An empty list is an answer, so that a required one is never reported as missing.
    return shape(element=element, blank=BLANK if is_left else empty, **options | {"required": False})


def _is_free(kind: Type) -> bool:
    """Whether its values are of any type, for which there is no editor but text."""
    return isinstance(kind, Any_) or isinstance(kind, Collection) and isinstance(kind.element, Any_)


def _blank_of(variable: Variable) -> Any:
    """What leaving out a nested value means; only what may be null can be left out."""
    if not variable["required"] and variable["default"] is None:
        return BLANK
    return None if variable["nullable"] else NEVER


def _primitive_field(kind: Primitive, variable: Variable, value: Any, options: dict[str, Any]) -> VariableField:
    default, is_left = variable["default"], not variable["required"] and variable["default"] is None
    empty = "The module's default" if is_left else "Choose one" if variable["required"] else ""
    if variable["options"] and kind.name != "bool":
        extra = [each for each in (default, value) if each is not None and each not in variable["options"]]
        return ChoiceField(choices=[*variable["options"], *extra], empty=empty, **options)
    if kind.name == "bool":
        if isinstance(default, bool):
            return SwitchField(**options | {"required": False})
        return ChoiceField(choices=[True, False], empty=empty, labels=_yes_or_no, **options)
    if kind.name == "number":
        return NumberField(**options)
    return TextField(blank=BLANK if variable["required"] or is_left else "", **options)


def _yes_or_no(choice: bool) -> str:
    return "Yes" if choice else "No"


def _is_flat(kind: Collection, value: Any) -> bool:
    """Whether plain rows can show `value`, of a collection of primitives: it holds no null, or there is none."""
    if value is None:
        return True
    if not isinstance(value, dict if kind.kind == "map" else list):
        return False
    parts = value.values() if isinstance(value, dict) else value
    return not any(part is None or isinstance(part, dict | list) for part in parts)


def _help(variable: Variable, kind: Type) -> SafeString:
    """The module's own words, escaped, and what the field takes where that does not show."""
    notes = []
    if variable["sensitive"]:
        notes.append("Sensitive: stored encrypted, masked in logs, never shown again.")
    if not isinstance(kind, Primitive):
        shown = shown_type(variable)
        notes.append(f"{shown}." if len(shown) <= 60 else f"{shown.partition('(')[0]}.")
    if _is_free(kind) or variable["sensitive"] and not isinstance(kind, Primitive):
        notes.append("Enter JSON or HCL.")
    if variable.get("default_expression"):
        notes.append("If blank, Terraform computes it.")
    elif not variable["required"] and variable["default"] is None and not variable["sensitive"]:
        notes.append("Optional.")
    return format_html("{} {}", variable["description"], " ".join(notes))
