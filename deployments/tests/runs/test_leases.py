from datetime import timedelta

import pytest
from django.db.models.functions import Now

from deployments.models import Run
from deployments.runs import leases
from deployments.runs.ending import finish_run
from deployments.runs.leases import LeaseLost, claim
from deployments.runs.runner import execute_run
from deployments.tests.factories import log_of, make_deployment, make_run, make_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def deployment(carol):
    return make_deployment(make_version({"main.tf": ""}, owner=carol), owner=carol)


@pytest.fixture
def run(deployment):
    return make_run(deployment)


def test_a_claim_takes_a_run_once(run):
    claimed = claim(run.pk, worker="here:1")
    assert (claimed.status, claimed.token, claimed.attempts, claimed.worker) == ("preparing", 1, 1, "here:1")
    assert claim(run.pk, worker="there:2") is None


def test_a_claim_skips_an_occupied_deployment(deployment, run):
    second = make_run(deployment)
    assert claim(second.pk, worker="here:1") is None
    first = claim(run.pk, worker="here:1")
    assert claim(second.pk, worker="here:1") is None
    finish_run(first, token=first.token, status=Run.Status.FAILED)
    assert claim(second.pk, worker="here:1").status == "preparing"


def test_a_run_that_is_to_be_cancelled_is_not_claimed(run):
    Run.objects.update(cancel_requested_at=Now())
    assert claim(run.pk, worker="here:1") is None


def test_a_heartbeat_extends_the_lease_of_the_holder_only(run, settings):
    mine = claim(run.pk, worker="here:1")
    Run.objects.update(lease_expires_at=Now() - timedelta(seconds=1))
    leases.extend(mine)
    assert Run.objects.filter(lease_expires_at__gt=Now() + timedelta(seconds=settings.RUN_LEASE - 5)).exists()
    Run.objects.update(token=2)
    with pytest.raises(LeaseLost):
        leases.extend(mine)


def test_a_lease_that_runs_is_not_taken_over(run):
    mine = claim(run.pk, worker="here:1")
    assert not leases.take_over(mine)
    Run.objects.update(lease_expires_at=Now() - timedelta(seconds=1))
    assert leases.take_over(mine)
    assert mine.token == 2


def test_a_stale_worker_writes_nothing(run):
    mine = claim(run.pk, worker="here:1")
    Run.objects.update(token=2)
    for write in (
        lambda: leases.record(mine, plan={"create": 1}),
        lambda: leases.is_cancelled(mine),
        lambda: leases.fenced(mine).__enter__(),
    ):
        with pytest.raises(LeaseLost):
            write()
    assert not mine.advance(Run.Status.PLANNING, token=mine.token)
    assert not finish_run(mine, token=mine.token, status=Run.Status.FAILED, error="late")
    run.refresh_from_db()
    assert (run.status, run.plan, run.error) == ("preparing", {}, "")


def test_a_run_moves_only_along_its_map(run):
    mine = claim(run.pk, worker="here:1")
    assert not mine.advance(Run.Status.SAVING, token=mine.token)
    assert not mine.advance(Run.Status.SUCCEEDED, token=mine.token)
    assert mine.advance(Run.Status.PLANNING, token=mine.token)
    assert set(Run.objects.get().phases) == {"preparing", "planning"}


def test_a_redelivered_message_is_harmless(carol, deploy):
    run = deploy(carol, {"main.tf": 'output "answer" { value = 42 }'})
    before = log_of(run)
    execute_run(run.pk)
    execute_run(run.pk + 1000)
    run.refresh_from_db()
    assert (run.status, run.attempts, log_of(run)) == ("succeeded", 1, before)
