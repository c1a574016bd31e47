"""An admin decides about a state that was put aside: what becomes of the deployment and of its reserved credits."""

import io
import json
from datetime import timedelta

import pytest
from django.utils import timezone

from billing import services as billing
from billing import verify
from billing.models import Hold
from billing.tests.money import credits, give
from deployments import asides, services
from deployments.models import AsideState, Deployment, Run
from deployments.runs import aside, leases, reaper, settlement
from deployments.runs.ending import finish_run
from deployments.runs.runner import execute_run
from deployments.tests.factories import make_state, make_version
from modules.models import Module

pytestmark = pytest.mark.django_db


@pytest.fixture
def lost(carol, alice, runs_dir):
    """Of carol's 100 credits 40 stay reserved: her first run lost its state, and a.one in it."""
    give(carol, 100, now=timezone.now())
    version = make_version({"main.tf": ""}, owner=alice)
    Module.objects.update(audience=Module.Audience.EVERYONE, own_credit_cost=credits(40))
    shop = services.create_deployment(version, name="shop", inputs={}, secrets={}, by=carol)
    return ended(shop, "failed", loses=state("a.one"))


def state(*addresses, serial=7):
    found = [{"mode": "managed", "type": "a", "name": name.partition(".")[2], "instances": [{}]} for name in addresses]
    return json.dumps({"version": 4, "lineage": "one", "serial": serial, "resources": found}).encode()


def ended(shop, status, *, loses=None, keeps=()):
    """End the deployment's queued run; returns the state that was put aside for it."""
    run = leases.claim(shop.runs.unfinished().get().pk, worker="here:1")
    for step in (Run.Status.PLANNING, Run.Status.APPLYING, Run.Status.SAVING):
        assert run.advance(step, token=run.token)
    if keeps:
        make_state(run, *keeps)
    found = loses and aside.put(run, reason="serial", missing=["a.one"], file=io.BytesIO(loses))
    assert finish_run(run, token=run.token, status=status, error="It ended.")
    return found


def shop():
    return Deployment.objects.get()


def money(person):
    balance = billing.balance(person)
    return balance.available // credits(1), balance.held // credits(1), Hold.objects.get().state


def test_credits_stayed_reserved_after_nothing_was_left_to_wait_for(lost, carol, admin):
    assert money(carol) == (60, 40, "pending")
    asides.dismiss(lost, by=admin)
    assert (money(carol), Hold.objects.get().reason) == ((100, 0, "released"), "an admin decided about its state")
    assert verify.faults() == []


def test_while_another_state_waits_or_a_resource_exists_they_stay(lost, carol, admin):
    other = aside.put(lost.run, reason="missing", missing=["a.two"])
    asides.dismiss(lost, by=admin)
    assert money(carol) == (60, 40, "pending")
    services.start_run(shop(), action=Run.Action.RETRY, by=carol)
    ended(shop(), "failed", keeps=["a.two"])
    asides.dismiss(other, by=admin)
    assert money(carol) == (60, 40, "pending")


def test_a_late_destroy_is_charged_when_the_admin_has_decided(lost, carol, admin):
    services.start_run(shop(), action=Run.Action.DESTROY, by=carol)
    late = Hold.objects.get().destroy_by + timedelta(minutes=1)
    Run.objects.filter(action="destroy").update(created_at=late)
    ended(shop(), "succeeded")
    asides.dismiss(lost, by=admin)
    assert money(carol) == (60, 0, "captured")
    assert (shop().status, verify.faults()) == ("destroyed", [])


def test_a_decision_during_a_run_leaves_it_to_the_runs_end(lost, carol, admin):
    services.start_run(shop(), action=Run.Action.DESTROY, by=carol)
    asides.dismiss(lost, by=admin)
    assert money(carol) == (60, 40, "pending")
    ended(shop(), "succeeded")
    assert (money(carol), shop().status) == ((100, 0, "released"), "destroyed")


def test_an_accepted_state_without_resources_returns_them_once_it_is_taken(lost, carol, admin):
    asides.dismiss(lost, by=admin)
    empty = aside.put(lost.run, reason="serial", file=io.BytesIO(state()))
    asides.accept(empty, by=admin)
    reaper.reap_runs()
    empty.refresh_from_db()
    assert (empty.problem, bool(empty.taken_at)) == ("", True)
    assert money(carol)[2] == "released"


def test_a_destroyed_deployment_came_back_with_a_state_that_was_accepted_meanwhile(lost, carol, admin):
    services.start_run(shop(), action=Run.Action.DESTROY, by=carol)
    run = leases.claim(shop().runs.unfinished().get().pk, worker="here:1")
    asides.accept(lost, by=admin)
    for step in (Run.Status.PLANNING, Run.Status.APPLYING, Run.Status.SAVING):
        assert run.advance(step, token=run.token)
    assert finish_run(run, token=run.token, status=Run.Status.SUCCEEDED)
    assert (shop().destroyed_at, money(carol)[2]) == (None, "pending")

    reaper.reap_runs()
    assert (shop().status, shop().resource_count, money(carol)[2]) == ("live", 1, "pending")


def test_a_run_began_with_the_state_before_the_accepted_one(lost, carol, admin, settings):
    asides.accept(lost, by=admin)
    run = services.start_run(shop(), action=Run.Action.RETRY, by=carol)
    settings.RUN_FREE_BYTES = 2**62  # it ends before Terraform
    execute_run(run.pk)
    assert (shop().resource_count, AsideState.objects.get().taken_at is None) == (1, False)


def test_a_state_that_could_not_be_read_was_never_taken_again(lost, admin, settings):
    ring = settings.PORTAL_KEYS
    settings.PORTAL_KEYS = encryption_ring("other")
    asides.accept(lost, by=admin)
    aside.take_accepted()
    lost.refresh_from_db()
    assert (lost.decision, "the key “test” is missing" in lost.problem) == ("", True)

    settings.PORTAL_KEYS = ring
    asides.accept(lost, by=admin)
    aside.take_accepted()
    lost.refresh_from_db()
    assert (lost.problem, shop().resource_count) == ("", 1)


def test_a_run_waited_for_ever_behind_a_state_that_our_own_code_failed_at(lost, carol, admin, settings, monkeypatch):
    asides.accept(lost, by=admin)
    run = services.start_run(shop(), action=Run.Action.RETRY, by=carol)
    settings.RUN_FREE_BYTES = 2**62  # it ends before Terraform
    with monkeypatch.context() as patched:
        patched.setattr(aside.results, "keep", lambda *_: 1 / 0)
        execute_run(run.pk)
    run.refresh_from_db()
    lost.refresh_from_db()
    assert (run.attempts, lost.decision, lost.problem) == (1, "", "It can't be read.")


def encryption_ring(name):
    return f"{name}:{'bmV3ZXIgdGhhbiB0aGUgdGVzdHMgb3duIGtleSEhISE='}"


def test_what_was_charged_by_time_is_not_settled_again(lost, carol, admin):
    settlement.charge_due(Hold.objects.get().due_at)
    asides.dismiss(lost, by=admin)
    assert (money(carol), verify.faults()) == ((60, 0, "captured"), [])
