"""Retention at the worst moment: during a run, while a state is read in pieces, while credits stay reserved, killed."""

import io
import os
import signal
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone

from billing import verify
from billing.models import Hold
from billing.tests.money import credits, give
from deployments import services
from deployments.models import AsideState, Deployment, Run, RunLog
from deployments.runs import aside, leases, settlement
from deployments.runs.ending import finish_run
from deployments.tests.factories import make_state, make_version
from foundation import retention as steps
from modules.models import Module
from partnerportal import retention

LATER = datetime(2031, 5, 4, 2, 30, tzinfo=UTC)


@pytest.fixture
def failed(live_db, carol, alice):
    """A deployment whose run failed, left a.one and a state for the admins, and keeps 40 credits reserved."""
    give(carol, 40, now=timezone.now())
    version = make_version({"main.tf": ""}, owner=alice)
    Module.objects.update(audience=Module.Audience.EVERYONE, own_credit_cost=credits(40))
    shop = services.create_deployment(version, name="shop", inputs={}, secrets={}, by=carol)
    run = begun(shop)
    make_state(run, "a.one", serial=1)
    RunLog.objects.create(run=run, sequence=1, text="one\n")
    aside.put(run, reason="serial", missing=["a.two"], file=io.BytesIO(b"x" * (aside.PIECE_BYTES + 5)))
    assert finish_run(run, token=run.token, status=Run.Status.FAILED)
    return shop


def begun(shop):
    run = leases.claim(shop.runs.unfinished().get().pk, worker="here:1")
    for step in (Run.Status.PLANNING, Run.Status.APPLYING, Run.Status.SAVING):
        assert run.advance(step, token=run.token)
    return run


def test_a_run_five_years_later_loses_neither_its_state_nor_its_hold(failed, carol):
    services.start_run(failed, action=Run.Action.RETRY, by=carol)
    run = begun(failed)
    retention.tick(LATER)
    make_state(run, "a.one", "a.two", serial=2)
    retention.tick(LATER + timedelta(days=1))
    assert finish_run(run, token=run.token, status=Run.Status.SUCCEEDED)
    shop = Deployment.objects.get()
    assert (shop.state.serial, shop.resource_count, Hold.objects.get().state) == (2, 2, "captured")
    assert verify.faults() == []


def test_a_reservation_is_charged_after_the_log_of_its_run_is_gone(failed):
    retention.tick(LATER)
    assert not RunLog.objects.exists()
    settlement.charge_due(Hold.objects.get().due_at)
    assert (Hold.objects.get().state, verify.faults()) == ("captured", [])


def test_a_state_that_is_read_in_pieces_stays_until_an_admin_has_decided(failed):
    pieces = aside.content(AsideState.objects.get())
    first = next(pieces)
    retention.tick(LATER)
    assert (len(first), [len(piece) for piece in pieces]) == (aside.PIECE_BYTES, [5])


def test_a_pass_that_was_killed_is_ended_by_the_next(failed):
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            steps._note = lambda *given, **named: os.kill(os.getpid(), signal.SIGKILL)
            retention.tick(LATER)
        finally:
            os._exit(0)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    assert RunLog.objects.exists()
    retention.tick(LATER)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM foundation_removal WHERE done_at IS NULL")
        assert (RunLog.objects.exists(), cursor.fetchone()) == (False, (0,))
