"""Whatever happens between claim and end, and however often: the run ends, and its hold is settled."""

import errno
import zlib
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.db.models.functions import Now
from django.utils import timezone

from billing.models import Hold
from billing.tests.money import give
from deployments.models import Run
from deployments.runs import last_state, leases, reaper, runner
from deployments.runs.log import LogWriter
from deployments.runs.runner import Attempt, execute_run
from deployments.runs.state import StateRecorder
from deployments.sandbox import bubblewrap, workspace
from deployments.tests.factories import hold_for, hold_of, log_of, make_deployment, make_run, make_state, make_version
from foundation.encryption import DecryptionFailed
from foundation.models import Fault
from modules.reading.archive import ArchiveRefused

pytestmark = pytest.mark.django_db

MOST_ROUNDS = 8  # of a worker and a reaper
FULL = OSError(errno.ENOSPC, "No space left on device")
AWAY = OperationalError("server closed the connection unexpectedly")
NO_KEY = DecryptionFailed("no key b'k9' in PORTAL_KEYS", missing_key="k9")


@pytest.fixture
def run(carol, runs_dir, settings):
    """A queued run that holds 10 of carol's 20 credits."""
    settings.RUN_LEASE = 0.2
    give(carol, 20, now=timezone.now())
    run = make_run(make_deployment(make_version({"main.tf": ""}, owner=carol), owner=carol))
    hold_for(run, 10)
    return run


@pytest.fixture
def break_(monkeypatch):
    """Makes a part raise an error each time: `break_(workspace, "create", FULL)`."""

    def break_(owner, name, error):
        def broken(*args, **options):
            raise error

        monkeypatch.setattr(owner, name, broken)

    return break_


def go_on_until_it_ends(run):
    """Let a worker try, and after each try that broke off the reaper; returns how often."""
    for tries in range(1, MOST_ROUNDS + 1):
        try:
            execute_run(run.pk)
        except Exception as error:
            print(f"try {tries}: {error!r}")
        Run.objects.unfinished().filter(pk=run.pk).update(lease_expires_at=Now() - timedelta(seconds=1))
        reaper.reap_runs()
        run.refresh_from_db()
        if run.is_final:
            return tries
    pytest.fail(f"The run goes round for ever: {run.status}, {run.attempts} attempts.")


BEFORE = {
    "a key is missing": (Run, "secrets", NO_KEY, 1, "the key “k9” is missing"),
    "the state cannot be decrypted": (StateRecorder, "begin", NO_KEY, 1, "the key “k9” is missing"),
    "no sandbox": (bubblewrap, "self_test", bubblewrap.SandboxUnavailable("No sandbox here."), 1, "No sandbox here."),
    "the archive is refused": (runner, "unpack", ArchiveRefused("The archive is broken."), 1, "The archive is broken."),
    "the archive is corrupt": (runner, "unpack", zlib.error("invalid block"), 4, reaper.GIVEN_UP),
    "memory is out": (runner, "unpack", MemoryError(), 4, reaper.GIVEN_UP),
    "the disk is full": (workspace, "create", FULL, 4, runner.NO_ROOM),
    "the disk is not writable": (workspace, "create", PermissionError("denied"), 4, reaper.GIVEN_UP),
    "inputs are no JSON": (Run, "all_inputs", ValueError("no JSON"), 4, reaper.GIVEN_UP),
    "the log is not written": (LogWriter, "add", RuntimeError("bug"), 4, None),
    "the database is away": (leases, "is_cancelled", AWAY, 4, reaper.GIVEN_UP),
}


@pytest.mark.parametrize("case", BEFORE)
def test_a_run_that_breaks_before_its_apply_ends_and_gives_its_credits_back(run, break_, case):
    owner, name, error, tries, sentence = BEFORE[case]
    break_(owner, name, error)
    assert go_on_until_it_ends(run) == tries
    assert run.status == Run.Status.FAILED
    assert (sentence or reaper.GIVEN_UP) in run.error
    assert hold_of(run).state == Hold.State.RELEASED


@pytest.fixture
def without_terraform(monkeypatch):
    """Runs plan nothing: what breaks comes before or after Terraform."""
    monkeypatch.setattr(bubblewrap, "self_test", lambda: None)
    monkeypatch.setattr(Attempt, "_init", lambda attempt: None)
    monkeypatch.setattr(Attempt, "_plan", lambda attempt: attempt._advance(Run.Status.PLANNING))
    monkeypatch.setattr(Attempt, "_terraform", lambda attempt, arguments, title: None)


AFTER = {
    "memory is out": (Attempt, "_terraform", MemoryError()),
    "the worker is full of bugs": (Attempt, "_terraform", KeyError("bug")),
    "the state cannot be read": (last_state, "keep", MemoryError()),
    "the disk breaks": (last_state, "keep", OSError(errno.EIO, "Input/output error")),
    "the lease is lost": (Attempt, "_terraform", leases.LeaseLost()),
}


@pytest.mark.parametrize("case", AFTER)
@pytest.mark.parametrize("stands", [False, True])
def test_a_run_that_breaks_in_its_apply_is_lost_and_its_credits_settled(run, break_, without_terraform, case, stands):
    break_(*AFTER[case])
    if stands:
        make_state(run, "a.one", serial=5)
    assert go_on_until_it_ends(run) <= 2
    assert run.status == Run.Status.LOST
    held = hold_of(run)
    assert held.due_at if stands else held.state == Hold.State.RELEASED


def test_a_missing_key_is_named_to_admins(run, break_):
    break_(Run, "secrets", NO_KEY)
    go_on_until_it_ends(run)
    assert str(Fault.objects.get()) == "A key is missing: k9"


def test_a_run_waits_a_minute_for_room_and_begins_when_there_is_some(run, break_, monkeypatch):
    with monkeypatch.context() as full:
        full.setattr(workspace, "create", lambda *args: (_ for _ in ()).throw(FULL))
        execute_run(run.pk)
    run.refresh_from_db()
    assert (run.status, run.attempts) == (Run.Status.QUEUED, 1)
    assert log_of(run)[-1] == "The worker has no room on its disk. The run is tried again in a minute."
    assert not leases.claimable().exists()
    Run.objects.update(lease_expires_at=Now() - timedelta(seconds=1))
    assert leases.claim(run.pk, worker="here:1").attempts == 2


def test_a_worker_without_room_takes_no_run(run, settings, runs_dir):
    settings.RUN_FREE_BYTES = 2**62
    execute_run(run.pk)
    assert not runs_dir.exists()
    assert Fault.objects.get().kind == Fault.Kind.ROOM
    settings.RUN_FREE_BYTES = 0
    Run.objects.update(lease_expires_at=None)
    go_on_until_it_ends(run)
    assert (run.status, Fault.objects.count()) == (Run.Status.SUCCEEDED, 0)
