"""The hold rule: what becomes of a deployment's reserved credits when a run ends, and when time passes.

`docs/reliability.md` states the rule. Both ways lock the deployment's row first, then the ledger, so that a run and the
periodic task never settle the same hold twice.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from accounts.models import User
from billing import services as billing
from billing.models import Hold
from billing.retry import retry_on_conflict
from deployments.models import Deployment, Run
from foundation import audit
from foundation.one_at_a_time import alone
from foundation.times import dated

BATCH = 500
DECIDED = "an admin decided about its state"

logger = logging.getLogger(__name__)


def settle(deployment: Deployment, run: Run, *, stands: bool, by: User | None, now: datetime) -> None:
    """Capture, keep or release a deployment's pending hold, if it has one, within the transaction that ends `run`.

    `stands` says that resources exist, or that nobody knows, as a state was lost. `by` is the person who cancelled.
    The caller has locked the deployment's row.
    """
    hold = _pending(deployment)
    if hold is None:
        return
    if run.takes_effect and run.is_succeeded:
        billing.capture(hold, by=by, reason=_by_run(hold, run, "succeeded"), now=now)
    elif not stands:
        reason = "destroyed in time" if hold.destroy_by else f"run {run.status}"
        _settle_nothing(hold, run, reason=reason, by=by, now=now)
    elif run.takes_effect and run.is_applying and run.status == Run.Status.CANCELLED:
        billing.capture(hold, by=by, reason=_by_run(hold, run, "cancelled while applying"), now=now)
    elif hold.due_at and hold.due_at <= now:
        _charge_by_time(hold, now=now)
    else:
        _keep(hold, now=now)


def _by_run(hold: Hold, run: Run, what: str) -> str:
    """Why it is charged; what names the reservation names the run that asked for it, so another one is named here."""
    if hold.run_ref == run.ref:
        return "" if run.is_succeeded else what
    return f"run {run.number} {what}"


def settle_decided(deployment: Deployment, run: Run, *, by: User | None, now: datetime) -> None:
    """Settle a hold that stayed for a state that was lost, now that an admin has decided and nothing exists.

    `run` is the newest one, which has ended. The caller has locked the deployment's row.
    """
    if hold := _pending(deployment):
        _settle_nothing(hold, run, reason=DECIDED, by=by, now=now)


def _pending(deployment: Deployment) -> Hold | None:
    return Hold.objects.pending().filter(cost_centre=deployment.cost_centre_id).first()


def _settle_nothing(hold: Hold, run: Run, *, reason: str, by: User | None, now: datetime) -> None:
    """Nothing exists: return the credits, unless resources had existed and this run was asked for too late."""
    if hold.destroy_by and run.created_at > hold.destroy_by:
        billing.capture(hold, by=by, reason=f"destroyed after {dated(hold.destroy_by)}", earns=False, now=now)
    else:
        billing.release(hold, by=by, reason=reason, now=now)


def _keep(hold: Hold, *, now: datetime) -> None:
    """The times count from the first run that left resources; later ones do not move them."""
    destroy_by = now + timedelta(hours=settings.HOLD_DESTROY_HOURS)
    billing.keep(hold, due_at=now + timedelta(days=settings.HOLD_DAYS), destroy_by=destroy_by)


def _charge_by_time(hold: Hold, *, now: datetime) -> None:
    billing.capture(hold, reason=f"not run again by {dated(hold.due_at)}", earns=False, now=now)


@alone
def charge_due(now: datetime) -> None:
    """Capture the holds that are due at `now`, except those of deployments with an unfinished run. Idempotent.

    It makes at most BATCH charges; the next call goes on.
    """
    unfinished = Run.objects.unfinished().values("deployment__cost_centre")
    due = Hold.objects.due(now).exclude(cost_centre__in=unfinished)
    for hold_id, centre_id in list(due.values_list("pk", "cost_centre")[:BATCH]):
        try:
            _charge_one(hold_id, centre_id, now=now)
        except Exception:  # one that cannot be charged does not block the others
            logger.exception("hold not charged", extra={"hold": hold_id})


@retry_on_conflict
@transaction.atomic
def _charge_one(hold_id: int, centre_id: int, *, now: datetime) -> None:
    """Capture one hold, unless it was settled, or a run was asked for, since it was found."""
    deployment = Deployment.objects.select_for_update(of=("self",), no_key=True).get(cost_centre=centre_id)
    hold = Hold.objects.due(now).filter(pk=hold_id).first()
    if hold is None or deployment.runs.unfinished().exists():
        return
    _charge_by_time(hold, now=now)
    audit.record("deployment.charged", by=None, target=deployment, units=hold.amount, reason=hold.reason)
