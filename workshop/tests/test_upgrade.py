"""The databases of earlier releases migrate to this one without losing a row."""

from django.db import connection

from accounts.models import GitHubConnection, User
from billing.models import Transfer
from deployments.models import Deployment, Run, StateVersion
from foundation.models import AuditEvent
from modules.models import Module, ModuleVersion, Scan

KEPT = [User, GitHubConnection, Scan, Module, ModuleVersion, Deployment, Run, StateVersion, Transfer, AuditEvent]


def refs():
    """By table: the refs (or keys) of all rows that must not get lost."""
    found = {}
    with connection.cursor() as cursor:
        for model in KEPT:
            names = {field.name for field in model._meta.fields}
            column = "ref" if "ref" in names else "id"
            cursor.execute(f"SELECT {column} FROM {model._meta.db_table} ORDER BY 1")
            found[model.__name__] = [row[0] for row in cursor.fetchall()]
    return found


def test_a_database_of_an_earlier_release_is_migrated_and_keeps_its_rows(earlier_release, manage):
    before = refs()
    assert min(map(len, before.values())) > 0
    manage("migrate", "--no-input", "--verbosity", "0")
    assert refs() == before
    manage("migrate", "--check")
    manage("makemigrations", "--check", "--dry-run")
    manage("ledger_verify")  # raises if a balance is wrong


def test_secrets_of_an_earlier_release_are_read(earlier_release, manage):
    manage("migrate", "--no-input", "--verbosity", "0")
    assert GitHubConnection.objects.get(owner__email="alice@example.com").token == "ghp_demo_alice"
