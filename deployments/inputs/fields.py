"""The field of each variable, and what a blank field sends.

Rules:
- a field starts with the value given before, otherwise with the default, as Terraform converts it to the type. What
  comes back as the page showed it was not touched: a default is then not sent, so that the deployment follows a new
  default of a later version, and a value given before is sent as it was. A value equal to the default is not sent,
  either;
- a cleared text field sends "" when the default is another text, and nothing when the default is null or computed by
  Terraform;
- a blank number, choice or JSON field sends nothing. A JSON field also accepts `null`;
- an emptied list or map is sent as an empty one, except when the default is null: then nothing is sent;
- each part of a nested value has an input. A blank optional attribute is not sent; any other part needs a value, which
  may be an empty text or an explicit null. A nested value that is left out as a whole sends nothing when its default
  is null, otherwise null if the variable is nullable;
- a sensitive field is never filled. A blank one keeps the stored value, or sends nothing.
"""

from typing import Any, TypeGuard, cast

from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.safestring import SafeString

from deployments.inputs import editors, values, widgets
from deployments.inputs.conversions import converted
from deployments.inputs.input_names import Spot
from deployments.inputs.nested_widget import Nested, Tree, Typed, words
from deployments.inputs.plain_fields import (
    ChoiceField,
    LineField,
    ListField,
    MapField,
    NumberField,
    SwitchField,
    TextField,
    VariableField,
    read_primitive,
)
from deployments.inputs.values import BLANK
from modules.pages.markdown import light
from modules.terraform.schema import Variable, is_ephemeral
from modules.terraform.short_texts import shown_type
from modules.terraform.types import Any_, Collection, Primitive, Type, TypeSyntaxError, parse_type

KEPT = "Stored"
NEVER = object()  # the value cannot be left out


def kind_of(variable: Variable) -> Type:
    """The parsed type of a schema's variable; `any` when it cannot be parsed."""
    try:
        return parse_type(variable["type"])
    except TypeSyntaxError:
        return Any_()


class CodeField(LineField):
    """A value typed as JSON or HCL and checked against its type."""

    widget = widgets.Code

    def __init__(self, *, kind: Type, **options: Any) -> None:
        super().__init__(**options)
        self.kind = kind

    def read(self, typed: Any) -> Any:
        if not typed or not typed.strip():
            return BLANK
        return values.read_as(typed, self.kind)

    def bound_data(self, data: Any, initial: Any) -> Any:
        return initial if self.is_outdated(data) else Typed(data or "")

    def prepare_value(self, value: Any) -> Any:
        if value is None:
            return ""
        return value if isinstance(value, Typed) else values.show_json(value)


class NestedField(VariableField):
    """An object, a tuple or a collection, with an editor for each part.

    `blank` is the value when the whole is left out: BLANK, None for null, or NEVER when it cannot be. `opens` says
    that an empty editor is shown in place of null. A value of more than `room` inputs is shown as text.
    """

    def __init__(self, *, kind: Type, blank: Any, opens: bool, room: int, label: str, **options: Any) -> None:
        self.editor = editors.editor_for(kind, is_optional=blank is not NEVER)
        super().__init__(label=label, widget=Nested(self.editor, label, sends_null=blank is None), **options)
        self.kind = kind
        self.blank = BLANK if blank is NEVER else blank
        self.opens = opens
        self.room = room

    def read(self, typed: Any) -> Any:
        if isinstance(typed, Typed):
            return CodeField(kind=self.kind, required=False).read(typed)
        wrong: dict[Spot, str] = {}
        self.widget.wrong = wrong
        value = self.editor.read(typed.root, Spot(typed.name, str(self.label)), wrong)
        if wrong:
            raise ValidationError([f"{spot.label}: {message}" for spot, message in wrong.items()])
        return self.blank if value is None or value is BLANK else value

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Tree | Typed):
            return value
        if self.opens:
            return Tree(self.editor.fresh())
        is_tree = editors.fits(value, self.kind, most=self.room)
        return Tree(self.editor.show(value)) if is_tree else Typed(values.show_json(value))


class SecretField(VariableField):
    """A sensitive value of any type; `is_kept` says that one is stored already."""

    def __init__(self, *, kind: Type, is_kept: bool, **options: Any) -> None:
        is_line = isinstance(kind, Primitive)
        super().__init__(widget=widgets.Secret() if is_line else widgets.SecretCode(), **options)
        self.kind = kind
        if is_kept:
            self.keep()

    def keep(self) -> None:
        """Make the field optional: a value is stored, and a blank field keeps it."""
        self.required = False
        self.widget.attrs["placeholder"] = KEPT
        self.help_text = format_html("{} {}", self.help_text, "Leave it blank to keep the stored value.")

    def read(self, typed: Any) -> Any:
        if not typed:
            return BLANK
        if isinstance(self.kind, Primitive):
            return read_primitive(self.kind, values.lines(typed))
        return CodeField(kind=self.kind, required=False).read(typed)

    def shows(self, value: Any, typed: Any) -> bool:
        return not typed

    def prepare_value(self, value: Any) -> Any:
        return None


def field_for(
    variable: Variable,
    *,
    given: Any = BLANK,
    is_kept: bool = False,
    is_nested: bool = False,
    former: Any = BLANK,
    room: int = editors.MAX_PARTS,
) -> VariableField:
    """The field for one variable of a schema.

    `given` is the value given before, which is shown instead of the default. `is_kept` says that a secret is stored,
    `is_nested` that the page had the editor of nested values, which then reads the post as well. `former` is the
    default that the posted page showed, if it is another one. A value that needs more inputs than `room` is text.
    """
    kind = kind_of(variable)
    variable = variable | {"default": converted(variable["default"], kind)}
    value = variable["default"] if given is BLANK else converted(given, kind)
    options: dict[str, Any] = {
        "required": variable["required"],
        "label": words(variable["name"]),
        "help_text": _help(variable, kind),
    }
    if variable["sensitive"]:
        field: VariableField = SecretField(kind=kind, is_kept=is_kept, **options)
    elif isinstance(kind, Primitive):
        field = _primitive_field(kind, variable, value, options)
    elif not is_nested and _is_flat(kind, value, room):
        field = _flat_field(kind, variable, options)
    elif _is_free(kind):
        field = CodeField(kind=kind, **options)
    else:
        opens = value is None and variable["required"] and given is BLANK
        field = NestedField(kind=kind, blank=_blank_of(variable), opens=opens, room=room, **options)
    field.start = value
    if not variable["sensitive"] and not (variable["required"] if given is BLANK else values.mismatch(value, kind)):
        field.kept = given
        is_former = former is not BLANK and given is BLANK and not values.mismatch(former, kind)
        field.former = converted(former, kind) if is_former else BLANK
    return field


def inputs_of(field: VariableField) -> int:
    """How many inputs the page shows for a field at first."""
    shown = field.prepare_value(field.start)
    if isinstance(shown, Tree):
        return editors.size(shown.root)
    if isinstance(field, ListField):
        return len(shown["items"]) + 1
    return 2 * len(shown) + 2 if isinstance(field, MapField) else 1


def _flat_field(kind: Collection, variable: Variable, options: dict[str, Any]) -> VariableField:
    shape = MapField if kind.kind == "map" else ListField
    empty: Any = {} if kind.kind == "map" else []
    is_left = not variable["required"] and variable["default"] is None
    # An empty list is a value, so a required list is never reported as missing.
    return shape(
        element=cast(Primitive, kind.element), blank=BLANK if is_left else empty, **options | {"required": False}
    )


def _is_free(kind: Type) -> bool:
    """Whether the type is `any` or a collection of `any`, which only a text field can edit."""
    return isinstance(kind, Any_) or isinstance(kind, Collection) and isinstance(kind.element, Any_)


def _blank_of(variable: Variable) -> Any:
    """The value of a nested variable that is left out; NEVER when it is not nullable and has no null default."""
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


def _is_flat(kind: Type, value: Any, room: int) -> TypeGuard[Collection]:
    """Whether a plain list or map field can show `value`: null, or a collection of a few primitives without null."""
    if not isinstance(kind, Collection) or not isinstance(kind.element, Primitive):
        return False
    if value is None:
        return True
    if not isinstance(value, dict if kind.kind == "map" else list) or not editors.has_rows(value):
        return False
    if 2 * len(value) >= room:
        return False
    parts = value.values() if isinstance(value, dict) else value
    return not any(part is None or isinstance(part, dict | list) for part in parts)


def _help(variable: Variable, kind: Type) -> SafeString:
    """The variable's description as HTML, and notes on the type, the syntax and the default."""
    notes = []
    if is_ephemeral(variable):
        notes.append("Asked for each run: stored encrypted until it ends, masked in logs.")
    elif variable["sensitive"]:
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
    return format_html("{} {}", light(variable["description"]), " ".join(notes))
