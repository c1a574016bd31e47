"""Queries that are the same on every page: Django builds their SQL once, which takes longer than PostgreSQL answers.

    @compiled
    def _free(owner: Param, now: Param) -> QuerySet[Any]:
        return Lot.objects.filter(owner=owner, expires_at__gt=now).values_list("account", Sum("remaining"))

    rows = _free(owner=user.pk, now=timezone.now())

What the function does with anything but its parameters is fixed by the first call. Parameters after `*` are no values
of the query: each of their combinations, of which there must be a few, is a query of its own.
"""

from collections.abc import Callable
from copy import copy
from functools import cache, wraps
from inspect import Parameter, signature
from types import SimpleNamespace
from typing import Any, TypeAlias

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet, Value
from django.db.models.query import ModelIterable

Param: TypeAlias = Value  # stands in a query for what each call brings


class _Name(str):
    """The name of a parameter, among the parameters of the SQL."""


def compiled(build: Callable[..., QuerySet[Any]]) -> Callable[..., list[Any]]:
    """Decorator: calls return the rows of the query, as its models, or tuples of what the database sends."""
    names = [each.name for each in signature(build).parameters.values() if each.kind is not Parameter.KEYWORD_ONLY]

    @cache
    def statement(**kinds: Any) -> _Statement:
        return _Statement(build(**{name: Value(_Name(name)) for name in names}, **kinds))

    @wraps(build)
    def rows(**given: Any) -> list[Any]:
        values = {name: given.pop(name) for name in names}
        return statement(**given).rows(values)

    return rows


class _Statement:
    """A query as SQL, with Django's compiler, which makes models of its rows."""

    def __init__(self, queryset: QuerySet[Any]) -> None:
        self.makes_models = queryset._iterable_class is ModelIterable
        self.model, self.compiler = queryset.model, queryset.query.get_compiler(connection=connection)
        try:
            self.text, self.params = self.compiler.as_sql()
        except EmptyResultSet:
            self.text, self.params = "", ()

    def rows(self, values: dict[str, Any]) -> list[Any]:
        if not self.text:
            return []
        params = [values[param] if isinstance(param, _Name) else param for param in self.params]
        if self.makes_models:
            return list(ModelIterable(self._queryset(params)))
        with connection.cursor() as cursor:
            cursor.execute(self.text, params)
            return cursor.fetchall()

    def _queryset(self, params: list[Any]) -> Any:
        """What Django's iterable needs to know of a queryset; its query has these parameters, and is not built."""
        ready = copy(self.compiler)
        ready.connection = connection  # of this thread
        ready.as_sql = lambda: (self.text, params)
        query = SimpleNamespace(get_compiler=lambda using: ready)
        return SimpleNamespace(db=connection.alias, model=self.model, query=query, _known_related_objects={})
