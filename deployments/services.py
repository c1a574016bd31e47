"""The actions on deployments: create, update, run again, destroy, cancel.

Price, owner and status are decided here, never by the browser. A deployment costs credits once. They are held when a
run is asked for while none are held, and `runs.settlement` captures or releases them (the hold rule).
"""

from collections.abc import Container
from functools import partial
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from billing import services as billing
from billing.errors import NotEnoughCredits
from billing.models import Hold
from billing.retry import retry_on_conflict
from deployments import quotes
from deployments.errors import InputsUnreadable, NameTaken, NotDeployable, PriceChanged, Refused
from deployments.models import Deployment, Run
from deployments.quotes import Quote
from deployments.runs.ending import finish_run
from foundation import audit
from foundation.encryption import DecryptionFailed
from foundation.refs import new_ref
from foundation.wake import wake
from modules.models import ModuleVersion
from modules.terraform.schema import ephemeral, is_injected

__all__ = [
    "NameTaken",
    "NotDeployable",
    "NotEnoughCredits",
    "PriceChanged",
    "Quote",
    "Refused",
    "cancel_run",
    "charge_of",
    "create_deployment",
    "finish_run",
    "quote_beside",
    "quote_of",
    "start_run",
]


def charge_of(deployment: Deployment) -> Hold | None:
    """The credits that are reserved for a deployment or were charged for it; None before, and when they came back."""
    return Hold.objects.not_returned().filter(cost_centre=deployment.cost_centre_id).first()


def is_covered(deployment: Deployment, charge: Hold | None) -> bool:
    """Whether its next run reserves nothing: `charge` (`charge_of`) exists, or its first apply succeeded for nothing.

    Paid is what was charged. A run that succeeded while the module cost nothing is as good: updates are free.
    """
    return charge is not None or deployment.runs.filter(action__in=Run.TAKES_EFFECT, status="succeeded").exists()


def quote_of(deployment: Deployment, version: ModuleVersion | None = None) -> Quote:
    """What the next run reserves of the owner's credits, with `version` when it changes."""
    return quote_beside(charge_of(deployment), deployment, version)


def quote_beside(charge: Hold | None, deployment: Deployment, version: ModuleVersion | None = None) -> Quote:
    """`quote_of` for a page that knows the deployment's charge."""
    quote = quotes.quote(version or deployment.version, deployment.owner)
    return quote.covered() if quote.price and is_covered(deployment, charge) else quote


@retry_on_conflict
@transaction.atomic
def create_deployment(
    version: ModuleVersion,
    *,
    name: str,
    inputs: dict[str, Any],
    secrets: dict[str, Any],
    by: User,
    nonce: str | None = None,
    shown: Quote | None = None,
) -> Deployment:
    """Create a deployment with its first run, and hold its price.

    `inputs` and `secrets` are values by variable; those of ephemeral variables reach the run alone. `nonce` makes the
    call idempotent: a second one returns the deployment of the first. `shown` is the quote on the confirmed page.
    Raises NotDeployable, NameTaken, PriceChanged and billing's NotEnoughCredits; nothing is created then.
    """
    # Lock the person, so that no request of theirs uses the same nonce or name between these checks and the commit.
    get_user_model().objects.select_for_update(no_key=True, of=("self",)).get(pk=by.pk)
    if nonce and (created := Deployment.objects.filter(owner=by, nonce=nonce).first()):
        return created
    version = quotes.held_still(version)
    quotes.check_offered(version, by)
    quotes.quote(version, by).check(shown)
    if Deployment.objects.standing().filter(owner=by, name=name).exists():
        raise NameTaken(name)
    deployment = _new_deployment(version, name=name, inputs=inputs, by=by, nonce=nonce)
    _keep(deployment, secrets)
    deployment.save()
    audit.record("deployment.created", by=by, target=deployment, version=version.ref, name=name)
    _queue(deployment, Run.Action.DEPLOY, secrets=secrets, by=by)
    return deployment


def _new_deployment(
    version: ModuleVersion, *, name: str, inputs: dict[str, Any], by: User, nonce: str | None
) -> Deployment:
    ref = new_ref()
    centre = billing.open_cost_centre(
        owner=by,
        deployment_ref=ref,
        deployment_name=name,
        module_title=version.module.title,
        partner=version.module.owner,
    )
    return Deployment(ref=ref, owner=by, name=name, nonce=nonce, version=version, cost_centre=centre, inputs=inputs)


@retry_on_conflict
@transaction.atomic
def start_run(
    deployment: Deployment,
    *,
    action: Run.Action,
    by: User,
    inputs: dict[str, Any] | None = None,
    secrets: dict[str, Any] | None = None,
    anew: dict[str, Any] | None = None,
    version: ModuleVersion | None = None,
    shown: Quote | None = None,
) -> Run:
    """Enqueue an update, a retry or a destroy; `inputs`, `secrets` and `version` replace the deployment's if given.

    `anew` are values of ephemeral variables, which also may be among `secrets`: the run alone gets them.

    A destroy may wait behind an unfinished run that does not destroy; any other action needs all runs to have ended.
    `shown` is the quote on the confirmed page. Raises Refused; NotDeployable when the version cannot be used;
    PriceChanged; and NotEnoughCredits when the run has a price and the owner cannot pay it. Credits that an earlier
    run left reserved pay for this one, whatever its version costs.
    """
    deployment = (
        Deployment.objects.select_for_update(of=("self",), no_key=True).select_related("version").get(pk=deployment.pk)
    )
    _check_start(deployment, action, by)
    if action in Run.TAKES_EFFECT:
        deployment.version = _startable(deployment, version)
        quote_of(deployment).check(shown)
    quotes.check_can_succeed(deployment.version)
    if inputs is not None:
        deployment.inputs = inputs
    if secrets is None:
        secrets = _secrets(deployment)
    else:
        _keep(deployment, secrets)
    deployment.save(update_fields=["inputs", "secret_inputs", "secret_names", "version"])
    return _queue(deployment, action, secrets=secrets | (anew or {}), by=by)


def _keep(deployment: Deployment, secrets: dict[str, Any]) -> None:
    """Set the deployment's secrets, without the values of ephemeral variables, which are never stored with it."""
    passing = {variable["name"] for variable in ephemeral(deployment.version.schema)}
    deployment.set_secrets({name: value for name, value in secrets.items() if name not in passing})


def _check_ephemeral(version: ModuleVersion, secrets: Container[str]) -> None:
    """Raise Refused unless each required ephemeral variable has a value, without which Terraform plans nothing."""
    needed = [row["name"] for row in ephemeral(version.schema) if row["required"] and not is_injected(row)]
    missing = [name for name in needed if name not in secrets]
    if missing:
        raise Refused(f"Enter {', '.join(missing)} again. The portal does not store it between runs.")


def _startable(deployment: Deployment, version: ModuleVersion | None) -> ModuleVersion:
    """The version of the next run, locked: the deployment's own, or one that its owner can change to.

    A deployment keeps a version that was revoked or that its owner no longer sees, but a pending one cannot run it.
    """
    if version is None or version.pk == deployment.version_id:
        version = quotes.held_still(deployment.version)
        if deployment.status == Deployment.Status.PENDING:
            quotes.check_may_begin(version, deployment.owner)
        return version
    if version.module_id != deployment.version.module_id:
        raise NotDeployable("A deployment can only change to another version of its own module.")
    version = quotes.held_still(version)
    quotes.check_offered(version, deployment.owner)
    return version


def _check_start(deployment: Deployment, action: Run.Action, by: User) -> None:
    if not deployment.may_change(by):
        raise Refused("Only its owner or an admin can change this deployment.")
    if deployment.destroyed_at:
        raise Refused(f"{deployment.name} was destroyed. Create a new deployment instead.")
    unfinished = deployment.runs.unfinished().newest_first().first()
    if unfinished and (action != Run.Action.DESTROY or unfinished.action == Run.Action.DESTROY):
        raise Refused(f"Run {unfinished.number} has not ended yet. Wait for it or cancel it first.")


def _queue(deployment: Deployment, action: Run.Action, *, secrets: dict[str, Any], by: User) -> Run:
    """Enqueue the deployment's next run, with a copy of its inputs and `secrets`, and hold its price."""
    _check_ephemeral(deployment.version, secrets)
    newest = deployment.runs.aggregate(number=Max("number"))["number"] or 0
    run = Run(
        deployment=deployment,
        number=newest + 1,
        action=action,
        version=deployment.version,
        by=by,
        inputs=deployment.inputs,
        phases={Run.Status.QUEUED.value: timezone.now().isoformat()},
    )
    run.set_secrets(secrets)
    _hold(deployment, run, by=by)
    run.save()
    audit.record(f"run.{action}", by=by, target=run, deployment=deployment.ref, number=run.number)
    transaction.on_commit(partial(wake, "deployments.execute_run", run.pk))
    return run


def _secrets(deployment: Deployment) -> dict[str, Any]:
    try:
        return deployment.secrets()
    except DecryptionFailed as error:
        raise InputsUnreadable(error.missing_key) from error


def _hold(deployment: Deployment, run: Run, *, by: User) -> None:
    quote = quote_of(deployment)
    if not run.takes_effect or not quote.price:
        return
    billing.hold(
        deployment.owner,
        amount=quote.price,
        key=f"run:{run.ref}:hold",
        run=run.ref,
        cost_centre=deployment.cost_centre,
        by=by,
        explain=f"{deployment.name}, run {run.number}",
        purchased_only=quote.is_purchased_only,
    )


@retry_on_conflict
@transaction.atomic
def cancel_run(run: Run, *, by: User) -> Run:
    """Request to cancel a run. An unclaimed one ends at once. Idempotent; raises Refused."""
    deployment = Deployment.objects.select_for_update(of=("self",), no_key=True).get(pk=run.deployment_id)
    run = deployment.runs.select_for_update(of=("self",), no_key=True).get(pk=run.pk)
    if not deployment.may_change(by):
        raise Refused("Only its owner or an admin can cancel this run.")
    if run.is_final:
        raise Refused(f"Run {run.number} has already ended.")
    if run.cancel_requested_at is None:
        run.cancel_requested_at, run.cancelled_by = timezone.now(), by
        run.save(update_fields=["cancel_requested_at", "cancelled_by"])
        audit.record("run.cancelled", by=by, target=run, deployment=deployment.ref, number=run.number)
    if run.status in Run.CLAIMABLE:
        reason = f"Cancelled by {by} before it started."
        finish_run(run, token=run.token, status=Run.Status.CANCELLED, error=reason, by=by)
    return run
