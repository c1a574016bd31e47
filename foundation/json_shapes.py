"""The type of a JSON column whose content has a shape: `schema: "JSONOf[Schema]" = models.JSONField()`."""

from typing import TypeAlias, TypeVar

from django.db import models  # noqa: F401 – named in the text below

Shape = TypeVar("Shape")

# A text, as Django's own field takes no type arguments at run time; so are the annotations that name it.
JSONOf: TypeAlias = "models.JSONField[Shape, Shape]"
