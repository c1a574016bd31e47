"""Ends a run: final status, hold and deployment, in one transaction."""

from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from billing.retry import retry_on_conflict
from deployments.json_columns import InputErrors
from deployments.models import Deployment, Run
from deployments.runs import losses, results, settlement, state
from foundation import audit
from foundation.wake import wake
from modules.terraform.schema import ephemeral


@retry_on_conflict
@transaction.atomic
def finish_run(
    run: Run,
    *,
    token: int,
    status: str,
    error: str = "",
    input_errors: InputErrors | None = None,
    was_killed: bool = False,
    by: User | None = None,
) -> bool:
    """Give a run its final `status`. Returns False and writes nothing when `Run.advance` refuses token or status.

    Status, outputs and resources of the deployment are those of the newest stored state, which the run names too; its
    older states are deleted. Then `settlement` settles the deployment's hold. What the run has lost counts as existing,
    and owner and admins are told of it. `error` is a sentence for people, and `input_errors` what Terraform said of
    values of inputs, both without secrets. `was_killed` says that Terraform was killed, or interrupted twice, while it
    changed things. `by` is the person who cancelled.
    """
    deployment = Deployment.objects.select_for_update(no_key=True).get(pk=run.deployment_id)
    now = timezone.now()
    ended = {"error": error, "input_errors": input_errors or {}, "finished_at": now}
    if not run.advance(status, token=token, lease_expires_at=None, process={}, **ended, **_without_ephemeral(run)):
        return False
    has_loss = run.asides.undecided().exists()
    _follow_state(deployment, run, has_loss=has_loss)
    settlement.settle(deployment, run, stands=_stands(deployment), by=by, now=now)
    if has_loss:
        losses.tell(deployment, run)
    deployment.was_interrupted = _is_interrupted(deployment, status, was_killed)
    deployment.save(update_fields=["status", "state", "resource_count", "was_interrupted", "destroyed_at"])
    audit.record("run.ended", by=by, target=run, deployment=deployment.ref, number=run.number, status=str(status))
    _wake_next(deployment)
    return True


def follow_decision(deployment: Deployment, *, by: User | None, now: datetime) -> None:
    """Do what waited for an admin's decision about a state, `by` whom: if nothing exists any more, settle the hold.

    The caller has locked the deployment's row. A run that has not ended does it at its end.
    """
    if _stands(deployment) or deployment.runs.unfinished().exists():
        return
    newest = deployment.runs.get(pk=deployment.newest_run_id)
    if _has_destroyed(newest):
        deployment.status, deployment.destroyed_at = Deployment.Status.DESTROYED, newest.finished_at
        deployment.save(update_fields=["status", "destroyed_at"])
    settlement.settle_decided(deployment, newest, by=by, now=now)


def _stands(deployment: Deployment) -> bool:
    """Whether resources exist, or nobody knows, as a state was lost and none has taken its place."""
    return deployment.resource_count > 0 or deployment.asides.open().exists()


def _has_destroyed(run: Run) -> bool:
    return run.action == Run.Action.DESTROY and run.is_succeeded


def _without_ephemeral(run: Run) -> dict[str, Any]:
    """The fields to update so that values of ephemeral variables are stored no longer than their run."""
    names = {variable["name"] for variable in ephemeral(run.version.schema)}
    if not names:
        return {}
    run.forget(names)
    return {"secret_inputs": run.secret_inputs, "secret_names": run.secret_names}


def _follow_state(deployment: Deployment, run: Run, *, has_loss: bool) -> None:
    newest = state.newest(deployment)
    count = newest.resource_count if newest else 0
    if newest and newest.pk != deployment.state_id:
        run.states.exclude(pk=newest.pk).only("pk").delete()
        results.forget_values(deployment.state_id)
    run.state = deployment.state = newest
    run.resource_count = deployment.resource_count = count
    run.save(update_fields=["state", "resource_count"])
    is_success = run.status == Run.Status.SUCCEEDED
    if _has_destroyed(run) and not _stands(deployment):
        deployment.status, deployment.destroyed_at = Deployment.Status.DESTROYED, run.finished_at
    elif count or is_success or has_loss:
        deployment.status = Deployment.Status.LIVE


def _is_interrupted(deployment: Deployment, status: str, was_killed: bool) -> bool:
    if status == Run.Status.SUCCEEDED:
        return False
    return deployment.was_interrupted or was_killed or status == Run.Status.LOST


def _wake_next(deployment: Deployment) -> None:
    """Enqueue the deployment's oldest queued run, which may have waited for this one to end."""
    if following := deployment.runs.filter(status=Run.Status.QUEUED).order_by("pk").first():
        transaction.on_commit(partial(wake, "deployments.execute_run", following.pk))
