import json

import pytest
from django.utils import timezone

from billing import services as billing
from billing.models import Hold
from billing.tests.money import credits, give
from deployments.models import Deployment, Run
from deployments.runs.ending import finish_run
from deployments.runs.leases import claim
from deployments.runs.state import StateRecorder
from deployments.tests.factories import hold_for, make_deployment, make_run, make_version
from foundation.models import AuditEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(carol):
    """A claimed run that holds 10 of carol's 20 credits."""
    give(carol, 20, now=timezone.now())
    deployment = make_deployment(make_version({"main.tf": ""}, owner=carol), owner=carol)
    run = make_run(deployment)
    hold_for(run, 10)
    return claim(run.pk, worker="here:1")


def bring_to(run, status):
    """Along the map of states."""
    for step in (Run.Status.PLANNING, Run.Status.APPLYING, Run.Status.SAVING):
        if run.status == status:
            return
        assert run.advance(step, token=run.token)


def store(run, *, serial, resources):
    content = {"lineage": "one", "serial": serial, "resources": [{"mode": "managed", "instances": [{}] * resources}]}
    StateRecorder(run).store(json.dumps(content).encode())


def test_success_captures_the_hold_and_makes_the_deployment_live(run, carol):
    bring_to(run, Run.Status.SAVING)
    store(run, serial=1, resources=1)
    store(run, serial=2, resources=3)

    assert finish_run(run, token=run.token, status=Run.Status.SUCCEEDED)

    deployment = Deployment.objects.get()
    assert (deployment.status, deployment.resource_count) == ("live", 3)
    assert Hold.objects.get().state == Hold.State.CAPTURED
    assert billing.balance(carol) == billing.Balance(awarded=credits(10), purchased=0, held=0)
    assert [version.serial for version in deployment.states.all()] == [2]
    assert AuditEvent.objects.get(verb="run.ended").detail["status"] == "succeeded"


@pytest.mark.parametrize("status", [Run.Status.FAILED, Run.Status.CANCELLED, Run.Status.LOST])
def test_any_other_end_that_leaves_nothing_releases_the_hold(run, carol, status):
    bring_to(run, Run.Status.APPLYING)

    assert finish_run(run, token=run.token, status=status, error="It ended.")

    assert Hold.objects.get().state == Hold.State.RELEASED
    assert billing.balance(carol) == billing.Balance(awarded=credits(20), purchased=0, held=0)
    deployment = Deployment.objects.get()
    assert (deployment.status, deployment.was_interrupted) == ("pending", status == Run.Status.LOST)
    assert Run.objects.get().error == "It ended."


def test_a_failed_apply_that_left_resources_is_live(run):
    bring_to(run, Run.Status.APPLYING)
    store(run, serial=1, resources=2)
    finish_run(run, token=run.token, status=Run.Status.FAILED)
    deployment = Deployment.objects.get()
    assert (deployment.status, deployment.resource_count) == ("live", 2)


def test_a_run_ends_once(run, carol):
    bring_to(run, Run.Status.SAVING)
    assert finish_run(run, token=run.token, status=Run.Status.SUCCEEDED)
    assert not finish_run(run, token=run.token, status=Run.Status.LOST)
    assert Run.objects.get().status == "succeeded"
    assert billing.balance(carol).available == credits(10)
    assert AuditEvent.objects.filter(verb="run.ended").count() == 1


def test_a_destroy_that_left_something_is_not_destroyed(run):
    bring_to(run, Run.Status.SAVING)
    store(run, serial=1, resources=1)
    finish_run(run, token=run.token, status=Run.Status.SUCCEEDED)
    destroy = claim(make_run(run.deployment, action=Run.Action.DESTROY).pk, worker="here:1")
    bring_to(destroy, Run.Status.SAVING)
    finish_run(destroy, token=destroy.token, status=Run.Status.SUCCEEDED)
    deployment = Deployment.objects.get()
    assert (deployment.status, deployment.destroyed_at) == ("live", None)
