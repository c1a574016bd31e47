"""A deployment's page, the parts of it that refresh during a run, and its outputs."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import SignedInRequest, part_of_page
from deployments import presentation, services, version_moves
from deployments.forms import DestroyForm
from deployments.inputs import values
from deployments.models import Deployment, Run
from deployments.runs import state
from deployments.story import costs, input_errors, runs, versions
from deployments.views.shared import deployment_or_404, listed, run_or_404
from foundation import audit
from foundation.encryption import DecryptionFailed
from modules.terraform.schema import ephemeral

TIMELINE = 20


@login_required
@require_safe
def deployment(request: SignedInRequest, ref: str, number: int | None = None) -> HttpResponse:
    found = deployment_or_404(request, ref)
    run = run_or_404(found, number) if number else None
    return render(request, "deployments/deployment.html", page_context(request, found, run=run))


def page_context(
    request: SignedInRequest, deployment: Deployment, *, run: Run | None = None, destroy_form: DestroyForm | None = None
) -> dict[str, Any]:
    """The context of a deployment's page, with `run` or else the current run."""
    run = run or _current_run(deployment)
    if run is None:
        raise Http404("A deployment without a run is not made yet.")
    outlook = version_moves.outlook(deployment, request.user)
    return live_context(request, deployment, run) | {
        "log": presentation.log_end(run),
        "outlook": outlook,
        "warning": versions.warning(outlook.version, is_deployed=True),
        "unaffected": versions.unaffected(deployment, may_change=deployment.may_change(request.user)),
        "news": outlook.move and versions.news(outlook.move),
        "change_to": outlook.move and versions.change_to(outlook.move),
        "inputs": listed(deployment, deployment.secret_names),
        "outputs": _outputs(deployment),
        "destroy_form": destroy_form or destroy_form_for(request, deployment),
    }


def destroy_form_for(request: SignedInRequest, deployment: Deployment, data: QueryDict | None = None) -> DestroyForm:
    sees_hidden = deployment.version.module.shows_hidden_inputs_to(request.user)
    return DestroyForm(data, deployment=deployment, sees_hidden=sees_hidden)


def live_context(request: SignedInRequest, deployment: Deployment, run: Run) -> dict[str, Any]:
    """The context of the parts that refresh during a run."""
    newest = deployment.runs.newest_first().first()
    done, total = presentation.progress(run)
    timeline = deployment.runs.select_related("by").newest_first()[:TIMELINE]
    return _said(request, deployment, run, newest) | {
        "deployment": deployment,
        "run": run,
        "newest": newest,
        "timeline": [(past, runs.outcome(past)) for past in timeline],
        "status": presentation.shown_status(deployment, newest.status),
        "trouble": presentation.trouble(deployment, newest.status),
        "phases": presentation.phases(run),
        "resources": presentation.resources(run),
        "done": done,
        "total": total,
        "may_change": deployment.may_change(request.user),
        "may_reveal": deployment.owner_id == request.user.pk,
    }


def _said(request: SignedInRequest, deployment: Deployment, run: Run, newest: Run) -> dict[str, Any]:
    """The sentences in the parts that refresh during a run, and the facts they need."""
    quote, is_busy = services.quote_of(deployment), deployment.runs.unfinished().exists()
    return {
        "quote": quote,
        "is_busy": is_busy,
        "owner": runs.name_for(deployment.owner, request.user),
        "beginning": runs.beginning(run, request.user),
        "planned": runs.planned(run),
        "settled": costs.settled(run.hold) if run.hold else "",
        "change_inputs": "Change inputs" if newest.is_succeeded else "Change inputs and run again",
        "run_again": costs.for_amount("Run again", quote.price),
        "rejected": _rejected(request, deployment, newest),
        "asks_anew": bool(ephemeral(deployment.version.schema)),
        "on_cancel": runs.on_cancel(run),
        "on_destroy": runs.on_destroy(deployment, is_busy=is_busy),
        "no_outputs": runs.no_outputs(deployment, is_busy=is_busy),
        "no_resources": runs.no_resources(run),
    }


def _rejected(request: SignedInRequest, deployment: Deployment, newest: Run) -> input_errors.Rejected | None:
    """The inputs to change, for people who can, after a run that refused their values."""
    if not newest.input_errors or deployment.destroyed_at or not deployment.may_change(request.user):
        return None
    return input_errors.rejected_inputs(
        newest,
        form_url=reverse("deployments:deployment-update", args=[deployment.ref]),
        sees_hidden=deployment.version.module.shows_hidden_inputs_to(request.user),
    )


def _current_run(deployment: Deployment) -> Run | None:
    """The run that occupies the deployment, otherwise the newest."""
    runs = deployment.runs.select_related("by", "version", "hold").newest_first()
    return runs.filter(status__in=Run.OCCUPYING).first() or runs.first()


def _outputs(deployment: Deployment, revealed: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """The outputs, sorted by name; `revealed` are the values of sensitive ones to show in this response."""
    descriptions = {output["name"]: output["description"] for output in deployment.version.schema["outputs"]}
    revealed = revealed or {}
    return [
        {
            "name": name,
            "description": descriptions.get(name, ""),
            "is_hidden": output["sensitive"] and name not in revealed,
            "text": values.show(revealed.get(name, output.get("value"))),
        }
        for name, output in sorted(deployment.outputs.items())
    ]


@login_required
@require_safe
@never_cache
@part_of_page
def run_status(request: SignedInRequest, ref: str, number: int) -> HttpResponse:
    """The parts that refresh during a run; once it has ended, all other parts too."""
    found = deployment_or_404(request, ref)
    run = run_or_404(found, number)
    context = page_context(request, found, run=run) if run.is_final else live_context(request, found, run)
    return render(request, "deployments/_live.html", context)


@login_required
@require_safe
def run_log_text(request: SignedInRequest, ref: str, number: int) -> HttpResponse:
    found = deployment_or_404(request, ref)
    run = run_or_404(found, number)
    name = f'attachment; filename="{found.ref}-run-{run.number}.log"'
    return HttpResponse(
        presentation.log_text(run), content_type="text/plain; charset=utf-8", headers={"Content-Disposition": name}
    )


@login_required
@require_POST
@never_cache
def output_reveal(request: SignedInRequest, ref: str, name: str) -> HttpResponse:
    """Show one sensitive output in this response, to the owner only, and record it in the audit log."""
    found = deployment_or_404(request, ref)
    if found.owner_id != request.user.pk:
        raise PermissionDenied
    context = page_context(request, found)
    try:
        outputs = _state_outputs(found)
    except DecryptionFailed:
        context["refusal"] = "The state can't be decrypted. Ask an admin to check the portal's keys."
        return render(request, "deployments/deployment.html", context, status=409)
    if name not in outputs:
        raise Http404
    audit.record("output.revealed", by=request.user, target=found, output=name)
    context["outputs"] = _outputs(found, {name: outputs[name].get("value")})
    return render(request, "deployments/deployment.html", context)


def _state_outputs(deployment: Deployment) -> dict[str, Any]:
    version = state.newest(deployment)
    return state.parse(version.content).content.get("outputs", {}) if version else {}
