"""The form of a module's inputs: its fields by step, and the values to send."""

from collections.abc import Container, Mapping
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.http import QueryDict

from deployments.inputs.conversions import same
from deployments.inputs.fields import SecretField, field_for, inputs_of, kind_of
from deployments.inputs.plain_fields import VariableField
from deployments.inputs.steps import LARGE, Step, steps
from deployments.inputs.values import BLANK
from deployments.inputs.widgets import SEARCH, Rows, variables_moved
from deployments.redaction import TooManyForms, forms_of, leaves
from modules.terraform.schema import Schema, Variable, as_seen, is_fixed, is_injected

MOST_INPUTS = 1_000  # of a page that was just opened; one of them posts three fields at most
FULL = 5_000  # posted fields after which no row can be added; the most that one Add brings are a few thousand
PREFIX = "in"  # so that a variable named "name" or "add" does not clash with the page's other parameters


class InputsForm(forms.Form):
    """The inputs of a module. `values` are plain values given before, `kept` the names of stored secrets.

    `page` is the schema of the form that was posted, when a version was published since.

    Without `check` the form shows what was typed and skips validation, for a post that only adds or removes a row.
    """

    LONGEST_SEARCH = 100
    NAME = "deployment.name"  # a dot cannot be in the name of a variable
    use_required_attribute = False

    def __init__(
        self,
        schema: Schema,
        *,
        data: Mapping[str, Any] | None = None,
        values: dict[str, Any] | None = None,
        kept: Container[str] = (),
        page: Schema | None = None,
        sees_hidden: bool = False,
        check: bool = True,
        **options: Any,
    ) -> None:
        super().__init__(data, prefix=PREFIX, **options)
        self.check = check
        self.search = str(self.data.get(SEARCH, ""))[: self.LONGEST_SEARCH]
        self.moved = variables_moved(self.data, PREFIX)
        self.before = values or {}
        self.variables = visible_variables(schema, sees_hidden=sees_hidden)
        asked = {variable["name"] for variable in self.variables}
        self.hidden = [variable for variable in schema["variables"] if variable["name"] not in asked]
        self.former = {variable["name"]: variable["default"] for variable in page["variables"]} if page else {}
        self._add_fields(kept)
        self.missing = [
            hidden["name"]
            for hidden in self.hidden
            if hidden["required"]
            and not is_injected(hidden)
            and hidden["name"] not in self.before
            and hidden["name"] not in kept
        ]

    def _add_fields(self, kept: Container[str]) -> None:
        """Add the field of each variable. Values for which the page has no room left are shown as text."""
        room = MOST_INPUTS
        for variable in self.variables:
            name = variable["name"]
            self.fields[name] = field = field_for(
                variable,
                given=self.before.get(name, BLANK),
                is_kept=name in kept,
                is_nested=f"{self.add_prefix(name)}:set" in self.data,
                former=self.former.get(name, BLANK),
                room=room,
            )
            self.initial[name] = field.start
            room -= inputs_of(field)
            if isinstance(field.widget, Rows):
                field.widget.is_full = self._is_full

    @cached_property
    def _is_full(self) -> bool:
        """Whether the page takes no more rows: the next one could have more inputs than a request may."""
        lists = self.data.lists() if isinstance(self.data, QueryDict) else []
        return sum(len(texts) for _, texts in lists) >= FULL

    def add_prefix(self, field_name: str) -> str:
        return "name" if field_name == self.NAME else super().add_prefix(field_name)

    def full_clean(self) -> None:
        if self.check:
            return super().full_clean()
        self._errors, self.cleaned_data = ErrorDict(), {}
        return None

    def clean(self) -> dict[str, Any] | None:
        if self.missing:
            raise ValidationError(
                f"Only the publisher or an admin can set {', '.join(self.missing)}. Ask one of them to deploy it."
            )
        self._check_secrets()
        return super().clean()

    def _check_secrets(self) -> None:
        """Refuse sensitive values that no log could be cleaned of."""
        typed = [self.cleaned_data.get(variable["name"]) for variable in self.variables if variable["sensitive"]]
        try:
            forms_of(leaf for value in typed if value is not BLANK for leaf in leaves(value))
        except TooManyForms as error:
            raise ValidationError(str(error)) from error

    def answers(self) -> dict[str, Any]:
        """The plain values to send, by variable. Skips values equal to the default; keeps hidden ones as they were."""
        kept = [hidden["name"] for hidden in self.hidden if not is_fixed(hidden)]
        given = {name: self.before[name] for name in kept if name in self.before}
        for variable in self.variables:
            value = self.cleaned_data.get(variable["name"], BLANK)
            if value is not BLANK and not variable["sensitive"] and not is_default(variable, value):
                given[variable["name"]] = value
        return given

    def secrets(self) -> dict[str, Any]:
        """The valid sensitive values that were typed, even when other fields have errors."""
        typed = {}
        for name, field in self.fields.items():
            if isinstance(field, SecretField):
                try:
                    typed[name] = field.clean(self[name].data)
                except ValidationError:
                    continue
        return {name: value for name, value in typed.items() if value is not BLANK}

    def complain(self, errors: Mapping[str, list[str]]) -> None:
        """Add what Terraform said of values in the last run to the fields of these variables."""
        for name in self.fields.keys() & errors.keys():
            self.errors[name] = self.error_class(errors[name], renderer=self.renderer)

    def steps(self) -> list[Step]:
        return steps(self.variables, self.__getitem__, self._needs_attention)

    @cached_property
    def size(self) -> int:
        """The number of inputs, where they are so many that a search helps; otherwise 0."""
        return len(self.variables) if len(self.variables) > LARGE else 0

    @cached_property
    def found(self) -> list[forms.BoundField]:
        """The fields whose name or description holds each word of the search."""
        wanted = self.search.lower().split()
        shown = [self[variable["name"]] for variable in self.variables]
        return [field for field in shown if wanted and all(word in _searched(field) for word in wanted)]

    def _needs_attention(self, field: forms.BoundField) -> bool:
        """Whether a field is wrong, changed, found, or given before."""
        if field.errors or field in self.found or field.name in self.before or field.name in self.moved:
            return True
        kind = self.fields[field.name]
        return self.is_bound and isinstance(kind, VariableField) and not kind.is_untouched(field.data)


def _searched(field: forms.BoundField) -> str:
    return f"{field.name} {field.label} {field.help_text}".lower()


def form_for(schema: Schema, **options: Any) -> InputsForm:
    """The form for a version's `schema`; takes the options of InputsForm."""
    return InputsForm(schema, **options)


def visible_variables(schema: Schema, *, sees_hidden: bool) -> list[Variable]:
    """The variables that a form asks. An injected one is optional: the portal sets it when the field is blank."""
    shown = as_seen(schema, sees_hidden=sees_hidden)
    return [variable | {"required": False} if is_injected(variable) else variable for variable in shown["variables"]]


def is_default(variable: Variable, value: Any) -> bool:
    """Whether the module gets the same value when `value` is not sent."""
    is_known = not variable["required"] and not variable.get("default_expression")
    return is_known and not is_injected(variable) and same(value, variable["default"], kind_of(variable))
