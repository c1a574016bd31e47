"""Text in which a search looks, and the index of its trigrams: both are made of the same expression.

WORDS = words_of("ref", "reason")
indexes = [by_words(WORDS, "holds_by_words")]
Hold.objects.alias(words=WORDS).filter(words__contains=text.lower())
"""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db.models import F, TextField, Value
from django.db.models.functions import Concat, Lower

FEWEST = 3  # characters of a text that an index of trigrams finds


def words_of(*columns: str) -> Lower:
    """The text of some columns, in lower case."""
    parts = [part for column in columns for part in (F(column), Value(" "))]
    return Lower(Concat(*parts[:-1], output_field=TextField()))


def by_words(expression: Lower, name: str) -> GinIndex:
    return GinIndex(OpClass(expression, name="gin_trgm_ops"), name=name)
