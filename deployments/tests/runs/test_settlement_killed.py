"""Killed at any line, a process settles nothing by half, and the next one settles it once."""

import os
import signal
from datetime import timedelta

import pytest
from django.db import connections
from django.db.models.functions import Now
from django.utils import timezone

from billing import holds, ledger, revenue, verify
from billing import services as billing
from billing.models import Hold, Transfer
from billing.tests.money import credits, give
from deployments import charge_notices, services
from deployments.models import Run
from deployments.runs import ending, leases, reaper, settlement
from deployments.tests.factories import make_version
from foundation import audit, outbox
from foundation.models import AuditEvent, OutboxMessage
from modules.models import Module

CHARGING = [
    (settlement, "_charge_by_time"),
    (ledger, "post"),
    (holds, "_spend"),
    (revenue, "settle"),
    (audit, "record"),
]
ENDING = [(settlement, "settle"), (ledger, "post"), (holds, "_spend"), (ending, "_wake_next")]


@pytest.fixture
def shop(live_db, alice, carol):
    """Carol's deployment, whose first run is queued: 40 of her 100 credits are reserved."""
    give(carol, 100, paid=10_000, now=timezone.now())
    version = make_version({"main.tf": ""}, owner=alice)
    Module.objects.update(audience=Module.Audience.EVERYONE, own_credit_cost=credits(40))
    return services.create_deployment(version, name="shop", inputs={}, secrets={}, by=carol)


def killed_at(owner, place, deed) -> bool:
    """Whether a process that does `deed` killed itself where `place` begins."""
    connections.close_all()  # the child gets one of its own
    child = os.fork()
    if child == 0:
        try:
            setattr(owner, place, lambda *given, **named: os.kill(os.getpid(), signal.SIGKILL))
            deed()
        finally:
            os._exit(0)
    return os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL


def failed():
    """As if the run had failed and left resources: when its credits are due."""
    due_at = timezone.now()
    Hold.objects.update(due_at=due_at, destroy_by=due_at - timedelta(days=6))
    Run.objects.update(status="failed", finished_at=due_at)
    return due_at


def test_a_charge_by_time_is_made_once_wherever_its_process_dies(shop, carol):
    due_at = failed()
    for owner, place in CHARGING:
        assert killed_at(owner, place, lambda: settlement.charge_due(due_at)), place
        assert (Hold.objects.get().state, Transfer.objects.filter(kind="capture").count()) == ("pending", 0), place
    settlement.charge_due(due_at)
    assert billing.balance(carol).available == credits(60)
    assert AuditEvent.objects.filter(verb="deployment.charged").count() == 1
    assert verify.faults() == []


def test_an_e_mail_about_a_charge_is_written_once_wherever_its_process_dies(shop):
    due_at = failed()
    now = due_at - timedelta(days=1)
    assert killed_at(outbox, "post", lambda: charge_notices.tell(now))
    assert Hold.objects.get().warned_at is None
    charge_notices.tell(now)
    assert OutboxMessage.objects.count() == 1


def test_a_run_that_succeeded_is_charged_once_wherever_its_worker_dies(shop, carol):
    run = leases.claim(shop.runs.get().pk, worker="here:1")
    for step in (Run.Status.PLANNING, Run.Status.APPLYING, Run.Status.SAVING):
        run.advance(step, token=run.token)
    finish = {"token": run.token, "status": Run.Status.SUCCEEDED}
    for owner, place in ENDING:
        assert killed_at(owner, place, lambda: ending.finish_run(Run.objects.get(), **finish)), place
        assert (Run.objects.get().status, Hold.objects.get().state) == ("saving", "pending"), place
    assert ending.finish_run(Run.objects.get(), **finish)
    assert not ending.finish_run(Run.objects.get(), **finish)
    assert (billing.balance(carol).available, verify.faults()) == (credits(60), [])


def test_a_reaper_that_dies_leaves_the_settling_to_the_next(shop, carol):
    run = leases.claim(shop.runs.get().pk, worker="here:1")
    for step in (Run.Status.PLANNING, Run.Status.APPLYING):
        run.advance(step, token=run.token)
    Run.objects.update(lease_expires_at=Now())
    assert killed_at(settlement, "settle", reaper.reap_runs)
    assert (Run.objects.get().status, Hold.objects.get().state) == ("applying", "pending")
    Run.objects.update(lease_expires_at=Now())
    reaper.reap_runs()
    assert (Run.objects.get().status, Hold.objects.get().state) == ("lost", "released")
    assert billing.balance(carol).available == credits(100)
