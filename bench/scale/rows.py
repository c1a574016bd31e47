"""Bulk inserts: a statement for a whole table, with its triggers, constraints and indexes."""

from collections.abc import Mapping
from typing import Any

from django.db import connection, models
from django.utils import timezone


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def value(statement: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def insert(model: type[models.Model], columns: Mapping[str, str], source: str) -> None:
    """`INSERT … SELECT` the SQL expressions of `columns` from `source`.

    A column that is not named gets the default of its field, so that a model may gain one.
    """
    known = {field.column: field for field in model._meta.concrete_fields}
    if unknown := columns.keys() - known.keys():
        raise KeyError(f"{model.__name__} has no {', '.join(sorted(unknown))}")
    rest = {column: _default(field) for column, field in known.items() if column not in columns}
    chosen = dict(columns) | {column: text for column, text in rest.items() if text}
    names = ", ".join(f'"{column}"' for column in chosen)
    run(f'INSERT INTO "{model._meta.db_table}" ({names}) SELECT {", ".join(chosen.values())} {source}')
    if "id" in columns:
        run(
            f"SELECT setval(pg_get_serial_sequence('{model._meta.db_table}', 'id'), coalesce(max(id), 1)) "
            f'FROM "{model._meta.db_table}"'
        )


def _default(field: models.Field) -> str:
    """The field's default as SQL; blank where the database or NULL does it."""
    if field.primary_key or field.generated or field.has_db_default() or (field.null and not field.has_default()):
        return ""
    if getattr(field, "auto_now_add", False) or getattr(field, "auto_now", False):
        return _literal(timezone.now())
    return _literal(field.get_db_prep_save(field.get_default(), connection))


def _literal(plain: Any) -> str:
    with connection.cursor() as cursor:
        return cursor.mogrify("%s", [plain]).decode()


# Unlike random refs these never meet each other: an odd factor only shuffles the numbers below 2^45.
REF = """
CREATE FUNCTION pg_temp.ref(letter text, number bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT letter || string_agg(
        substr('abcdefghijklmnopqrstuvwxyz234567', ((mixed >> (5 * place)) & 31)::int + 1, 1), '' ORDER BY place)
      FROM (SELECT (number * 1181783497277) & ((1::bigint << 45) - 1) AS mixed) one, generate_series(0, 8) place
$$
"""
