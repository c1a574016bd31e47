"""Deployments, drafts and money for the leak test, with a marker in each text."""

import io
import json
from datetime import date

from billing import services as billing
from billing.models import Allowance, Wallet
from deployments import services
from deployments.models import AsideState, Deployment, Draft, PlannedChange, Run, RunLog
from deployments.runs import aside
from deployments.runs.state import StateRecorder
from foundation.credits import CREDIT
from tests.leaks.markers import mark, name_of


def give_credits(owner, *, by) -> None:
    wallet = Wallet.objects.filter(owner=owner).first()
    billing.add_credits(
        owner,
        amount=100 * CREDIT,
        source="sale",
        paid=100_00,
        reason=mark(owner, "money", "reason"),
        by=by,
        nonce=f"leak-{name_of(owner)}",
        wallet_version=wallet.version if wallet else 0,
    )


def make_live(owner, version) -> Deployment:
    """A deployment that was applied, and whose update then failed."""
    deployment = _create(owner, version, "name")
    first = deployment.runs.get()
    _claim_as(first, Run.Status.SAVING)
    _store_state(first)
    services.finish_run(first, token=1, status=Run.Status.SUCCEEDED)
    second = services.start_run(deployment, action=Run.Action.UPDATE, by=owner)
    _claim_as(second, Run.Status.PLANNING)
    services.finish_run(second, token=1, status=Run.Status.FAILED, error=mark(owner, "deployment", "error"))
    deployment.refresh_from_db()
    return deployment


def make_aside(deployment) -> AsideState:
    """A state that the deployment's second run left, and that was put aside."""
    run, owner = deployment.runs.get(number=2), deployment.owner
    missing = [f"terraform_data.{mark(owner, 'deployment', 'plan')}"]
    return aside.put(run, reason="lineage", missing=missing, file=io.BytesIO(mark(owner, "secret", "aside").encode()))


def make_waiting(owner, version) -> Deployment:
    """A deployment whose first run is queued, with its credits on hold."""
    return _create(owner, version, "waiting")


def make_draft(owner, version, deployment=None) -> Draft:
    """A draft of a new deployment, or of an update of `deployment`."""
    draft = Draft(owner=owner, version=version, deployment=deployment, name=mark(owner, "draft", "name"))
    draft.inputs = {"size": mark(owner, "draft", "input")}
    draft.set_secrets({"password": mark(owner, "secret", "draft")})
    draft.save()
    return draft


def make_allowance(partner, *, by) -> Allowance:
    return Allowance.objects.create(partner=partner, amount=5 * CREDIT, valid_from=date(2026, 1, 1), by=by)


def _create(owner, version, field: str) -> Deployment:
    return services.create_deployment(
        version,
        name=mark(owner, "deployment", field),
        inputs={"size": mark(owner, "deployment", "input")},
        secrets={"password": mark(owner, "secret", "input")},
        by=owner,
    )


def _claim_as(run, status) -> None:
    """Give a run the state that a worker would give it."""
    owner = run.deployment.owner
    address = f"terraform_data.{mark(owner, 'deployment', 'plan')}"
    planned = {"create": 1, "change": 0, "destroy": 0, "listed": 1, "done": 1}
    fields = {"status": status, "token": 1, "plan": planned}
    Run.objects.filter(pk=run.pk).update(**fields)
    for name, value in fields.items():
        setattr(run, name, value)
    PlannedChange.objects.create(run=run, position=0, address=address, action="create", status="done", seconds=1)
    RunLog.objects.create(run=run, sequence=1, text=f" {mark(owner, 'deployment', 'log')}")


def _store_state(run) -> None:
    owner = run.deployment.owner
    outputs = {
        "address": {"value": mark(owner, "deployment", "output"), "type": "string"},
        "whole": {"value": mark(owner, "deployment", "output").ljust(70_000), "type": "string"},
        "key": {"value": mark(owner, "secret", "output"), "type": "string", "sensitive": True},
    }
    instance = {"attributes": {"input": mark(owner, "secret", "state")}}
    resource = {"mode": "managed", "type": "terraform_data", "name": "one", "instances": [instance]}
    content = {"version": 4, "serial": 1, "lineage": "one", "outputs": outputs, "resources": [resource]}
    StateRecorder(run).store(json.dumps(content).encode())
