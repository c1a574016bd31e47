"""What a search for transactions looks in, and the indexes of it."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Value
from django.db.models.functions import Concat, Lower


def words_of(*columns: str) -> Lower:
    """The text of columns in lower case: an index has the trigrams of the same expression."""
    parts = [part for column in columns for part in (F(column), Value(" "))]
    return Lower(Concat(*parts[:-1], output_field=models.TextField()))


def by_words(words: Lower, name: str) -> GinIndex:
    return GinIndex(OpClass(words, name="gin_trgm_ops"), name=name)
