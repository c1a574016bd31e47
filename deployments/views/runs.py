"""The actions on a deployment: update, run again, destroy, cancel."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import SignedInRequest
from billing import services as billing
from deployments import drafts, services, version_moves
from deployments.inputs.form import InputsForm, form_for
from deployments.json_columns import InputErrors
from deployments.models import Deployment, Draft, Run
from deployments.story import costs, input_errors, runs, versions
from deployments.version_moves import ChangedInput, Move
from deployments.views.page import destroy_form_for, page_context
from deployments.views.shared import asked, changeable, posted, run_or_404, run_shown, schema_of_page, typed
from modules.models import ModuleVersion
from modules.terraform.schema import is_ephemeral


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def deployment_update(request: SignedInRequest, ref: str) -> HttpResponse:
    deployment = changeable(request, ref)
    target, data = version_moves.target_of(deployment), posted(request)
    version, is_stale = _chosen(request, deployment, target, asked(request, data, "version"))
    draft = drafts.find(asked(request, data, "draft"), owner=request.user, version=version, deployment=deployment)
    is_new = draft._state.adding
    if is_new:
        draft.inputs = deployment.inputs
    secrets = drafts.readable_secrets(draft)
    form = _form(request, deployment, draft, secrets, data)
    if data:
        drafts.keep(draft, form, secrets=secrets)
        if form.check and form.is_valid() and not is_stale:
            return redirect("deployments:update-review", deployment.ref, draft.ref)
    elif is_new and version == deployment.version:
        form.complain(_last_errors(deployment))
    context = {"deployment": deployment, "version": version, "form": form, "draft": draft, "is_stale": is_stale}
    context |= _said(deployment, form, _move(request, deployment, version), version, target)
    is_wrong = form.is_bound and form.errors or is_stale
    return render(request, "deployments/form.html", context, status=422 if is_wrong else 200)


def _said(
    deployment: Deployment, form: InputsForm, move: Move | None, version: ModuleVersion, target: ModuleVersion | None
) -> dict[str, Any]:
    """The form's sentences about versions and errors.

    `move` is the change of version that the form makes, `target` the version that it could change to.
    """
    said = {
        "title": f"Change {deployment.name}",
        "next_page": "The next page shows what changes.",
        "lead": f"{deployment.module_title} {version.semver} by {version.module.publisher}.",
        "warning": versions.warning(version, is_deployed=move is None),
        "errors": input_errors.errors(form, kept=costs.KEPT),
        "kept": f"This form is for {version.semver}. {costs.KEPT}",
        "move": move,
        "target": target,
    }
    if move:
        return said | {"choice": versions.chosen(move, deployment.name)}
    if target is None:
        return said
    offered = Move(deployment.version, target)
    return said | {
        "choice": versions.kept(offered, deployment.name),
        "change_to": versions.change_to(offered),
    }


def _chosen(
    request: SignedInRequest, deployment: Deployment, target: ModuleVersion | None, wanted: str
) -> tuple[ModuleVersion, bool]:
    """The form's version, and whether the post was for one that is not, or no longer, offered.

    The version is the deployment's own, or the one that it can change to if it is `wanted`.
    """
    if wanted in ("", deployment.version.semver):
        return deployment.version, False
    version = target or deployment.version
    return version, request.method == "POST" and version.semver != wanted


def _form(
    request: SignedInRequest, deployment: Deployment, draft: Draft, secrets: dict[str, Any], data: QueryDict
) -> InputsForm:
    version, stored = draft.version, drafts.readable_secrets(deployment)
    return form_for(
        version.schema,
        values=draft.inputs,
        kept={*version_moves.secrets_for(deployment, version, stored), *secrets},
        page=schema_of_page(version, data),
        sees_hidden=version.module.shows_hidden_inputs_to(request.user),
        **typed(request, data),
    )


def _move(request: SignedInRequest, deployment: Deployment, version: ModuleVersion) -> Move | None:
    """The change to `version`; None when it is the deployment's own."""
    if version.pk == deployment.version_id:
        return None
    sees_hidden = version.module.shows_hidden_inputs_to(request.user)
    return Move(deployment.version, version, sees_hidden=sees_hidden)


def _last_errors(deployment: Deployment) -> InputErrors:
    newest = deployment.runs.for_lists().newest_first().first()
    return newest.input_errors if newest else {}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def update_review(request: SignedInRequest, ref: str, draft_ref: str) -> HttpResponse:
    deployment = changeable(request, ref)
    drafted = Draft.objects.select_related("version__module__owner")
    draft = get_object_or_404(drafted, ref=draft_ref, owner=request.user, deployment=deployment)
    move = _move(request, deployment, draft.version)
    secrets = {"stored": drafts.readable_secrets(deployment), "typed": drafts.readable_secrets(draft)}
    refusal, status = "", 200
    if request.method == "POST":
        refusal, status = _confirm(request, deployment, draft, move, **secrets)
        if not refusal:
            draft.delete()
            return redirect(deployment)
    context = _review(request, deployment, draft, move, **secrets) | {"refusal": refusal, "kept": costs.KEPT}
    return render(request, "deployments/update_review.html", context, status=status)


def _confirm(
    request: SignedInRequest,
    deployment: Deployment,
    draft: Draft,
    move: Move | None,
    *,
    stored: dict[str, Any],
    typed: dict[str, Any],
) -> tuple[str, int]:
    """Start the run; returns the refusal, or a blank, with the status of the response."""
    if refusal := drafts.changed_since(draft, request.POST):
        return refusal, 409
    if move and move.breaking and request.POST.get("accept") != move.after.semver:
        return versions.not_accepted(move), 422
    secrets = version_moves.secrets_for(deployment, draft.version, stored) | typed
    changed = {"inputs": draft.inputs, "secrets": secrets}
    return _start(request, deployment, _action(deployment), version=draft.version, **changed)


def _review(
    request: SignedInRequest,
    deployment: Deployment,
    draft: Draft,
    move: Move | None,
    *,
    stored: dict[str, Any],
    typed: dict[str, Any],
) -> dict[str, Any]:
    """The context of the confirmation: changed inputs, breaking changes and price."""
    changes = version_moves.changed_inputs(
        deployment,
        draft,
        stored=stored,
        typed=typed,
        sees_hidden=draft.version.module.shows_hidden_inputs_to(request.user),
    )
    is_live = deployment.status == Deployment.Status.LIVE
    unsafe = [each["name"] for each in changes if is_live and not each["updatesafe"] and not is_ephemeral(each)]
    return (
        _costs(deployment, draft, move, changes)
        | _versions(deployment, draft, move)
        | {
            "deployment": deployment,
            "draft": draft,
            "changes": changes,
            "unsafe": unsafe,
            "is_dangerous": unsafe or move and move.breaking,
            "seen": drafts.mark(draft),
        }
    )


def _versions(deployment: Deployment, draft: Draft, move: Move | None) -> dict[str, Any]:
    """The confirmation's sentences about versions, and the query string that leads back to its form."""
    return {
        "move": move,
        "broken": versions.broken(move) if move else "",
        "reviewed": versions.reviewed(deployment, draft.version, move),
        "same_inputs": versions.same_inputs(move),
        "warning": versions.warning(draft.version, is_deployed=move is None),
        "back": urlencode({"draft": draft.ref} | ({"version": move.after.semver} if move else {})),
    }


def _costs(deployment: Deployment, draft: Draft, move: Move | None, changes: list[ChangedInput]) -> dict[str, Any]:
    """The price of the run for the owner, and the label of the button that starts it."""
    charge = services.charge_of(deployment)
    balance, quote = billing.balance(deployment.owner), services.quote_beside(charge, deployment, draft.version)
    lasting = [change for change in changes if not is_ephemeral(change)]
    usable = balance.purchased if quote.is_purchased_only else balance.available
    return {
        "quote": quote,
        "usable": usable,
        "run_cost": costs.run_cost(quote, usable, charge),
        "action": costs.for_amount(versions.update_action(deployment, move, len(lasting)), quote.price),
    }


def _action(deployment: Deployment) -> Run.Action:
    return Run.Action.UPDATE if deployment.status == Deployment.Status.LIVE else Run.Action.RETRY


def _start(request: SignedInRequest, deployment: Deployment, action: Run.Action, **changes: Any) -> tuple[str, int]:
    """Start a run, and add a message that it is queued; returns the refusal, or a blank, with the status."""
    shown = services.Quote.read(request.POST.get("quote"))
    try:
        run = services.start_run(deployment, action=action, by=request.user, shown=shown, **changes)
    except (services.NotEnoughCredits, services.PriceChanged) as error:
        return str(error), 422
    except services.Refused as error:
        return str(error), 409
    messages.success(request, runs.queued(run))
    return "", 302


@login_required
@require_POST
def run_start(request: SignedInRequest, ref: str) -> HttpResponse:
    deployment = changeable(request, ref)
    refusal, status = _start(request, deployment, _action(deployment))
    return _answer(request, deployment, refusal, status)


@login_required
@require_POST
def deployment_destroy(request: SignedInRequest, ref: str) -> HttpResponse:
    deployment = changeable(request, ref)
    form = destroy_form_for(request, deployment, request.POST)
    if not form.is_valid():
        context = page_context(request, run_shown(request, ref), destroy_form=form)
        return render(request, "deployments/deployment.html", context, status=422)
    refusal, status = _start(request, deployment, Run.Action.DESTROY, anew=form.anew.secrets())
    if refusal:
        return _answer(request, deployment, refusal, status)
    return redirect(f"{deployment.get_absolute_url()}#run")  # else the browser keeps the form's own, #danger


@login_required
@require_POST
def run_cancel(request: SignedInRequest, ref: str, number: int) -> HttpResponse:
    deployment = changeable(request, ref)
    run = run_or_404(deployment, number)
    try:
        run = services.cancel_run(run, by=request.user)
    except services.Refused as error:
        return _answer(request, deployment, str(error), 409, kept=runs.NOT_CANCELLED)
    messages.success(request, runs.cancelled(run))
    return redirect(deployment)


def _answer(
    request: SignedInRequest, deployment: Deployment, refusal: str, status: int, *, kept: str = costs.NOTHING_STARTED
) -> HttpResponse:
    if not refusal:
        return redirect(deployment)
    context = page_context(request, run_shown(request, deployment.ref)) | {"refusal": refusal, "kept": kept}
    return render(request, "deployments/deployment.html", context, status=status)
