"""
Three roles of PostgreSQL: one owns the tables and migrates, one runs the portal, one empties what is old.

Their names are those of the users in MIGRATE_DATABASE_URL, DATABASE_URL and RETENTION_DATABASE_URL. Where the first is
missing, one role is all of them, as before there were three.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import dj_database_url
from django.conf import settings
from django.core import checks
from django.db import IntegrityError, ProgrammingError, connection, transaction
from psycopg2 import extensions, sql

from partnerportal.database_rights import PORTAL, READ, RETENTION, WORKED

LOGIN = ("USER", "PASSWORD", "HOST", "PORT", "OPTIONS")
MIGRATING = "-c portal.migrating=on"  # by which triggers let the owner change rows that nobody else may
# Django-pgtrigger's own lets everybody switch triggers off by a setting of the session, and where there is none, which
# is always, each call of a trigger raises and catches an error.
IGNORE = """
    CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name NAME) RETURNS BOOLEAN AS $$
        BEGIN
            RETURN coalesce(trigger_name = ANY(nullif(current_setting('pgtrigger.ignore', true), '')::text[]), false)
               AND pg_has_role(current_user, {owner}, 'USAGE');
        END;
    $$ LANGUAGE plpgsql;
"""


class RoleMissing(Exception):
    """A role does not exist and cannot be created by the owner; the text is for the operator."""


@contextmanager
def as_owner() -> Iterator[None]:
    """Within, `connection` is that of the role that owns the tables, to the same database."""
    owner, before = settings.OWNER_DATABASE, {name: connection.settings_dict[name] for name in LOGIN}
    options = owner["OPTIONS"] | {"options": f"{owner['OPTIONS'].get('options', '')} {MIGRATING}".strip()}
    try:
        _reconnect({name: owner[name] for name in LOGIN} | {"OPTIONS": options})
        yield
    finally:
        _reconnect(before)


def grant() -> None:
    """Create the roles that are missing, and give each what it may do. Called as the owner; may be repeated.

    Raises RoleMissing.
    """
    roles = _roles()
    with transaction.atomic(), connection.cursor() as cursor:
        for role, password in roles.items():
            _ensure(cursor, role, password)
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        for role in roles:
            _give(cursor, role, {table: _rights(role, table) for table in tables})
            _keep_from_temporary_tables(cursor, role)
        cursor.execute("SELECT current_user")
        cursor.execute(sql.SQL(IGNORE).format(owner=sql.Literal(cursor.fetchone()[0])))


def _roles() -> dict[str, str]:
    """The roles that run the portal and its retention, with their passwords; none where the owner is all of them."""
    if not settings.MIGRATE_DATABASE_URL:
        return {}
    logins = map(dj_database_url.parse, filter(None, (settings.DATABASE_URL, settings.RETENTION_DATABASE_URL)))
    return {str(login["USER"]): str(login["PASSWORD"]) for login in logins if login["USER"] != _owner()}


def _owner() -> str:
    return str(settings.OWNER_DATABASE["USER"])


def _portal() -> str:
    return str(dj_database_url.parse(settings.DATABASE_URL)["USER"])


def _retention() -> str:
    return str(dj_database_url.parse(settings.RETENTION_DATABASE_URL or settings.DATABASE_URL)["USER"])


def _rights(role: str, table: str) -> tuple[str, ...]:
    rights = PORTAL.get(table, WORKED) if role == _portal() else (READ,)
    return rights + RETENTION.get(table, ()) if role == _retention() else rights


def _ensure(cursor: Any, role: str, password: str) -> None:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
    if cursor.fetchone():
        return
    cursor.execute("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user")
    if not cursor.fetchone()[0]:
        raise RoleMissing(
            f"There is no role {role} in PostgreSQL, and {_owner()} may not create roles. "
            f"Create it as a superuser: CREATE ROLE {role} LOGIN PASSWORD '…';"
        )
    words = sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role))
    if password:  # as PostgreSQL stores it, so that no log has the password
        stored = extensions.encrypt_password(password, role, cursor.connection, "scram-sha-256")
        words = sql.SQL("{} PASSWORD {}").format(words, sql.Literal(stored))
    with suppress(ProgrammingError, IntegrityError), transaction.atomic():  # another database's migration was quicker
        cursor.execute(words)


def _give(cursor: Any, role: str, rights: Mapping[str, tuple[str, ...]]) -> None:
    default = WORKED if role == _portal() else (READ,)
    statements = [
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC, {role}",
        "GRANT USAGE ON SCHEMA public TO {role}",
        "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, {role}",
        "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO {role}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {', '.join(default)} ON TABLES TO {{role}}",
    ]
    name = sql.Identifier(role)
    script = [sql.SQL(statement).format(role=name) for statement in statements]
    script += [
        sql.SQL(f"GRANT {', '.join(sorted(set(words)))} ON {{table}} TO {{role}}").format(
            table=sql.Identifier(table), role=name
        )
        for table, words in rights.items()
    ]
    cursor.execute(sql.SQL("; ").join(script))


def _keep_from_temporary_tables(cursor: Any, role: str) -> None:
    """A temporary table stands before one of the same name: a trigger that looks there would find what the role put."""
    words = sql.SQL("REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC, {}")
    cursor.execute(words.format(sql.Identifier(connection.settings_dict["NAME"]), sql.Identifier(role)))


def _reconnect(login: Mapping[str, Any]) -> None:
    connection.close()
    connection.settings_dict.update(login)


@checks.register(checks.Tags.database)
def portal_owns_no_table(app_configs: Any, databases: Any, **options: Any) -> list[checks.CheckMessage]:
    """A warning where one role is all three: a fault of the portal could then drop tables or change the ledger."""
    if not databases or settings.MIGRATE_DATABASE_URL:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user")
        owned = cursor.fetchone()[0]
    hint = "Give it a role of its own: docs/operations.md, “Database roles”."
    message = "The portal connects to PostgreSQL as the role that owns its tables."
    return [checks.Warning(message, hint=hint, id="partnerportal.W002")] if owned else []
