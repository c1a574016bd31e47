"""Whoever makes the portal run a statement of theirs still changes nothing that was paid, noted or published."""

import pytest
from django.db import DatabaseError, connection, transaction

from billing import services
from billing.tests.money import give, hold_for
from deployments.tests.factories import make_version
from foundation.models import AuditEvent
from partnerportal.database_rights import ADD, CHANGE, PORTAL, REMOVE

pytestmark = pytest.mark.django_db
REFUSED = "permission denied|must be owner"
SWITCHES = [
    "SET session_replication_role = replica",
    "SET ROLE portal_retention",
    "SET SESSION AUTHORIZATION postgres",
    "ALTER TABLE billing_transfer DISABLE TRIGGER ALL",
    "DROP TRIGGER pgtrigger_lot_is_never_deleted_cfcad ON billing_lot",
    "DROP FUNCTION public._pgtrigger_should_ignore(name) CASCADE",
    "CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(name) RETURNS boolean AS 'SELECT true' LANGUAGE sql",
    "CREATE FUNCTION public.mine() RETURNS int AS 'SELECT 1' LANGUAGE sql",
    "CREATE TABLE public.mine (id int)",
    "CREATE SCHEMA mine",
    "COPY billing_entry TO PROGRAM 'cat'",
    "LOCK TABLE billing_entry IN ACCESS EXCLUSIVE MODE",
    "SELECT setval(pg_get_serial_sequence('billing_entry', 'id'), 1)",
    "MERGE INTO billing_entry USING (SELECT) AS one ON true WHEN MATCHED THEN UPDATE SET amount = 1",
    "CREATE RULE mine AS ON UPDATE TO billing_hold DO INSTEAD NOTHING",
    "SELECT pg_read_file('/etc/passwd')",
    "CREATE ROLE mine SUPERUSER",
    "DELETE FROM pg_trigger",
    "COPY billing_entry FROM '/etc/passwd'",
    "SELECT lo_import('/etc/passwd')",
    "SELECT lo_export(lo_create(0), '/tmp/mine')",
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postgres' LIMIT 1",
    "ALTER ROLE CURRENT_USER SUPERUSER",
    "ALTER ROLE portal_retention PASSWORD 'mine'",
    "ALTER DATABASE postgres SET session_replication_role = replica",
    "ALTER FUNCTION public._pgtrigger_should_ignore(name) SET portal.migrating = on",
    "ALTER DEFAULT PRIVILEGES FOR ROLE postgres GRANT ALL ON TABLES TO PUBLIC",
    "CREATE TYPE public.mine AS (id int)",
    "CREATE OPERATOR public.<> (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = int8eq)",
    "CREATE EVENT TRIGGER mine ON ddl_command_start EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "CREATE INDEX mine ON billing_entry (amount)",
    "GRANT UPDATE ON billing_transfer TO CURRENT_USER; UPDATE billing_transfer SET id = id",
    "CREATE PUBLICATION mine FOR TABLE billing_entry",
]


def run(statement):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def refused(statement, match=REFUSED):
    with pytest.raises(DatabaseError, match=match):
        run(statement)


def test_no_table_is_truncated_altered_or_dropped():
    for table in PORTAL:
        refused(f"TRUNCATE {table} CASCADE")
        refused(f"ALTER TABLE {table} ADD COLUMN mine int")
        refused(f"ALTER TABLE {table} OWNER TO portal_app")
        refused(f"DROP TABLE {table} CASCADE")
        refused(f"CREATE TRIGGER mine BEFORE INSERT ON {table} EXECUTE FUNCTION suppress_redundant_updates_trigger()")


def test_no_statement_goes_beyond_the_rights_of_its_table():
    for table, rights in PORTAL.items():
        with connection.cursor() as cursor:
            columns = [column.name for column in connection.introspection.get_table_description(cursor, table)]
        statements = {
            ADD: f"INSERT INTO {table} DEFAULT VALUES",
            CHANGE: f"UPDATE {table} SET {columns[0]} = {columns[0]}",
            REMOVE: f"DELETE FROM {table}",
        }
        for right, statement in statements.items():
            if right not in rights:
                refused(statement)


@pytest.mark.parametrize("statement", SWITCHES)
def test_no_switch_turns_the_rules_off(statement):
    refused(statement, match=f"{REFUSED}|does not exist")


@pytest.mark.parametrize("table", ["billing_transfer", "billing_entry", "foundation_auditevent"])
def test_money_and_the_trail_are_only_added_to(carol, table):
    give(carol, 10)
    assert AuditEvent.objects.exists()
    refused(f"UPDATE {table} SET id = id")
    refused(f"DELETE FROM {table}")


def test_a_setting_of_the_session_switched_every_trigger_off(carol):
    give(carol, 10)
    run("SET LOCAL pgtrigger.ignore = '{pgtrigger_lot_keeps_its_origin_c03f1}'")
    refused("UPDATE billing_lot SET amount = amount + 1", match="Cannot update")


@pytest.mark.parametrize("path", ["pg_temp", "pg_catalog", "pg_temp, public", '"$user", public'])
def test_another_search_path_hid_the_entries_from_the_checks(carol, path):
    give(carol, 10)
    refused(
        f"UPDATE billing_lot SET remaining = 1; SET LOCAL search_path = {path}; SET CONSTRAINTS ALL IMMEDIATE",
        match="is not what its entries and holds say|does not exist",
    )


def test_a_setting_that_is_the_owners_let_everybody_change_what_is_settled(carol):
    give(carol, 10)
    services.capture(hold_for(carol, 4))
    run("SET LOCAL portal.migrating = on")
    refused("UPDATE billing_hold SET captured = 0", match="stays as it is: captured changed")


def test_an_archive_that_a_version_names_keeps_every_file(alice):
    make_version({"main.tf": ""}, owner=alice)
    refused("DELETE FROM modules_archive; SET CONSTRAINTS ALL IMMEDIATE", match="violates foreign key constraint")
    refused("DELETE FROM modules_archivefile", match="archive .* stays: version .* names it")
    refused("DELETE FROM modules_blob; SET CONSTRAINTS ALL IMMEDIATE", match="violates foreign key constraint")
    for table in ("modules_archive", "modules_archivefile", "modules_blob"):
        refused(f"UPDATE {table} SET id = id")


def test_a_temporary_table_hid_from_a_trigger_the_version_that_names_an_archive(alice):
    make_version({"main.tf": ""}, owner=alice)
    refused("CREATE TEMP TABLE modules_moduleversion (LIKE public.modules_moduleversion)")
    refused("SELECT * INTO TEMP billing_entry FROM public.billing_entry")
