"""The type of a JSON column whose content has a shape: `schema: "JSONOf[Schema]" = models.JSONField()`."""

from typing import TypeAlias, TypeVar

from django.db import models  # noqa: F401 – named in the text below

Shape = TypeVar("Shape")

# A string, as Django's field takes no type arguments at run time; annotations that use it are strings too.
JSONOf: TypeAlias = "models.JSONField[Shape, Shape]"
