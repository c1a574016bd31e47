"""Choices with the look of their badge."""

from typing import Self

from django.db import models


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
