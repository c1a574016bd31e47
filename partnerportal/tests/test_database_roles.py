"""The portal runs as a role of PostgreSQL that owns no table; each table says what that role may do with it."""

import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connection, connections, transaction

from partnerportal import database_roles
from partnerportal.database_rights import CHANGE, PORTAL, READ, REMOVE, RETENTION, WORKED
from partnerportal.database_roles import as_owner


def ask(statement, *values):
    """The rows of one statement, as the portal's role."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def rights(role):
    """By table, what the role may do with it; "" are all roles."""
    found = ask(
        "SELECT relname, privilege_type FROM pg_class, aclexplode(relacl) AS acl"
        " WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND grantee = coalesce(to_regrole(%s), 0)",
        role,
    )
    return {table: {right for name, right in found if name == table} for table, _ in found}


def test_a_table_that_nobody_gave_rights_had_all_of_them(db):
    tables = {name for (name,) in ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
    assert (sorted(tables - set(PORTAL)), sorted(set(PORTAL) - tables)) == ([], [])
    assert sorted(set(RETENTION) - tables) == []


def test_the_portal_has_the_rights_of_its_lines_and_no_others(db):
    assert rights("portal_app") == {table: set(line) for table, line in PORTAL.items()}


def test_retention_reads_all_and_removes_what_its_lines_say(db):
    whole = {table: {right for right in line if "(" not in right} for table, line in RETENTION.items()}
    assert rights("portal_retention") == {table: {READ} | whole.get(table, set()) for table in PORTAL}


def test_retention_could_change_all_of_a_run_that_it_empties(db):
    changed = ask(
        "SELECT attrelid::regclass::text, attname, privilege_type FROM pg_attribute, aclexplode(attacl) AS acl"
        " WHERE grantee = to_regrole(%s)",
        "portal_retention",
    )
    names = ("plan", "process", "secret_inputs", "secret_names", "state_id", "emptied_at")
    emptied = {("deployments_run", name, CHANGE) for name in names}
    assert set(changed) == emptied | {("modules_publication", "scan_id", CHANGE)}


def test_the_portal_owns_nothing_and_is_no_superuser(db):
    assert ask(
        "SELECT current_user, rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
    ) == [("portal_app", False, False, False)]
    assert ask("SELECT relname FROM pg_class WHERE relowner = 'portal_app'::regrole") == []
    assert ask("SELECT has_schema_privilege('public', 'CREATE')") == [(False,)]


@pytest.fixture
def new_table(owner, db):
    """A table of a later migration, before its line was written."""
    ask("CREATE TABLE billing_invoice (id int)")
    ask("RESET ROLE")


def test_a_table_of_a_later_migration_can_be_used_and_not_altered(new_table):
    assert rights("portal_app")["billing_invoice"] == set(WORKED)
    assert rights("portal_retention")["billing_invoice"] == {READ}
    with pytest.raises(ProgrammingError, match="must be owner"):
        ask("ALTER TABLE billing_invoice ADD COLUMN paid int")


def test_migrating_again_gives_back_what_was_taken_and_takes_what_was_given(live_db):
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("REVOKE SELECT ON accounts_user FROM portal_app")
        cursor.execute("GRANT DELETE ON billing_entry TO portal_app")
        cursor.execute("GRANT TRUNCATE ON billing_entry TO PUBLIC")
    call_command("migrate", verbosity=0)
    assert rights("portal_app") == {table: set(line) for table, line in PORTAL.items()}
    assert rights("") == {}


def test_a_role_that_is_missing_is_created_with_its_password(live_db, settings):
    role = f"portal_{settings.QUEUE_RUNS.replace('-', '_')}_new"
    settings.DATABASE_URL = settings.DATABASE_URL.replace("//portal_app@", f"//{role}:a%20password@")
    try:
        with as_owner():
            database_roles.grant()
            database_roles.grant()
        with as_owner(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT rolcanlogin, rolpassword LIKE %s FROM pg_authid WHERE rolname = %s", ["SCRAM%", role]
            )
            assert cursor.fetchall() == [(True, True)]
        assert rights(role)["billing_entry"] == {"SELECT", "INSERT"}
    finally:
        with as_owner(), connection.cursor() as cursor:
            cursor.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")


def test_an_owner_who_may_not_create_roles_says_what_to_run(live_db, settings):
    settings.DATABASE_URL = settings.DATABASE_URL.replace("//portal_app@", "//portal_other@")
    settings.OWNER_DATABASE = settings.OWNER_DATABASE | {"USER": "portal_retention"}
    with pytest.raises(database_roles.RoleMissing, match="CREATE ROLE portal_other LOGIN PASSWORD"), as_owner():
        database_roles.grant()


def test_an_installation_with_one_role_goes_on_and_is_warned(live_db, settings):
    settings.MIGRATE_DATABASE_URL = settings.RETENTION_DATABASE_URL = ""
    assert database_roles.portal_owns_no_table(None, ["default"]) == []  # the tests' portal owns none
    with as_owner():
        database_roles.grant()
        [warning] = database_roles.portal_owns_no_table(None, ["default"])
    assert (warning.id, warning.msg) == (
        "partnerportal.W002",
        "The portal connects to PostgreSQL as the role that owns its tables.",
    )


def test_no_trigger_raises_an_error_to_find_out_that_it_is_on_also_with_one_role(live_db, settings):
    settings.MIGRATE_DATABASE_URL = settings.RETENTION_DATABASE_URL = ""
    signature = "FUNCTION public._pgtrigger_should_ignore(trigger_name NAME)"
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            f"CREATE OR REPLACE {signature} RETURNS BOOLEAN LANGUAGE plpgsql AS "
            "'BEGIN RETURN current_setting(''x.y'')::boolean; EXCEPTION WHEN OTHERS THEN RETURN false; END'"
        )
        database_roles.grant()
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = '_pgtrigger_should_ignore'")
        assert "EXCEPTION" not in cursor.fetchone()[0]
        cursor.execute("SELECT public._pgtrigger_should_ignore('a')")
        assert cursor.fetchone() == (False,)


def test_an_installation_with_two_roles_lets_the_portal_remove_what_is_old(live_db, settings, monkeypatch):
    monkeypatch.setitem(RETENTION, "billing_costcentre", (CHANGE, REMOVE))
    settings.RETENTION_DATABASE_URL = ""
    with as_owner():
        database_roles.grant()
    assert REMOVE in rights("portal_app")["billing_costcentre"]


def test_retention_connects_as_a_role_of_its_own(live_db):
    with connections["retention"].cursor() as cursor:
        cursor.execute("SELECT current_user, current_database()")
        assert cursor.fetchone() == ("portal_retention", connection.settings_dict["NAME"])
