import json
import socket
import subprocess
from datetime import timedelta

import pytest
from django.db import connections
from django.db.models.functions import Now

from deployments.models import Run
from deployments.runs import leases, reaper, state
from deployments.runs.leases import claim
from deployments.sandbox import bubblewrap, workspace
from deployments.tests.factories import log_of, make_deployment, make_run, make_version
from foundation.one_at_a_time import lock_number

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(carol, runs_dir):
    """A claimed run with a directory, whose worker is silent since its lease expired."""
    deployment = make_deployment(make_version({"main.tf": ""}, owner=carol), owner=carol)
    run = claim(make_run(deployment).pk, worker="here:1")
    workspace.create(run, {})
    return run


def let_expire(run, **fields):
    Run.objects.filter(pk=run.pk).update(lease_expires_at=Now() - timedelta(seconds=1), **fields)


def leave_state(run, *, serial, lineage="one"):
    content = {"lineage": lineage, "serial": serial, "resources": [{"mode": "managed", "instances": [{}] * serial}]}
    workspace.of(run).state_files[0].write_text(json.dumps(content))


def test_a_run_before_its_apply_is_queued_again_three_times_then_fails(run, runs_dir):
    for attempt in (1, 2, 3):
        let_expire(run)
        reaper.reap_runs()
        run.refresh_from_db()
        assert (run.status, run.attempts) == ("queued", attempt)
        assert list(runs_dir.iterdir()) == []
        run = claim(run.pk, worker="here:1")
    let_expire(run)
    reaper.reap_runs()
    run.refresh_from_db()
    assert (run.status, run.error) == ("failed", reaper.GIVEN_UP)


def test_a_run_that_was_applying_is_lost_and_its_newer_state_salvaged(run, runs_dir):
    run.advance(Run.Status.PLANNING, token=1)
    run.advance(Run.Status.APPLYING, token=1)
    recorder = state.StateRecorder(run)
    recorder.store(b'{"lineage": "one", "serial": 2, "resources": []}')
    leave_state(run, serial=4)
    let_expire(run)

    reaper.reap_runs()

    run.refresh_from_db()
    assert (run.status, run.error, run.token) == ("lost", reaper.LOST, 2)
    assert [version.serial for version in run.deployment.states.all()] == [4]
    run.deployment.refresh_from_db()
    assert (run.deployment.status, run.deployment.resource_count) == ("live", 4)
    assert run.deployment.was_interrupted
    assert log_of(run) == [reaper.LOST]
    assert list(runs_dir.iterdir()) == []


def test_a_state_of_another_lineage_is_not_salvaged(run):
    run.advance(Run.Status.PLANNING, token=1)
    run.advance(Run.Status.APPLYING, token=1)
    state.StateRecorder(run).store(b'{"lineage": "one", "serial": 2, "resources": []}')
    leave_state(run, serial=9, lineage="two")
    let_expire(run)
    reaper.reap_runs()
    assert (state.newest(run.deployment).serial, Run.objects.get().status) == (2, "lost")


def test_a_reaper_that_died_half_way_is_made_up_for(run):
    run.advance(Run.Status.PLANNING, token=1)
    run.advance(Run.Status.APPLYING, token=1)
    leave_state(run, serial=4)
    let_expire(run)
    run.refresh_from_db()
    assert leases.take_over(run)
    let_expire(run)
    reaper.reap_runs()
    assert (state.newest(run.deployment).serial, Run.objects.get().status) == (4, "lost")


def test_a_process_left_on_this_host_is_stopped(run):
    process = subprocess.Popen(["sleep", "60"])
    started = bubblewrap.start_time(process.pid)
    let_expire(run, process={"host": socket.gethostname(), "pid": process.pid, "started": started})
    reaper.reap_runs()
    assert process.wait(timeout=5) == -9


def test_a_process_of_the_same_number_on_another_host_is_left(run):
    process = subprocess.Popen(["sleep", "60"])
    started = bubblewrap.start_time(process.pid)
    let_expire(run, process={"host": "elsewhere", "pid": process.pid, "started": started})
    reaper.reap_runs()
    assert process.poll() is None
    process.kill()
    process.wait()


def test_a_run_whose_lease_is_running_is_left(run):
    reaper.reap_runs()
    run.refresh_from_db()
    assert (run.status, run.token) == ("preparing", 1)


def test_a_cancelled_run_is_not_queued_again(run):
    let_expire(run, cancel_requested_at=Now())
    reaper.reap_runs()
    assert Run.objects.get().status == "cancelled"


def test_a_second_reaper_does_nothing(run):
    let_expire(run)
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [lock_number(reaper.reap_runs)])
            reaper.reap_runs()
            assert Run.objects.get().status == "preparing"
            cursor.execute("SELECT pg_advisory_unlock(%s)", [lock_number(reaper.reap_runs)])
    finally:
        other.close()
    reaper.reap_runs()
    assert Run.objects.get().status == "queued"


def test_directories_of_ended_runs_are_swept_and_others_kept(run, runs_dir):
    ended = make_run(make_deployment(run.version, owner=run.by, name="other"), status=Run.Status.FAILED)
    (runs_dir / f"{ended.ref}-1").mkdir()
    reaper.reap_runs()
    assert [path.name for path in runs_dir.iterdir()] == [f"{run.ref}-1"]


def test_a_run_that_cannot_be_ended_does_not_stop_the_reaper(run, carol, runs_dir):
    second = claim(make_run(make_deployment(run.version, owner=carol, name="other")).pk, worker="here:1")
    let_expire(run, process={"host": socket.gethostname()})  # without a pid
    let_expire(second)
    reaper.reap_runs()
    assert Run.objects.get(pk=second.pk).status == "queued"
