"""Public references: used in URLs, tags and `deployment_id` instead of numeric keys."""

import secrets
from typing import Any

from django.db import models
from django.urls import register_converter

LETTERS = "abcdefghijklmnopqrstuvwxyz"
BASE32 = LETTERS + "234567"
LENGTH = 10


def new_ref() -> str:
    """Ten random lower-case base-32 characters, the first a letter: about 50 bits, not guessable."""
    return secrets.choice(LETTERS) + "".join(secrets.choice(BASE32) for _ in range(LENGTH - 1))


class RefField(models.CharField):
    """A unique public reference that a row gets when it is created and never changes."""

    def __init__(self, **options: Any) -> None:
        preset: dict[str, Any] = {"max_length": LENGTH, "unique": True, "default": new_ref, "editable": False}
        super().__init__(**preset | options)


class RefConverter:
    """`<ref:…>` in URL patterns: anything else is 404 without a query."""

    regex = f"[{LETTERS}][{BASE32}]{{{LENGTH - 1}}}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(RefConverter, "ref")  # once, for the URLs of all apps
