"""Cleans up after a dead worker: kills its process, saves the state, and ends the run or queues it again.

An apply is never retried automatically.
"""

import logging
import socket
from collections.abc import Callable

import redis
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.db.models.functions import Now

from deployments.models import PlannedChange, Run
from deployments.redaction import MASK, Redactor, TooManyForms, leaves
from deployments.runs import aside, last_state, leases, state
from deployments.runs.ending import finish_run
from deployments.runs.log import LogWriter, publish
from deployments.runs.losses import Loss
from deployments.sandbox import bubblewrap, workspace
from deployments.sandbox.json_stream import Planned, Progress
from foundation.encryption import DecryptionFailed
from foundation.one_at_a_time import alone
from foundation.wake import wake

MOST_REQUEUES = 3
HAD_BEGUN = [Run.Status.APPLYING, Run.Status.SAVING]

OUTSIDE = (leases.LeaseLost, OperationalError, InterfaceError)  # another worker, or the database: tried again later

LOST = (
    "The worker stopped while applying. The newest state was saved, but some steps may be unfinished."
    " Run it again or destroy it."
)
NOT_SALVAGED = "The state that the worker left can't be read. Its files stay in PORTAL_RUNS_DIR."
GIVEN_UP = "The worker stopped several times before anything was applied. Nothing was changed. Run it again."

logger = logging.getLogger(__name__)


@alone
def reap_runs() -> None:
    """Take over every run whose lease has expired, take accepted states, and remove directories of ended runs."""
    for run in Run.objects.filter(status__in=Run.RUNNING, lease_expires_at__lt=Now()).order_by("pk"):
        _reap_alone(run)
    aside.take_accepted()
    _sweep()


@alone
def poll_runs() -> None:
    """Enqueue all claimable runs again, as their messages may be lost.

    Does nothing while the queue has messages: the workers are busy, or about to claim these runs.
    """
    waiting = list(leases.claimable().order_by("pk").values_list("pk", flat=True))
    if not waiting or _queue_length():
        return
    for run_id in waiting:
        wake("deployments.execute_run", run_id)


def _reap_alone(run: Run) -> None:
    """Log an error, so that a run that cannot be reaped does not block the others."""
    try:
        _reap(run)
    except Exception:
        logger.exception("run not reaped", extra={"run": run.pk})


def _reap(run: Run) -> None:
    """End or requeue one run. Takes it over first, so that its worker, if still alive, can write nothing more."""
    process = run.process
    if not leases.take_over(run):
        return
    logger.warning("lease expired", extra={"run": run.pk, "status": run.status, "worker": run.worker})
    if process.get("host") == socket.gethostname():
        bubblewrap.end_process(process.get("pid", 0), process.get("started", 0))
    try:
        if run.status in HAD_BEGUN:
            _end(run, Run.Status.LOST, _salvaged(run))
        elif run.cancel_requested_at:
            _end(run, Run.Status.CANCELLED, "Cancelled.")
        elif run.attempts > MOST_REQUEUES:
            _end(run, Run.Status.FAILED, GIVEN_UP)
        else:
            _requeue(run)
    except leases.LeaseLost:
        logger.warning("run was taken from the reaper", extra={"run": run.pk})
        return
    for left in workspace.attempts_at(run):
        left.remove()
    publish(run.pk)


def _salvaged(run: Run) -> str:
    """Salvage the state, and say how the run ends. Whatever cannot be read, the run ends, and its files stay."""
    try:
        loss = _salvage(run)
    except OUTSIDE:
        raise
    except Exception:
        logger.exception("state not salvaged", extra={"run": run.pk})
        for left in workspace.attempts_at(run):
            left.put_aside()
        return f"{NOT_SALVAGED} {LOST}"
    return f"{loss.sentence} {LOST}" if loss else LOST


def _salvage(run: Run) -> Loss | None:
    """Store the newest state on disk, and compare it with the progress that the worker has stored."""
    recorder = state.StateRecorder(run, _masking(run))
    for change in run.changes.all():
        recorder.report.take(Planned("", address=change.address, action=change.action))
        if change.status == PlannedChange.Status.DONE:
            action = "create" if change.action == "replace" else change.action
            recorder.report.take(Progress("", address=change.address, action=action, status="done"))
    return last_state.salvage(recorder, workspace.attempts_at(run))


def _masking(run: Run) -> Callable[[str], str]:
    """Masks the run's secrets; everything, where they cannot be known."""
    try:
        return Redactor(leaves(run.secrets()) + leaves(run.deployment.secrets())).clean
    except (DecryptionFailed, TooManyForms):
        return lambda text: MASK


def _end(run: Run, status: Run.Status, sentence: str) -> None:
    _say(run, sentence)
    by = run.cancelled_by if status == Run.Status.CANCELLED else None
    if not finish_run(run, token=run.token, status=status, error=sentence, by=by):
        raise leases.LeaseLost


def _requeue(run: Run) -> None:
    _say(run, "The worker stopped before anything was applied. The run is queued again.")
    if not run.advance(Run.Status.QUEUED, token=run.token, lease_expires_at=None, process={}, worker=""):
        raise leases.LeaseLost
    wake("deployments.execute_run", run.pk)


def _say(run: Run, sentence: str) -> None:
    """Add a sentence to the log. A log that cannot be written keeps no run from its end."""
    try:
        log = LogWriter(run)
        log.add(sentence, "y")
        log.flush(at_end=True)
    except OUTSIDE:
        raise
    except Exception:
        logger.exception("log not written", extra={"run": run.pk})


def _sweep() -> None:
    """Remove directories on this host whose run has ended, left by a worker that was killed before it removed them."""
    left = workspace.left_behind()
    ended = Run.objects.filter(ref__in=[ref for ref, _ in left], status__in=Run.FINAL).values_list("ref", flat=True)
    refs = set(ended)
    for path in [path for ref, path in left if ref in refs]:
        workspace.remove(path)


def _queue_length() -> int:
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2) as broker:
            return broker.llen(settings.QUEUE_RUNS)
    except redis.RedisError as error:
        logger.warning("broker not reached", extra={"error": str(error)})
        return 0
