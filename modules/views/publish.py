"""The Publish page: the modules of a repository, and which of them are published."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.publisher import Side, side_of
from accounts.requests import SignedInRequest, part_of_page
from modules.forms.publishing import PublishForm, changed_choices, folder_named, selection_of
from modules.models import Module, Publication
from modules.publishing import candidates, drafts, job, page_story, services
from modules.publishing.drafts import WithChoices
from modules.scanning.services import NothingToScan, start_scan
from modules.views.carried import apart_of, query_of
from modules.views.publish_page import connections_of, context, detailed, loaded, publish_page_of


@login_required
@require_http_methods(["GET", "POST"])
def publish(request: SignedInRequest) -> HttpResponse:
    side = side_of(request)
    if request.method == "GET":
        return _page(request)
    connection = get_object_or_404(side.connections)
    form = PublishForm(request.POST)
    if not form.is_valid():
        return _page(request, status=422, refusal=page_story.incomplete())
    _save(request, connection)
    asked = {"promised": form.cleaned_data["promise"], "confirms_breaking": form.cleaned_data["confirmed"]}
    try:
        publication = services.request(connection, by=request.user, apart=apart_of(request), **asked)
        _carry_out(request, publication)
    except (services.StalePublication, services.NotConfirmed, services.Busy) as error:
        return _page(request, status=422, refusal=page_story.refusal(error))
    return redirect(publish_page_of(side))


@login_required
@require_POST
def draft_save(request: SignedInRequest) -> HttpResponse:
    """Saves the choices of the rows on the page. htmx gets the rows that changed, and the bar."""
    connection = get_object_or_404(connections_of(request, side_of(request)))
    changed = _save(request, connection)
    if request.htmx:
        return render(request, "modules/_chosen.html", context(request, connection=connection, only=changed))
    if request.POST.get("all"):
        overview = loaded(request, connection)
        shown = selection_of(request.POST).found(overview.found)
        drafts.save(connection, drafts.select_all(shown), by=request.user)
    return redirect(_next_page(request))


@login_required
@require_POST
def draft_reset(request: SignedInRequest) -> HttpResponse:
    side = side_of(request)
    drafts.forget(get_object_or_404(side.connections), by=request.user)
    return redirect(publish_page_of(side))


@login_required
@require_safe
@part_of_page
def publish_rows(request: SignedInRequest) -> HttpResponse:
    """The next page of rows, for the end of the list."""
    return render(request, "modules/_rows.html", context(request))


@login_required
@require_safe
@part_of_page
def publish_row(request: SignedInRequest) -> HttpResponse:
    """What a row opens."""
    path = folder_named(request.GET.get("path"))
    connection = get_object_or_404(connections_of(request, side_of(request)))
    listing = detailed(request, connection, path)
    return render(request, "modules/_candidate_details.html", {"listing": listing, "candidate": listing.candidate})


@login_required
@require_safe
@part_of_page
def publication_status(request: SignedInRequest, ref: str) -> HttpResponse:
    """The card of a publication; once it has ended, the browser loads the page anew."""
    side = side_of(request)
    publication = get_object_or_404(Publication, connection__in=side.connections, ref=ref)
    card = {"side": side, "publication": publication, "publication_text": page_story.progress(publication)}
    answer = render(request, "modules/_publication.html", card)
    if publication.is_final:
        answer["HX-Refresh"] = "true"
    return answer


@login_required
@require_POST
def publication_cancel(request: SignedInRequest, ref: str) -> HttpResponse:
    side = side_of(request)
    publication = get_object_or_404(Publication, connection__in=side.connections, ref=ref)
    if not services.cancel(publication, by=request.user):
        messages.info(request, "It had ended already, so nothing was cancelled.")
    return redirect(publish_page_of(side))


@login_required
@require_POST
def scan_start(request: SignedInRequest) -> HttpResponse:
    side = side_of(request)
    connection = get_object_or_404(side.connections)
    try:
        start_scan(connection, by=request.user)
    except NothingToScan:
        messages.error(request, "Select a repository first, then scan it.")
    return redirect(publish_page_of(side))


@login_required
@require_safe
@part_of_page
def scan_status(request: SignedInRequest) -> HttpResponse:
    """The scan's card, and the list of modules once the scan has ended. 204 when the page shows that already."""
    if _is_shown(side_of(request), request.GET.get("card", "")):
        return HttpResponse(status=204)
    return render(request, "modules/_scan_status.html", context(request))


@login_required
@require_POST
def module_remove(request: SignedInRequest, ref: str) -> HttpResponse:
    module = get_object_or_404(Module.objects.visible_to(request.user), ref=ref)
    services.remove(module, by=request.user)
    messages.success(request, f"{module.title} was removed from the catalogue. {page_story.UNTOUCHED}")
    return redirect(publish_page_of(Side(module.owner)))


def _page(request: SignedInRequest, *, status: int = 200, **details: Any) -> HttpResponse:
    return render(request, "modules/publish.html", context(request, **details), status=status)


def _save(request: SignedInRequest, connection: WithChoices) -> set[str]:
    """Save the choices that differ from what the form showed, and return their paths."""
    changed = changed_choices(request.POST)
    choices = drafts.save(connection, changed, by=request.user)
    if choices is not None:
        connection.choices = choices
    return set(changed)


def _carry_out(request: SignedInRequest, publication: Publication | None) -> None:
    """Publish a few modules at once; more wait for a worker. Raises StalePublication."""
    if publication is None:
        messages.success(request, page_story.result({}))
    elif publication.total <= services.AT_ONCE:
        done = job.carry_out(publication.pk)
        if done and done.status == Publication.Status.FAILED:
            raise services.StalePublication(list(done.problems.values()) or [done.error])
        if done and done.status == Publication.Status.SUCCEEDED:  # else it was cancelled, or another request has it
            messages.success(request, page_story.result(publication.promise))


def _next_page(request: SignedInRequest) -> str:
    """Where a button of the form leads: to the next rows, or back to these."""
    selection = selection_of(request.POST)
    if then := request.POST.get("then"):
        selection = replace(selection, after=folder_named(then))
    query = f"{query_of(side_of(request), apart_of(request))}{selection.query}".rstrip("&")
    return reverse("modules:publish") + (f"?{query}" if query else "")


def _is_shown(side: Side, ref: str) -> bool:
    """Whether the newest scan has ended with the same result as the scan `ref`, which the card shows."""
    connection = side.connections.first()
    newest = candidates.latest_scan(connection) if connection and ref else None
    if newest is None or not newest.is_final:
        return False
    shown = connection.scans.filter(ref=ref).first()
    return shown is not None and (newest.status, newest.holder_id) == (shown.status, shown.holder_id)
