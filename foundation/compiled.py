"""Queries that are the same on every page: Django builds their SQL once, which takes longer than PostgreSQL answers.

    @compiled
    def _free(owner: Param, now: Param) -> QuerySet[Any]:
        return Lot.objects.filter(owner=owner, expires_at__gt=now).values_list("account", Sum("remaining"))

    rows = _free(owner=user.pk, now=timezone.now())

What the function does with anything but its parameters is fixed by the first call.
"""

from collections.abc import Callable
from functools import cache, wraps
from inspect import signature
from typing import Any, TypeAlias

from django.db import connection
from django.db.models import QuerySet, Value

Param: TypeAlias = Value  # stands in a query for what each call brings


class _Name(str):
    """The name of a parameter, among the parameters of the SQL."""


def compiled(build: Callable[..., QuerySet[Any]]) -> Callable[..., list[tuple[Any, ...]]]:
    """Decorator: calls return the rows of the query, as tuples of what the database sends."""
    names = list(signature(build).parameters)

    @cache
    def sql() -> tuple[str, tuple[Any, ...]]:
        return build(**{name: Value(_Name(name)) for name in names}).query.sql_with_params()

    @wraps(build)
    def rows(**values: Any) -> list[tuple[Any, ...]]:
        text, params = sql()
        with connection.cursor() as cursor:
            cursor.execute(text, [values[param] if isinstance(param, _Name) else param for param in params])
            return cursor.fetchall()

    return rows
