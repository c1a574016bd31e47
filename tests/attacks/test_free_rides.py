"""Modules and people that want a deployment for nothing: real Terraform in the real sandbox, and the real ledger."""

import time

import pytest
from django.utils import timezone

from billing import services as billing
from billing import verify
from billing.models import Hold, Transfer
from billing.tests.money import credits, give
from deployments import services
from deployments.models import Deployment, Run
from deployments.runs import settlement
from deployments.runs.runner import execute_run
from deployments.tests.factories import make_version
from foundation.wake import wake
from modules.models import Module

SEVEN = """
resource "terraform_data" "part" {
  count = 7
  input = count.index
}
"""
FAILS_AT_LAST = (
    SEVEN
    + """
resource "terraform_data" "last" {
  depends_on = [terraform_data.part]
  input      = "done"
  provisioner "local-exec" { command = "exit 1" }
}
"""
)
WAITS_AT_LAST = FAILS_AT_LAST.replace("exit 1", "sleep 60")


def deployed(source, *, owner, publisher) -> Deployment:
    """A deployment of a module for everybody that costs 40 of its owner's 100 credits, with its first run queued."""
    give(owner, 100, paid=10_000, now=timezone.now())
    version = make_version({"main.tf": source}, owner=publisher)
    Module.objects.update(audience=Module.Audience.EVERYONE, own_credit_cost=credits(40))
    return services.create_deployment(version, name="shop", inputs={}, secrets={}, by=owner)


def carried_out(deployment, action=None) -> Run:
    """The deployment's next run, executed in this process."""
    if action:
        services.start_run(deployment, action=action, by=deployment.owner)
    run = deployment.runs.newest_first().first()
    execute_run(run.pk)
    run.refresh_from_db()
    deployment.refresh_from_db()
    return run


def money(person):
    """Available and reserved credits, and how many charges and earnings were posted."""
    balance, kinds = billing.balance(person), list(Transfer.objects.values_list("kind", flat=True))
    available, held = balance.available // credits(1), balance.held // credits(1)
    return available, held, kinds.count("capture"), kinds.count("revenue")


@pytest.fixture
def runs_dir(settings, tmp_path, monkeypatch):
    settings.RUNS_DIR = tmp_path / "runs"
    monkeypatch.setenv("PORTAL_RUNS_DIR", str(settings.RUNS_DIR))


@pytest.mark.django_db
def test_a_module_that_fails_in_its_last_resource_is_not_free(runs_dir, carol, alice, record_property):
    shop = deployed(FAILS_AT_LAST, owner=carol, publisher=alice)
    run = carried_out(shop)
    assert (run.status, shop.status, shop.resource_count) == ("failed", "live", 8)
    assert money(carol) == (60, 40, 0, 0)

    settlement.charge_due(Hold.objects.get().due_at)
    assert money(carol) == (60, 0, 1, 0)
    assert verify.faults() == []
    record_property("resources live after a failure in the last one, and credits charged", (shop.resource_count, 40))


@pytest.mark.django_db
def test_who_destroys_at_once_what_failed_pays_nothing(runs_dir, carol, alice):
    shop = deployed(FAILS_AT_LAST, owner=carol, publisher=alice)
    carried_out(shop)
    destroy = carried_out(shop, Run.Action.DESTROY)
    assert (destroy.status, shop.status, shop.resource_count) == ("succeeded", "destroyed", 0)
    assert (money(carol), verify.faults()) == ((100, 0, 0, 0), [])


def test_cancelling_in_the_last_step_is_not_free(live_db, runs_dir, carol, alice, worker, record_property):
    shop = deployed(WAITS_AT_LAST, owner=carol, publisher=alice)
    run = shop.runs.get()
    worker(queues=["runs"], concurrency=1)
    wake("deployments.execute_run", run.pk)
    until(lambda: Run.objects.get(pk=run.pk).status == "applying" and sleeps_in_the_last(run))
    services.cancel_run(run, by=carol)
    until(lambda: Run.objects.get(pk=run.pk).is_final)

    run.refresh_from_db()
    shop.refresh_from_db()
    assert (run.status, shop.status, shop.resource_count) == ("cancelled", "live", 8)
    assert money(carol) == (60, 0, 1, 1)
    assert Hold.objects.get().reason == "cancelled while applying"
    assert verify.faults() == []
    record_property("resources live after a late cancel, and credits charged", (shop.resource_count, 40))


def sleeps_in_the_last(run) -> bool:
    return "terraform_data.last: Provisioning with 'local-exec'" in "".join(run.log.values_list("text", flat=True))


def until(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "this did not happen in time"
        time.sleep(0.05)
