"""The publisher's side: what a repository holds, and what of it the catalogue shall hold."""

import json

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.sides import Side, side_of
from modules import catalogue, services
from modules.forms import PublishForm


@login_required
@require_http_methods(["GET", "POST"])
def publish(request):
    side = side_of(request)
    if request.method == "GET":
        return _page(request, side)
    connection = get_object_or_404(side.connections)
    form = PublishForm(request.POST)
    if not form.is_valid():
        return _page(request, side, status=422, form=form)
    scan = connection.scans.filter(ref=form.cleaned_data["scan"]).first()
    paths, seen = form.cleaned_data["modules"], form.cleaned_data["seen"]
    try:
        done = services.publish(connection, scan=scan, paths=paths, seen=seen, by=request.user)
    except (services.StalePublication, services.NotPublishable) as error:
        return _page(request, side, status=422, form=form, refusal=error)
    messages.success(request, _sentence(done))
    return redirect(_publish_page_of(side))


@login_required
@require_safe
def publish_preview(request):
    """The save bar alone, for the boxes that are ticked now."""
    form = PublishForm(request.GET)
    return render(request, "modules/_savebar.html", _context(side_of(request), form=form))


@login_required
@require_POST
def scan_start(request):
    side = side_of(request)
    connection = get_object_or_404(side.connections)
    try:
        services.start_scan(connection, by=request.user)
    except services.NothingToScan:
        messages.error(request, "Choose a repository first, then scan it.")
    return redirect(_publish_page_of(side))


@login_required
@require_safe
def scan_status(request):
    """The scan's card while it goes on; when it ends, the list of modules with it."""
    form = PublishForm(request.GET) if "scan" in request.GET else None
    return render(request, "modules/_scan_status.html", _context(side_of(request), form=form))


def _publish_page_of(side: Side) -> str:
    return reverse("modules:publish") + side.query


def _page(request, side: Side, *, status: int = 200, **details):
    return render(request, "modules/publish.html", _context(side, **details), status=status)


def _context(side: Side, *, form: PublishForm | None = None, refusal: Exception | None = None) -> dict:
    connection = side.connections.first()
    context = {"side": side, "connection": connection, "form": form, "refusal": refusal}
    if connection is None or connection.repository_id is None:
        return context
    scan = connection.scans.filter(repository_id=connection.repository_id).newest_first().first()
    base = catalogue.newest_scan(connection)
    rows = catalogue.rows(connection, base)
    if form is not None:
        form.is_valid()
        catalogue.tick(rows, form.cleaned_data.get("modules", set()))
    return context | {
        "scan": scan,
        "base": base,
        "rows": rows,
        "plan": catalogue.plan(rows),
        "counts": catalogue.counts(rows),
        "seen_json": json.dumps(catalogue.standing(connection)),
    }


def _sentence(done: services.Publication) -> str:
    counts = (("created", "new"), ("updated", "updated"), ("removed", "removed"))
    parts = [f"{len(getattr(done, name))} {word}" for name, word in counts if getattr(done, name)]
    return f"Catalogue updated: {', '.join(parts)}." if parts else "Nothing had changed, so the catalogue is as it was."
