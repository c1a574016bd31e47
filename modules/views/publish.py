"""The Publish page: the modules of a repository, and which of them are published."""

import json
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import GitHubConnection
from accounts.publisher import Side, side_of
from accounts.requests import SignedInRequest, part_of_page
from modules.forms.publishing import PublishForm
from modules.models import Module, Scan
from modules.publishing import candidates, page_story, previews, services
from modules.publishing.listing import apart_from_aside, listings, parents
from modules.scanning import story as scan_story
from modules.scanning.services import NothingToScan, start_scan
from modules.views.carried import apart_of, query_of


@login_required
@require_http_methods(["GET", "POST"])
def publish(request: SignedInRequest) -> HttpResponse:
    side = side_of(request)
    if request.method == "GET":
        return _page(request)
    connection = get_object_or_404(side.connections)
    form = _validated(request.POST)
    if form.errors:
        return _page(request, status=422, form=form, refusal=page_story.incomplete())
    scan = connection.scans.filter(ref=form.cleaned_data["scan"]).first()
    shown = {name: form.cleaned_data[name] for name in ("seen", "numbers")} | {"apart": apart_of(request)}
    try:
        done = services.publish(connection, scan=scan, paths=form.cleaned_data["modules"], by=request.user, **shown)
    except (services.StalePublication, services.NotPublishable) as error:
        return _page(request, status=422, form=form, refusal=page_story.refusal(error))
    messages.success(request, page_story.result(done))
    return redirect(_publish_page_of(side))


@login_required
@require_safe
@part_of_page
def publish_preview(request: SignedInRequest) -> HttpResponse:
    """Only the save bar, for the boxes that are ticked now."""
    return render(request, "modules/_savebar.html", _context(request, form=_validated(request.GET)))


@login_required
@require_POST
def scan_start(request: SignedInRequest) -> HttpResponse:
    side = side_of(request)
    connection = get_object_or_404(side.connections)
    try:
        start_scan(connection, by=request.user)
    except NothingToScan:
        messages.error(request, "Select a repository first, then scan it.")
    return redirect(_publish_page_of(side))


@login_required
@require_safe
@part_of_page
def scan_status(request: SignedInRequest) -> HttpResponse:
    """The scan's card, and the list of modules once the scan has ended. 204 when the page shows that already."""
    if _is_shown(side_of(request), request.GET.get("card", "")):
        return HttpResponse(status=204)
    form = _validated(request.GET) if "scan" in request.GET else None
    return render(request, "modules/_scan_status.html", _context(request, form=form))


@login_required
@require_POST
def module_remove(request: SignedInRequest, ref: str) -> HttpResponse:
    module = get_object_or_404(Module.objects.visible_to(request.user), ref=ref)
    services.remove(module, by=request.user)
    messages.success(request, f"{module.title} was removed from the catalogue. {page_story.UNTOUCHED}")
    return redirect(_publish_page_of(Side(module.owner)))


def _validated(data: QueryDict) -> PublishForm:
    """The form, validated once for all its uses; a preview also uses an invalid one."""
    form = PublishForm(data)
    form.full_clean()
    return form


def _is_shown(side: Side, ref: str) -> bool:
    """Whether the newest scan has ended with the same result as the scan `ref`, which the card shows."""
    connection = side.connections.first()
    newest = candidates.scans_of(connection).first() if connection and ref else None
    if newest is None or not newest.is_final:
        return False
    shown = connection.scans.filter(ref=ref).first()
    return shown is not None and (newest.status, newest.holder_id) == (shown.status, shown.holder_id)


def _publish_page_of(side: Side) -> str:
    return reverse("modules:publish") + side.query


def _repository_form_of(side: Side) -> str:
    return f"{reverse('accounts:profile')}{side.query}#repository"


def _page(request: SignedInRequest, *, status: int = 200, **details: Any) -> HttpResponse:
    return render(request, "modules/publish.html", _context(request, **details), status=status)


def _context(
    request: SignedInRequest, *, form: PublishForm | None = None, refusal: page_story.Refusal | None = None
) -> dict[str, Any]:
    side = side_of(request)
    connection = side.connections.first()
    context = {
        "side": side,
        "connection": connection,
        "lead": page_story.lead(is_platform=side.owner is None),
        "missing": page_story.missing(connection, is_platform=side.owner is None),
        "refusal": refusal,
        "elsewhere": candidates.elsewhere(connection or GitHubConnection(owner=side.owner)),
    }
    if connection is None or connection.repository_id is None:
        return context
    scan = candidates.scans_of(connection).first()
    base = candidates.newest_scan(connection)
    card = {"scan": scan, "scan_text": scan_story.text(scan, connection), "scan_aside": scan_story.aside(scan, base)}
    card |= {"base": base, "nothing_found": page_story.nothing_found(base, profile=_repository_form_of(side))}
    return context | card | _list(connection, base, form, apart_of(request))


def _list(
    connection: GitHubConnection, base: Scan | None, form: PublishForm | None, apart: list[str]
) -> dict[str, Any]:
    """The candidates, ticked as in the validated form, and the result of publishing them."""
    found = candidates.of_repository(connection, base, apart=apart)
    if form is not None:
        known = form.cleaned_data.get("seen") or {}
        # Modules that were published since the form was made are ticked: nobody unticked them.
        since = {each.path for each in found if each.is_published and not known.keys() & {each.path, each.module.path}}
        candidates.tick(found, {*form.cleaned_data.get("modules", set()), *since})
    previews.attach(found, connection, base)
    kept_apart = [candidate.path for candidate in found if candidate.path in apart]
    shown, aside = apart_from_aside(listings(found, address=query_of(Side(connection.owner), apart)))
    return {
        "listings": shown,
        "aside": aside,
        "parents": parents(shown),
        "bar": page_story.save_bar(candidates.plan(found)),
        "counts": candidates.counts([each.candidate for each in shown]),
        "seen_json": json.dumps(candidates.standing(connection)),
        "numbers_json": json.dumps(candidates.numbers(found)),
        "apart": kept_apart,
        "separate": page_story.separate(kept_apart),
    }
