"""What an ended run says stays: the database refuses to change it, whoever tries."""

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from deployments.models import Run
from deployments.tests.factories import make_deployment, make_run, make_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def ended(carol):
    """A run of carol that failed, with a plan."""
    deployment = make_deployment(make_version({"main.tf": ""}, owner=carol), owner=carol, secrets={"key": "s3cret"})
    run = make_run(deployment)
    Run.objects.filter(pk=run.pk).update(status=Run.Status.FAILED, error="It broke.", plan={"create": 2})
    return Run.objects.get(pk=run.pk)


@pytest.mark.parametrize(
    "change",
    [
        {"status": "succeeded"},
        {"status": "queued"},
        {"error": ""},
        {"plan": {"create": 3}},
        {"inputs": {"size": "large"}},
        {"finished_at": datetime(2026, 1, 1, tzinfo=UTC)},
        {"by": None},
        {"token": 9},
    ],
    ids=str,
)
def test_an_ended_run_was_changed(ended, change):
    refusal = f"deployments_run {ended.pk} stays as it is|null value"
    with pytest.raises(DatabaseError, match=refusal), transaction.atomic():
        Run.objects.filter(pk=ended.pk).update(**change)


def test_even_the_owner_of_the_table_does_not_change_it(ended, owner):
    with pytest.raises(DatabaseError, match="stays as it is: status"), transaction.atomic():
        Run.objects.filter(pk=ended.pk).update(status=Run.Status.SUCCEEDED)


def test_retention_empties_its_plan_and_secrets_once(ended):
    now = timezone.now()
    emptied = {"plan": {}, "secret_inputs": b"", "secret_names": []}
    Run.objects.filter(pk=ended.pk).update(emptied_at=now, **emptied)
    fresh = Run.objects.get(pk=ended.pk)
    assert (fresh.plan, bytes(fresh.secret_inputs), fresh.emptied_at) == ({}, b"", now)
    with pytest.raises(DatabaseError, match="stays as it is: emptied_at"), transaction.atomic():
        Run.objects.filter(pk=ended.pk).update(emptied_at=timezone.now())


def test_how_much_exists_at_its_end_is_said_once(ended):
    Run.objects.filter(pk=ended.pk).update(resource_count=0)
    with pytest.raises(DatabaseError, match="stays as it is: resource_count"), transaction.atomic():
        Run.objects.filter(pk=ended.pk).update(resource_count=1)


def test_a_run_is_never_deleted(ended):
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM deployments_run")
