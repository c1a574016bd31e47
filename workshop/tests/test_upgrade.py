"""The databases of earlier releases migrate to this one without losing a row."""

import json

from django.db import connection

from accounts.models import GitHubConnection, User
from billing.models import Transfer
from deployments.models import Deployment, Output, Run, StateResource, StateVersion
from foundation.models import AuditEvent
from modules.models import Module, ModuleVersion, Scan
from partnerportal.database_roles import as_owner

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
    with as_owner():  # nobody has rights before the first `migrate`
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


def test_what_a_deployment_left_is_found_in_tables_of_its_own(earlier_release, manage):
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT ref, outputs, resource_count FROM deployments_deployment")
        before = {ref: (json.loads(outputs), count) for ref, outputs, count in cursor.fetchall()}
    manage("migrate", "--no-input", "--verbosity", "0")
    assert any(outputs for outputs, _ in before.values())
    for ref, (outputs, count) in before.items():
        deployment = Deployment.objects.get(ref=ref)
        found = Output.objects.filter(state=deployment.state_id)
        assert {output.name: output.value for output in found} == {
            name: output.get("value") for name, output in outputs.items()
        }
        assert all(output.parts.get().content for output in found if output.is_sensitive)
        assert StateResource.objects.filter(state=deployment.state_id).count() == count
    for run in Run.objects.exclude(plan={}):
        assert run.changes.count() == run.plan["listed"] > 0
