"""A deployment's page, the parts of it that refresh during a run, and its outputs."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import SignedInRequest, part_of_page
from billing.models import Hold
from deployments import outputs, page_rows, presentation, resource_list, services, version_moves
from deployments.forms import DestroyForm
from deployments.models import Deployment, Output, Run
from deployments.page_rows import WithPage
from deployments.resource_list import Wanted
from deployments.runs import live_log
from deployments.story import asides, costs, input_errors, runs, versions
from deployments.views.shared import deployment_or_404, listed, of_deployment, run_shown
from foundation import audit, faults
from foundation.encryption import DecryptionFailed
from modules.terraform.schema import ephemeral


@login_required
@require_safe
def deployment(request: SignedInRequest, ref: str, number: int | None = None) -> HttpResponse:
    return render(request, "deployments/deployment.html", page_context(request, run_shown(request, ref, number)))


def page_context(request: SignedInRequest, run: WithPage, *, destroy_form: DestroyForm | None = None) -> dict[str, Any]:
    """The context of a deployment's page with this run: an old one shows its own inputs, outputs and version."""
    deployment, context = run.deployment, live_context(request, run)
    outlook = version_moves.outlook(deployment, request.user, is_in_catalogue=run.is_in_catalogue)
    given = run if context["is_old"] else deployment
    has_asides = run.has_asides and not context["is_old"]
    return context | {
        "log": presentation.log_end(run),
        "log_removed": runs.log_removed(run, days=settings.KEEP_RUN_LOGS_DAYS),
        "outlook": outlook,
        "warning": versions.warning(outlook.version, is_deployed=True),
        "unaffected": versions.unaffected(deployment, may_change=deployment.may_change(request.user)),
        "news": outlook.move and versions.news(outlook.move),
        "change_to": outlook.move and versions.change_to(outlook.move),
        "inputs": listed(given, given.secret_names),
        "outputs": outputs.shown(given),
        "destroy_form": destroy_form or destroy_form_for(request, deployment),
        "asides": asides.undecided(deployment, request.user) if has_asides else None,
    }


def destroy_form_for(request: SignedInRequest, deployment: Deployment, data: QueryDict | None = None) -> DestroyForm:
    sees_hidden = deployment.version.module.shows_hidden_inputs_to(request.user)
    return DestroyForm(data, deployment=deployment, sees_hidden=sees_hidden)


def live_context(request: SignedInRequest, run: WithPage) -> dict[str, Any]:
    """The context of the parts that refresh during a run."""
    deployment = run.deployment
    timeline = page_rows.timeline(deployment)
    newest = run if timeline[0].pk == run.pk else timeline[0]  # of the same moment as the deployment
    is_old = run.is_final and newest is not run
    return (
        _said(request, run, newest)
        | _resources(request, run, run if is_old else deployment)
        | {
            "deployment": deployment,
            "run": run,
            "newest": newest,
            "is_old": is_old,
            "pace": live_log.pace(run.pk),
            "version": run.version if is_old else deployment.version,
            "timeline": [(past, runs.outcome(past)) for past in timeline],
            "status": presentation.shown_status(deployment, newest.status),
            "trouble": presentation.trouble(deployment, newest.status),
            "phases": presentation.phases(run),
            "may_change": deployment.may_change(request.user),
            "may_act": deployment.may_change(request.user) and not is_old and not deployment.destroyed_at,
            "may_reveal": deployment.owner_id == request.user.pk and not is_old,
        }
    )


def _resources(request: SignedInRequest, run: WithPage, of: Deployment | Run) -> dict[str, Any]:
    """The list of resources: what a run plans, and what exists in the state of `of`."""
    standing, wanted = resource_list.standing(of), Wanted.read(request.GET)
    page = resource_list.page(run, of, wanted)
    done, total = presentation.progress(run)
    return {
        "standing": standing,
        "wanted": wanted,
        "actions": resource_list.Action.choices,
        "is_searchable": wanted.is_narrowed or max(total, standing.count if standing else 0) > resource_list.FEW,
        "resources": presentation.resources(run, page.rows, standing),
        "first_page": wanted.query() if wanted.is_late and run.is_final else None,
        "next_page": wanted.query(page.next) if page.next else "",
        "listed": runs.resources_listed(run, standing, page, wanted),
        "no_resources": runs.no_resources(run, wanted),
        "no_outputs": runs.no_outputs(run.deployment, standing, is_busy=bool(run.unfinished)),
        "done": done,
        "total": total,
    }


def _said(request: SignedInRequest, run: WithPage, newest: Run) -> dict[str, Any]:
    """The sentences in the parts that refresh during a run, and the facts they need."""
    deployment = run.deployment
    is_busy = bool(run.unfinished)
    return _credits_said(request, run, newest, is_busy=is_busy) | {
        "is_busy": is_busy,
        "is_destroying": Run.Action.DESTROY in run.unfinished,
        "old": runs.old(run, newest),
        "owner": runs.name_for(deployment.owner, request.user),
        "beginning": runs.beginning(run, request.user),
        "planned": runs.planned(run),
        "change_inputs": "Change inputs" if newest.is_succeeded else "Change inputs and run again",
        "rejected": _rejected(request, deployment, newest),
        "asks_anew": bool(ephemeral(deployment.version.schema)),
    }


def _credits_said(request: SignedInRequest, run: WithPage, newest: Run, *, is_busy: bool) -> dict[str, Any]:
    """The sentences about credits that are reserved, charged or returned, and the price of the next run."""
    deployment, now = run.deployment, timezone.now()
    holds = page_rows.holds(run)
    charge = next((hold for hold in holds if hold.state != Hold.State.RELEASED), None)
    of_run = next((hold for hold in holds if hold.covers(run=run.ref, moment=run.created_at)), None)
    quote = services.quote_beside(charge, deployment)
    is_yours, has_lost = deployment.owner_id == request.user.pk, getattr(run, "has_asides", False)
    stays = costs.stays(charge, is_busy=is_busy, is_yours=is_yours, has_lost=has_lost, now=now)
    return {
        "quote": quote,
        "run_again": costs.for_amount("Run again", quote.price),
        "stays": stays if run is newest else None,
        "settled": "" if stays else costs.settled(of_run),
        "on_cancel": runs.on_cancel(costs.on_cancel(charge, run, now=now)),
        "on_destroy": runs.on_destroy(
            deployment, costs.on_destroy(charge, now=now, has_lost=has_lost), is_busy=is_busy
        ),
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


@login_required
@require_safe
@never_cache
@part_of_page
def run_status(request: SignedInRequest, ref: str, number: int) -> HttpResponse:
    """The parts that refresh during a run; once it has ended, all other parts too."""
    run = run_shown(request, ref, number)
    context = page_context(request, run) if run.is_final else live_context(request, run)
    return render(request, "deployments/_live.html", context)


@login_required
@require_POST
@never_cache
def output_reveal(request: SignedInRequest, ref: str, name: str) -> HttpResponseBase:
    """Show one sensitive output in this response, to the owner only, and record it in the audit log.

    With the button `file`, a large one is the response, as a file.
    """
    run = run_shown(request, ref)
    found = run.deployment
    if found.owner_id != request.user.pk:
        raise PermissionDenied("Only its owner can reveal outputs. Nothing was revealed.")
    context = page_context(request, run)
    output = get_object_or_404(Output.objects.filter(state=found.state_id), name=name)
    try:
        context["outputs"] = outputs.shown(found, revealed=output)
    except DecryptionFailed as error:
        return _unreadable(request, context, name, error)
    audit.record("output.revealed", by=request.user, target=found, output=name)
    if output.is_large and "file" in request.POST:
        return outputs.download(found, output, answer=of_deployment(request, found))
    return render(request, "deployments/deployment.html", context)


@login_required
@require_safe
@never_cache
def output_file(request: SignedInRequest, ref: str, name: str) -> HttpResponseBase:
    """A large output as a file; a sensitive one only by `output_reveal`."""
    found = deployment_or_404(request, ref)
    rows = Output.objects.filter(state=found.state_id, is_large=True, is_sensitive=False)
    output = get_object_or_404(rows, name=name)
    try:
        return outputs.download(found, output, answer=of_deployment(request, found))
    except DecryptionFailed as error:
        return _unreadable(request, page_context(request, run_shown(request, ref)), name, error)


def _unreadable(request: SignedInRequest, context: dict, name: str, error: DecryptionFailed) -> HttpResponse:
    context["refusal"] = faults.unreadable(f"The output {name}", error)
    return render(request, "deployments/deployment.html", context, status=409)
