"""Ends a run: final status, hold and deployment, in one transaction."""

from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from billing.retry import retry_on_conflict
from deployments.json_columns import InputErrors, Standing
from deployments.models import Deployment, Run
from deployments.runs import settlement, state
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

    Status, outputs and resources of the deployment follow the newest stored state, and the run keeps a copy of them;
    its older states are deleted. Then `settlement` settles the deployment's hold. `error` is a sentence for
    people, and `input_errors` what Terraform said of values of inputs, both without secrets. `was_killed` says that
    Terraform was killed, or interrupted twice, while it changed things. `by` is the person who cancelled.
    """
    deployment = Deployment.objects.select_for_update().get(pk=run.deployment_id)
    now = timezone.now()
    ended = {"error": error, "input_errors": input_errors or {}, "finished_at": now}
    if not run.advance(status, token=token, lease_expires_at=None, process={}, **ended, **_without_ephemeral(run)):
        return False
    _follow_state(deployment, run)
    settlement.settle(deployment, run, stands=deployment.resource_count > 0, by=by, now=now)
    deployment.was_interrupted = _is_interrupted(deployment, status, was_killed)
    deployment.save(
        update_fields=["status", "outputs", "resource_count", "addresses", "was_interrupted", "destroyed_at"]
    )
    audit.record("run.ended", by=by, target=run, deployment=deployment.ref, number=run.number, status=str(status))
    _wake_next(deployment)
    return True


def _without_ephemeral(run: Run) -> dict[str, Any]:
    """The fields to update so that values of ephemeral variables are stored no longer than their run."""
    names = {variable["name"] for variable in ephemeral(run.version.schema)}
    if not names:
        return {}
    run.forget(names)
    return {"secret_inputs": run.secret_inputs, "secret_names": run.secret_names}


def _follow_state(deployment: Deployment, run: Run) -> None:
    version = state.newest(deployment)
    standing: Standing = {"count": 0, "addresses": [], "outputs": {}}
    if version:
        run.states.exclude(pk=version.pk).delete()
        current = state.parse(version.content)
        standing = {"count": current.resource_count, "addresses": current.addresses, "outputs": current.outputs}
    run.standing = standing
    run.save(update_fields=["standing"])
    deployment.resource_count = count = standing["count"]
    deployment.addresses, deployment.outputs = standing["addresses"], standing["outputs"]
    is_success = run.status == Run.Status.SUCCEEDED
    if run.action == Run.Action.DESTROY and is_success and not count:
        deployment.status, deployment.destroyed_at = Deployment.Status.DESTROYED, run.finished_at
    elif count or is_success:
        deployment.status = Deployment.Status.LIVE


def _is_interrupted(deployment: Deployment, status: str, was_killed: bool) -> bool:
    if status == Run.Status.SUCCEEDED:
        return False
    return deployment.was_interrupted or was_killed or status == Run.Status.LOST


def _wake_next(deployment: Deployment) -> None:
    """Enqueue the deployment's oldest queued run, which may have waited for this one to end."""
    if following := deployment.runs.filter(status=Run.Status.QUEUED).order_by("pk").first():
        transaction.on_commit(partial(wake, "deployments.execute_run", following.pk))
