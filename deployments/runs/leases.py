"""Claim, lease and fencing token of a run: they decide which worker may write. Leases use the database's clock."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from deployments.models import Run
from deployments.querysets import RunQuerySet

POSTPONED = 60  # seconds until a run is tried again that found no room
OUTAGE_PAUSE = 0.5  # seconds between two tries to reach the database
Result = TypeVar("Result")


class LeaseLost(Exception):
    """Another worker or the reaper has claimed the run, or the lease ran out: stop Terraform, write nothing."""


def claim(run_id: int, *, worker: str) -> Run | None:
    """Claim a waiting run with a new fencing token and lease; None when it cannot be claimed.

    Runs of one deployment are claimed oldest first, and only while no other one occupies the deployment.
    `worker` is host:pid.
    """
    run = Run.objects.filter(pk=run_id).first()
    if run is None:
        return None
    try:
        with transaction.atomic():
            changed = claimable().filter(pk=run_id).update(**_claim(run, worker))
    except IntegrityError:  # one_active_run_per_deployment: another worker claimed first
        return None
    related = ("deployment__owner", "version__module", "version__archive")
    return Run.objects.select_related(*related).get(pk=run_id) if changed else None


def _claim(run: Run, worker: str) -> dict[str, Any]:
    return {
        "status": Run.Status.PREPARING,
        "token": F("token") + 1,
        "attempts": F("attempts") + 1,
        "lease_expires_at": _lease_end(),
        "worker": worker,
        "process": {},
        "started_at": Coalesce("started_at", Now()),
        "phases": run.phases | {Run.Status.PREPARING.value: timezone.now().isoformat()},
    }


def claimable() -> RunQuerySet:
    """Runs that a worker can claim now."""
    siblings = Run.objects.filter(deployment=OuterRef("deployment")).exclude(pk=OuterRef("pk"))
    before = siblings.filter(Q(status__in=Run.OCCUPYING) | Q(status__in=Run.CLAIMABLE, pk__lt=OuterRef("pk")))
    is_due = Q(lease_expires_at=None) | Q(lease_expires_at__lt=Now())
    return Run.objects.filter(is_due, ~Exists(before), status__in=Run.CLAIMABLE, cancel_requested_at__isnull=True)


def extend(run: Run) -> None:
    """Extend the lease of a run that this worker has claimed; raises LeaseLost."""
    if not _mine(run).update(lease_expires_at=_lease_end()):
        raise LeaseLost


def take_over(run: Run) -> bool:
    """Take over a run with an expired lease; its worker's token becomes stale. True when it was taken over."""
    taken = _mine(run).filter(lease_expires_at__lt=Now()).update(token=F("token") + 1, lease_expires_at=_lease_end())
    if taken:
        run.refresh_from_db()
    return bool(taken)


def postpone(run: Run) -> bool:
    """Queue a claimed run again, to be claimed after POSTPONED seconds; False when the claim is stale."""
    later = Now() + timedelta(seconds=POSTPONED)
    return run.advance(Run.Status.QUEUED, token=run.token, lease_expires_at=later, process={}, worker="")


def is_cancelled(run: Run) -> bool:
    """Whether somebody requested to cancel the run; raises LeaseLost when this worker's claim is stale."""
    asked_at = _mine(run).values_list("cancel_requested_at", flat=True)[:1]
    if not asked_at:
        raise LeaseLost
    return asked_at[0] is not None


def record(run: Run, **fields: Any) -> None:
    """Write fields of a run that this worker has claimed; raises LeaseLost."""
    if not _mine(run).update(**fields):
        raise LeaseLost
    for name, value in fields.items():
        setattr(run, name, value)


def outlast(work: Callable[[], Result]) -> Result:
    """Do `work`, and retry it while the database is unreachable; raises LeaseLost after the duration of a lease."""
    deadline = time.monotonic() + settings.RUN_LEASE
    while True:
        try:
            return work()
        except (OperationalError, InterfaceError) as error:
            if connection.in_atomic_block:
                raise
            connection.close()
            if time.monotonic() > deadline:
                raise LeaseLost from error
        time.sleep(OUTAGE_PAUSE)


@contextmanager
def fenced(run: Run) -> Iterator[None]:
    """A transaction that locks the run's row; raises LeaseLost, before any write, when the claim is stale."""
    with transaction.atomic():
        if not _mine(run).select_for_update(no_key=True).exists():
            raise LeaseLost
        yield


def _mine(run: Run) -> RunQuerySet:
    return Run.objects.filter(pk=run.pk, token=run.token, status__in=Run.RUNNING)


def _lease_end() -> CombinedExpression:
    return Now() + timedelta(seconds=settings.RUN_LEASE)
