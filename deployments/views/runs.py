"""What people do to a deployment: update, run again, destroy, cancel."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from billing import services as billing
from deployments import drafts, services, values
from deployments.forms import DestroyForm
from deployments.inputs import changed, form_for
from deployments.models import Deployment, Draft, Run
from deployments.views.found import asked, changeable, run_or_404, sees_hidden, typed
from deployments.views.page import page_context


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def deployment_update(request, ref):
    deployment = changeable(request, ref)
    owned = {"owner": request.user, "version": deployment.version, "deployment": deployment}
    draft = drafts.find(asked(request, "draft"), **owned)
    if draft._state.adding:
        draft.inputs = deployment.inputs
    form = form_for(
        deployment.version.schema,
        values=draft.inputs,
        kept={*drafts.readable_secrets(deployment), *drafts.readable_secrets(draft)},
        sees_hidden=sees_hidden(request.user, deployment.version.module),
        **typed(request),
    )
    if request.method == "POST":
        drafts.keep(draft, form)
        if form.check and form.is_valid():
            return redirect("deployments:update-review", deployment.ref, draft.ref)
    else:
        form.complain(_last_error(deployment))
    context = {"deployment": deployment, "version": deployment.version, "form": form, "draft": draft}
    return render(request, "deployments/form.html", context, status=422 if form.is_bound and form.errors else 200)


def _last_error(deployment):
    newest = deployment.runs.newest_first().first()
    return newest.error if newest and newest.status == Run.Status.FAILED else ""


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def update_review(request, ref, draft_ref):
    deployment = changeable(request, ref)
    draft = get_object_or_404(Draft, ref=draft_ref, owner=request.user, deployment=deployment)
    if request.method == "POST":
        secrets = drafts.readable_secrets(deployment) | drafts.readable_secrets(draft)
        refusal, status = drafts.changed_since(draft, request.POST), 409
        if not refusal:
            refusal, status = _start(request, deployment, _action(deployment), inputs=draft.inputs, secrets=secrets)
        if not refusal:
            draft.delete()
            return redirect(deployment)
    else:
        refusal, status = None, 200
    changes = _changes(deployment, draft)
    is_risky = deployment.status == Deployment.Status.LIVE and not all(change["updatesafe"] for change in changes)
    context = {"deployment": deployment, "draft": draft, "changes": changes, "is_risky": is_risky, "refusal": refusal}
    context |= _price(deployment) | {"seen": drafts.mark(draft)}
    return render(request, "deployments/update_review.html", context, status=status)


def _changes(deployment, draft):
    """The variables that the draft changes, with both values as text; a sensitive one counts when it was typed."""
    secrets = drafts.readable_secrets(draft)
    variables = deployment.version.schema["variables"]
    plain = [variable for variable in variables if not variable["sensitive"]]
    found = changed(plain, deployment.inputs, draft.inputs) + [each for each in variables if each["name"] in secrets]
    return [each | {"before": _text(each, deployment), "after": _text(each, draft)} for each in found]


def _text(variable, given):
    return values.show(given.inputs.get(variable["name"], variable["default"]))


def _price(deployment):
    """What another run costs the owner, and what the owner has for it."""
    balance = billing.balance(deployment.owner)
    price = 0 if services.is_paid(deployment) else services.price(deployment.version, deployment.owner)
    return {"price": price, "usable": balance.purchased if deployment.version.purchased_only else balance.available}


def _action(deployment):
    return Run.Action.UPDATE if deployment.status == Deployment.Status.LIVE else Run.Action.RETRY


def _start(request, deployment, action, **changes):
    """Why no run was started, with the status of the answer; or nothing, and the person is told of the run."""
    try:
        run = services.start_run(deployment, action=action, by=request.user, **changes)
    except services.NotEnoughCredits as error:
        return str(error), 422
    except services.Refused as error:
        return str(error), 409
    messages.success(request, f"Run {run.number} is queued.")
    return "", 302


@login_required
@require_POST
def run_start(request, ref):
    deployment = changeable(request, ref)
    refusal, status = _start(request, deployment, _action(deployment))
    return _answer(request, deployment, refusal, status)


@login_required
@require_POST
def deployment_destroy(request, ref):
    deployment = changeable(request, ref)
    form = DestroyForm(request.POST, deployment=deployment)
    if not form.is_valid():
        context = page_context(request, deployment, destroy_form=form)
        return render(request, "deployments/deployment.html", context, status=422)
    refusal, status = _start(request, deployment, Run.Action.DESTROY)
    return _answer(request, deployment, refusal, status)


@login_required
@require_POST
def run_cancel(request, ref, number):
    deployment = changeable(request, ref)
    run = run_or_404(deployment, number)
    try:
        run = services.cancel_run(run, by=request.user)
    except services.Refused as error:
        return _answer(request, deployment, str(error), 409)
    messages.success(request, f"Run {run.number} {'is cancelled' if run.is_final else 'stops and saves its state'}.")
    return redirect(deployment)


def _answer(request, deployment, refusal, status):
    if not refusal:
        return redirect(deployment)
    context = page_context(request, deployment) | {"refusal": refusal}
    return render(request, "deployments/deployment.html", context, status=status)
