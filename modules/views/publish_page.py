"""The context of the Publish page and of its parts."""

import json
from collections.abc import Collection
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404
from django.urls import reverse

from accounts.models import GitHubConnection
from accounts.publisher import Side, side_of
from accounts.requests import SignedInRequest
from modules.forms.publishing import folder_name, selection_of
from modules.models import Publication, Scan
from modules.publishing import alarms, candidates, comparisons, drafts, overview, page_story, previews
from modules.publishing.drafts import WithChoices
from modules.publishing.listing import Listing, listings, parents, rows
from modules.publishing.overview import Overview
from modules.scanning import story as scan_story
from modules.views.carried import apart_of, query_of


def publish_page_of(side: Side) -> str:
    return reverse("modules:publish") + side.query


def context(
    request: SignedInRequest,
    *,
    connection: WithChoices | None = None,
    only: Collection[str] | None = None,
    refusal: page_story.Refusal | None = None,
) -> dict[str, Any]:
    """All that the templates of the page need; `only` draws these rows alone, by their paths."""
    side = side_of(request)
    connection = connection or connections_of(request, side).first()
    shown: dict[str, Any] = {
        "side": side,
        "connection": connection,
        "lead": page_story.lead(is_platform=side.owner is None),
        "missing": page_story.missing(connection, is_platform=side.owner is None),
        "refusal": refusal,
    }
    if connection is None or connection.repository_id is None:
        return shown | {"elsewhere": candidates.elsewhere(connection or GitHubConnection(owner=side.owner))}
    scan = _scan(connection)
    return shown | scan | _publication(connection) | _list(request, connection, scan["base"], only)


def connections_of(request: SignedInRequest, side: Side) -> QuerySet[WithChoices]:
    """The connection of a side, with the choices of the person who asks and the newest publication."""
    news = Publication.objects.filter(connection=OuterRef("pk")).order_by("-pk")
    connections = drafts.with_choices(side.connections.select_related("owner"), request.user)
    return connections.annotate(publication_id=Subquery(news.values("pk")[:1]))


def loaded(request: SignedInRequest, connection: GitHubConnection) -> Overview:
    scan = candidates.newest_scan(connection)
    return overview.of_connection(connection, scan, by=request.user, apart=apart_of(request))


def detailed(request: SignedInRequest, connection: WithChoices, path: str) -> Listing:
    """One row with all that it opens. Raises Http404."""
    apart, scan = apart_of(request), candidates.newest_scan(connection)
    candidate = candidates.at_path(connection, scan, path, apart=apart)
    if candidate is None:
        raise Http404
    comparisons.attach_bumps([candidate])
    drafts.apply([candidate], connection.choices or {})
    candidates.details([candidate])
    previews.attach([candidate], connection, scan)
    return listings([candidate], address=query_of(Side(connection.owner), apart))[0]


def _scan(connection: GitHubConnection) -> dict[str, Any]:
    scan = candidates.latest_scan(connection)
    is_good = scan is not None and scan.status == scan.Status.SUCCEEDED
    base = scan if is_good else candidates.newest_scan(connection)
    texts = {"scan_text": scan_story.text(scan, connection), "scan_aside": scan_story.aside(scan, base)}
    profile = f"{reverse('accounts:profile')}{Side(connection.owner).query}#repository"
    return {"scan": scan, "base": base, "nothing_found": page_story.nothing_found(base, profile=profile)} | texts


def _publication(connection: WithChoices) -> dict[str, Any]:
    """The newest publication while it is news."""
    if connection.publication_id is None:
        return {}
    newest = Publication.objects.select_related("by").get(pk=connection.publication_id)
    if not page_story.is_news(newest):
        return {}
    return {"publication": newest, "publication_text": page_story.progress(newest)}


def _list(
    request: SignedInRequest, connection: WithChoices, base: Scan | None, only: Collection[str] | None
) -> dict[str, Any]:
    side, apart = Side(connection.owner), apart_of(request)
    choices = connection.choices or {}
    seen = overview.of_connection(connection, base, by=request.user, apart=apart, choices=choices)
    selection = selection_of(request.POST or request.GET)
    found = selection.found(seen.found)
    drawn = selection.rows(found) if only is None else [each for each in seen.found if each.path in only]
    seen.draw(drawn)
    in_sight = [candidate for candidate in seen.found if not candidate.is_aside]
    is_cut = bool(drawn) and bool(found) and drawn[-1] is not found[-1]
    kept_apart = [candidate.path for candidate in seen.found if candidate.path in apart]
    address = query_of(side, kept_apart)
    return {
        "rows": rows(drawn, address=address),
        "selectable": sum(candidate.can_be_ticked for candidate in found),
        "total": len(seen.found),
        "parents": parents(seen.found),
        "selection": selection,
        "chips": selection.chips(seen.found),
        "next": folder_name(drawn[-1].path) if is_cut else "",
        "address": address,
        "bar": page_story.save_bar(seen.plan),
        "promise": json.dumps(seen.promise, separators=(",", ":"), sort_keys=True),
        "number": len(in_sight),
        "counts": candidates.counts(in_sight),
        "alarms": alarms.note(seen.found, seen.elsewhere),
        "apart": kept_apart,
        "separate": page_story.separate(kept_apart),
        "elsewhere": seen.elsewhere,
    }
