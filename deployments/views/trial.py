"""The form of a candidate, which its publisher can try before publishing. Nothing is stored."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from accounts.publisher import side_of
from accounts.requests import SignedInRequest
from deployments.inputs.form import form_for
from deployments.story import input_errors
from deployments.views.shared import typed
from modules.forms.publishing import folder_named
from modules.publishing import candidates


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def form_trial(request: SignedInRequest) -> HttpResponse:
    side = side_of(request)
    scan = candidates.newest_scan(get_object_or_404(side.connections))
    if scan is None:
        raise Http404
    found = get_object_or_404(scan.found, path=folder_named(request.GET.get("path")), is_valid=True)
    sees_hidden = request.GET.get("as") == "publisher"
    form = form_for(found.schema, sees_hidden=sees_hidden, **typed(request, request.POST))
    is_checked = request.method == "POST" and form.check
    context = {
        "side": side,
        "scan": scan,
        "found": found,
        "form": form,
        "commit": input_errors.commit(scan),
        "errors": input_errors.errors(form, kept=input_errors.NOTHING_CREATED),
        "sees_hidden": sees_hidden,
        "fits": is_checked and form.is_valid(),
    }
    return render(request, "deployments/trial.html", context, status=422 if form.errors else 200)
