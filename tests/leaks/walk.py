"""Lists the portal's URL patterns, and fingerprints its tables."""

from django.db import connection
from django.urls import URLResolver, get_resolver

from tests.streaming import whole

SESSIONS = "django_session"


def patterns(resolver=None, spaces=(), route="") -> list[str]:
    """Every pattern of the resolver: its qualified name, or its route if unnamed."""
    found = []
    for pattern in (resolver or get_resolver()).url_patterns:
        path = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = (*spaces, pattern.namespace) if pattern.namespace else spaces
            found += patterns(pattern, inner, path)
        else:
            found.append(":".join([*spaces, pattern.name]) if pattern.name else path)
    return found


def fingerprint() -> dict[str, str]:
    """By table, except sessions: a digest of its rows."""
    return _by_table("md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), ''))")


def all_text() -> str:
    """All stored text, without binary columns."""
    return " ".join(_by_table("coalesce(string_agg(t::text, ' '), '')").values())


def _by_table(expression: str) -> dict[str, str]:
    with connection.cursor() as cursor:
        tables = sorted(set(connection.introspection.table_names(cursor)) - {SESSIONS})
        cursor.execute(" UNION ALL ".join(f"SELECT '{name}', {expression} FROM \"{name}\" t" for name in tables))
        return dict(cursor.fetchall())


def body_of(answer) -> str:
    """The whole text of a response, also of a stream."""
    return whole(answer).decode()
