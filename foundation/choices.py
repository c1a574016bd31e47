"""Choices that carry tone and icon of their badge, and the model field that returns them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from django.db import models
from django.db.models.query_utils import DeferredAttribute


class ShownChoices(models.TextChoices):
    """Choices that carry a tone and an icon: `FAILED = "failed", "bad", "error", "Failed"`, the label last.

    `tone` is a tone of the style sheet (run, ok, warn, bad) or blank; `icon` is a symbol of icons.svg.
    """

    tone: str
    icon: str

    def __new__(cls, value: str, tone: str = "", icon: str = "info") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.tone, member.icon = tone, icon
        return member


Choices = TypeVar("Choices", bound=ShownChoices)
Given = TypeVar("Given")  # what may be assigned
Got = TypeVar("Got")  # what is read

if TYPE_CHECKING:
    Text = models.CharField
else:

    class Text(models.CharField, Generic[Given, Got]): ...


class _Member(DeferredAttribute):
    """Descriptor that converts an assigned value to a member of the field's choices."""

    field: "ChoiceField"

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = self.field.member(value)


class ChoiceField(Text[Given, Got]):
    """A CharField whose value is a member of its ShownChoices, not a plain string: `{% badge run.status %}`.

    An invalid value is kept, so that validation can report it. Migrations see a CharField.
    """

    descriptor_class = _Member

    def __init__(self: "ChoiceField[Choices | str, Choices]", *, choices: type[Choices], **kwargs: Any) -> None:
        super().__init__(choices=choices.choices, **kwargs)
        self.kind = choices
        self.members = {each.value: each for each in choices}  # asking the enum is slow, in lists of hundreds

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs

    def clone(self) -> "ChoiceField[Any, Any]":
        return type(self)(**self.deconstruct()[3] | {"choices": self.kind})

    def member(self, value: Any) -> Any:
        return self.members.get(value, value) if isinstance(value, str) else value

    def from_db_value(self, value: str | None, expression: object, connection: object) -> Any:
        return self.member(value)
