"""A key that left the ring, and a disk without room: runs end, credits come back, and the admins are told."""

import base64

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from billing.models import Hold
from billing.tests.money import give
from deployments.models import Run
from deployments.runs.runner import NO_ROOM, execute_run
from deployments.tests.conftest import runs_dir  # noqa: F401 - fixtures
from deployments.tests.factories import hold_for, hold_of, make_deployment, make_run, make_version
from foundation.models import Fault

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(carol, runs_dir):  # noqa: F811
    """A queued run with a secret that holds 10 of carol's 20 credits."""
    give(carol, 20, now=timezone.now())
    version = make_version({"main.tf": 'variable "password" {}'}, owner=carol)
    run = make_run(make_deployment(version, owner=carol, secrets={"password": "hunter2-long"}))
    hold_for(run, 10)
    return run


def start_page(client, admin):
    client.force_login(admin)
    return client.get("/").content.decode()


def test_a_run_whose_key_is_missing_ends_and_names_it(client, admin, run, settings):
    settings.PORTAL_KEYS = "newer:" + base64.b64encode(b"n" * 32).decode()
    execute_run(run.pk)
    run.refresh_from_db()
    assert (run.status, run.attempts) == (Run.Status.FAILED, 1)
    assert "the key “test” is missing" in run.error
    assert hold_of(run).state == Hold.State.RELEASED
    assert "The key “test”" in start_page(client, admin)


def test_a_disk_without_room_begins_no_run_and_ends_it_after_four_tries(client, admin, run, settings, runs_dir):  # noqa: F811
    settings.RUN_FREE_BYTES = 2**62
    for _ in range(4):
        execute_run(run.pk)
        Run.objects.unfinished().update(lease_expires_at=Now())
    run.refresh_from_db()
    assert (run.status, run.error, run.attempts) == (Run.Status.FAILED, NO_ROOM, 4)
    assert hold_of(run).state == Hold.State.RELEASED
    assert not runs_dir.exists()
    assert f"The worker {Fault.objects.get().subject}" in start_page(client, admin)
