"""Real workers, killed, raced and starved."""

import json
import os
import signal
import time
from datetime import timedelta

import pytest
import redis
from django.conf import settings
from django.db.models.functions import Now
from django.utils import timezone

from billing import services as billing
from billing.models import Hold
from billing.tests.money import credits, give
from deployments.models import Deployment, Run
from deployments.runs import reaper, state
from deployments.sandbox import bubblewrap, state_file
from deployments.services import cancel_run, start_run
from deployments.tests.factories import hold_for, log_of, make_deployment, make_run, make_version, outputs_of
from foundation.engine import terraform_version
from foundation.wake import wake
from modules.models import Scan
from modules.scanning.services import start_scan
from modules.tests.catalogues import GREETING, connect
from tests.measures import end_connections_of_the_portal

QUICK = {"RUN_LEASE": "3", "RUN_HEARTBEAT": "1", "RUN_REAP": "1", "RUN_POLL": "1"}

TWENTY = """
resource "terraform_data" "step" {
  count = 20
  input = count.index
  provisioner "local-exec" { command = "sleep ${0.4 * (count.index + 1)}" } # one ends every 0.4 s
}
output "steps" { value = length(terraform_data.step) }
"""
SLOW = """
resource "terraform_data" "first" { input = 1 }
resource "terraform_data" "slow" {
  input = terraform_data.first.output
  provisioner "local-exec" { command = "sleep 60" }
}
"""
QUICK_MODULE = 'output "answer" { value = 42 }'


def wait_for(condition, *, seconds=30):
    """The first true value of `condition()`."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "this did not happen in time"
        time.sleep(0.05)
    return found


def status_of(run):
    return Run.objects.values_list("status", flat=True).get(pk=run.pk)


def run_ended(run):
    return Run.objects.get(pk=run.pk).finished_at


def done_resources(run):
    return run.changes.filter(status="done").count()


def queue(owner, source, **fields):
    return make_run(make_deployment(make_version({"main.tf": source}, owner=owner), owner=owner, **fields))


def held_run(owner, source):
    """A queued run that holds 10 of its owner's 20 credits."""
    give(owner, 20, now=timezone.now())
    run = queue(owner, source)
    hold_for(run, 10)
    return run


def test_killed_worker_and_terraform_lose_nothing(live_db, runs_dir, carol, worker, beat):
    run = held_run(carol, TWENTY)
    runs = worker(queues=["runs"], concurrency=1, env=QUICK)
    wake("deployments.execute_run", run.pk)
    wait_for(lambda: done_resources(run) >= 7)
    terraform = Run.objects.get(pk=run.pk).process["pid"]

    os.kill(terraform, signal.SIGKILL)
    runs.kill()
    (workspace,) = runs_dir.iterdir()
    text = (workspace / "state" / "terraform.tfstate").read_bytes()
    on_disk = state_file.read(text)
    worker(queues=["default"], env=QUICK)
    beat(env=QUICK)
    wait_for(lambda: status_of(run) == "lost")

    assert 7 <= on_disk.resource_count <= 20
    salvaged = state.newest(run.deployment)
    assert (salvaged.serial, salvaged.content) == (on_disk.serial, text)
    assert run.deployment.states.count() == 1
    deployment = Deployment.objects.get(pk=run.deployment_id)
    assert (deployment.status, deployment.was_interrupted) == ("live", True)
    assert deployment.resource_count == on_disk.resource_count
    hold = Hold.objects.get()
    assert (hold.state, hold.due_at - run_ended(run)) == (Hold.State.PENDING, timedelta(days=7))
    assert billing.balance(carol).available == credits(10)
    wait_for(lambda: not list(runs_dir.iterdir()))


def test_a_lost_deployment_is_run_again_and_destroyed(live_db, runs_dir, carol, worker):
    run = queue(carol, TWENTY.replace("0.4", "0.1"))
    runs = worker(queues=["runs"], concurrency=1, env=QUICK)
    wake("deployments.execute_run", run.pk)
    wait_for(lambda: done_resources(run) >= 3)
    runs.kill()
    Run.objects.filter(pk=run.pk).update(lease_expires_at=Now())
    reaper.reap_runs()
    assert status_of(run) == "lost"

    worker(queues=["runs"], concurrency=1)
    wait_for(lambda: terraform_version() == bubblewrap.terraform_version() != "")
    again = start_run(run.deployment, action=Run.Action.RETRY, by=carol)
    wait_for(lambda: status_of(again) == "succeeded")
    assert "The last run was interrupted." in " ".join(log_of(again))
    deployment = Deployment.objects.get(pk=run.deployment_id)
    assert (deployment.resource_count, deployment.was_interrupted) == (20, False)
    assert outputs_of(deployment)["steps"] == 20

    destroy = start_run(deployment, action=Run.Action.DESTROY, by=carol)
    wait_for(lambda: status_of(destroy) == "succeeded")
    deployment.refresh_from_db()
    assert (deployment.status, deployment.resource_count) == ("destroyed", 0)


def test_cancel_interrupts_terraform_and_keeps_its_state(live_db, runs_dir, carol, worker):
    run = queue(carol, SLOW)
    worker(queues=["runs"], concurrency=1)
    wake("deployments.execute_run", run.pk)
    wait_for(lambda: done_resources(run) == 1)
    cancel_run(run, by=carol)
    wait_for(lambda: status_of(run) == "cancelled")

    kept = state.newest(run.deployment)
    assert kept.resource_count == 2
    slow = next(found for found in json.loads(kept.content)["resources"] if found["name"] == "slow")
    assert slow["instances"][0]["status"] == "tainted"
    deployment = Deployment.objects.get(pk=run.deployment_id)
    assert (deployment.status, deployment.resource_count, deployment.was_interrupted) == ("live", 2, False)
    assert Run.objects.get(pk=run.pk).error == "Cancelled."


def test_terraform_that_does_not_stop_is_killed_and_what_its_state_lacks_is_named(live_db, runs_dir, carol, worker):
    run = queue(carol, SLOW)
    worker(queues=["runs"], concurrency=1, env={"RUN_CANCEL_GRACE": "1", "RUN_CANCEL_KILL": "1"})
    wake("deployments.execute_run", run.pk)
    wait_for(lambda: any("Provisioning" in line for line in log_of(run)))
    os.kill(Run.objects.get(pk=run.pk).process["pid"], signal.SIGSTOP)

    cancel_run(run, by=carol)
    wait_for(lambda: Run.objects.get(pk=run.pk).is_final)

    run.refresh_from_db()
    assert run.status == "failed"  # what is being provisioned exists, and Terraform has not written it into its state
    assert "Terraform reported terraform_data.slow, which no kept state lists." in run.error
    deployment = Deployment.objects.get(pk=run.deployment_id)
    assert (deployment.status, deployment.was_interrupted) == ("live", True)


def test_two_workers_race_for_one_run_and_one_executes_it(live_db, runs_dir, carol, worker):
    run = queue(carol, QUICK_MODULE)
    worker(queues=["runs"], concurrency=2)
    worker(queues=["runs"], concurrency=2)
    for _ in range(12):
        wake("deployments.execute_run", run.pk)

    wait_for(lambda: status_of(run) == "succeeded")
    wait_for(lambda: queue_is_empty())

    run.refresh_from_db()
    assert (run.attempts, run.token) == (1, 1)
    assert log_of(run).count("$ terraform apply") == 1


def test_a_run_whose_message_was_wiped_is_found_by_the_poller(live_db, runs_dir, carol, worker, beat):
    run = queue(carol, QUICK_MODULE)
    wake("deployments.execute_run", run.pk)
    with redis.Redis.from_url(settings.REDIS_URL) as broker:
        broker.flushdb()
    assert queue_is_empty()

    worker(queues=["runs"], env=QUICK)
    worker(queues=["default"], env=QUICK)
    beat(env=QUICK)

    wait_for(lambda: status_of(run) == "succeeded")


def test_taken_places_of_runs_leave_scan_cancel_and_reaper_working(
    live_db, runs_dir, carol, alice, github, worker, beat
):
    busy = queue(carol, SLOW, name="busy")
    abandoned = queue(carol, QUICK_MODULE, name="abandoned")
    waiting = queue(carol, QUICK_MODULE, name="waiting")
    worker(queues=["runs"], concurrency=1)
    wake("deployments.execute_run", busy.pk)
    wait_for(lambda: done_resources(busy) == 1)
    Run.objects.filter(pk=abandoned.pk).update(status="applying", token=1, lease_expires_at=Now())
    worker(queues=["default", "work"], env=QUICK)
    beat(env=QUICK)

    repository = connect(github, alice, files={"greeting/main.tf": GREETING})
    scan = start_scan(repository, by=alice)
    wait_for(lambda: Scan.objects.filter(pk=scan.pk, status="succeeded", read=1).exists())
    wait_for(lambda: status_of(abandoned) == "lost")
    cancel_run(waiting, by=carol)
    assert status_of(waiting) == "cancelled"
    assert status_of(busy) == "applying"
    cancel_run(busy, by=carol)
    wait_for(lambda: status_of(busy) == "cancelled")


def test_a_database_that_drops_its_connections_is_outlasted(live_db, runs_dir, carol, worker):
    run = queue(carol, TWENTY.replace("0.4", "0.1"))
    worker(queues=["runs"], concurrency=1)
    wake("deployments.execute_run", run.pk)
    wait_for(lambda: status_of(run) == "applying")
    dropped = 0
    while status_of(run) == "applying":
        dropped += end_connections_of_the_portal()
        time.sleep(0.3)
    wait_for(lambda: Run.objects.get(pk=run.pk).is_final)
    assert dropped >= 3
    assert (status_of(run), Run.objects.get(pk=run.pk).token) == ("succeeded", 1)
    assert outputs_of(Deployment.objects.get(pk=run.deployment_id))["steps"] == 20


def queue_is_empty():
    with redis.Redis.from_url(settings.REDIS_URL) as broker:
        return broker.llen(settings.QUEUE_RUNS) == 0


@pytest.fixture(autouse=True)
def _settings_of_children(monkeypatch):
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
