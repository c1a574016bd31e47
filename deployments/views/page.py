"""One deployment: its page, its parts that follow a run, and its outputs."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from deployments import presentation, services, version_moves
from deployments.forms import DestroyForm
from deployments.inputs import values
from deployments.models import Run
from deployments.runs import state
from deployments.views.shared import deployment_or_404, listed, run_or_404, sensitive_names
from foundation import audit
from foundation.encryption import DecryptionFailed

TIMELINE = 20


@login_required
@require_safe
def deployment(request, ref, number=None):
    found = deployment_or_404(request, ref)
    run = run_or_404(found, number) if number else None
    return render(request, "deployments/deployment.html", page_context(request, found, run=run))


def page_context(request, deployment, *, run=None, destroy_form=None):
    """What the page of a deployment shows; of `run`, or of the one that matters now."""
    run = run or _current_run(deployment)
    if run is None:
        raise Http404("A deployment without a run is not made yet.")
    return live_context(request, deployment, run) | {
        "log": presentation.log_end(run),
        "outlook": version_moves.outlook(deployment, request.user),
        "inputs": listed(deployment, sensitive_names(deployment)),
        "outputs": _outputs(deployment),
        "destroy_form": destroy_form or DestroyForm(deployment=deployment),
    }


def live_context(request, deployment, run):
    """What changes while a run is under way."""
    newest = deployment.runs.newest_first().first()
    unfinished = deployment.runs.unfinished().exists()
    done, total = presentation.progress(run)
    return {
        "deployment": deployment,
        "run": run,
        "newest": newest,
        "timeline": deployment.runs.select_related("by").newest_first()[:TIMELINE],
        "status": presentation.shown_status(deployment, newest.status),
        "trouble": presentation.trouble(deployment, newest.status),
        "phases": presentation.phases(run),
        "resources": presentation.resources(run),
        "done": done,
        "total": total,
        "is_busy": unfinished,
        "may_change": deployment.may_change(request.user),
        "may_reveal": deployment.owner_id == request.user.pk,
        "quote": services.quote_of(deployment),
    }


def _current_run(deployment):
    """The run that occupies the deployment, otherwise the newest."""
    runs = deployment.runs.select_related("by", "version", "hold").newest_first()
    return runs.filter(status__in=Run.OCCUPYING).first() or runs.first()


def _outputs(deployment):
    descriptions = {output["name"]: output["description"] for output in deployment.version.schema["outputs"]}
    return [
        {
            "name": name,
            "description": descriptions.get(name, ""),
            "is_sensitive": output["sensitive"],
            "text": values.show(output.get("value")),
        }
        for name, output in sorted(deployment.outputs.items())
    ]


@login_required
@require_safe
@never_cache
def run_status(request, ref, number):
    """The parts that follow a run; all others too once it has ended."""
    found = deployment_or_404(request, ref)
    run = run_or_404(found, number)
    context = page_context(request, found, run=run) if run.is_final else live_context(request, found, run)
    return render(request, "deployments/_live.html", context)


@login_required
@require_safe
def run_log_text(request, ref, number):
    found = deployment_or_404(request, ref)
    run = run_or_404(found, number)
    name = f'attachment; filename="{found.ref}-run-{run.number}.log"'
    return HttpResponse(
        presentation.log_text(run), content_type="text/plain; charset=utf-8", headers={"Content-Disposition": name}
    )


@login_required
@require_POST
@never_cache
def output_reveal(request, ref, name):
    """Show one sensitive output, once, to the owner alone."""
    found = deployment_or_404(request, ref)
    if found.owner_id != request.user.pk:
        raise PermissionDenied
    context = page_context(request, found)
    try:
        outputs = _state_outputs(found)
    except DecryptionFailed:
        context["refusal"] = "The state cannot be read with the portal's keys."
        return render(request, "deployments/deployment.html", context, status=409)
    if name not in outputs:
        raise Http404
    audit.record("output.revealed", by=request.user, target=found, output=name)
    context |= {"revealed": name, "revealed_text": values.show(outputs[name].get("value"))}
    return render(request, "deployments/deployment.html", context)


def _state_outputs(deployment):
    version = state.newest(deployment)
    return state.parse(version.content).content.get("outputs", {}) if version else {}
