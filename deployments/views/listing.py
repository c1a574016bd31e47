"""The list of deployments, as a page and as CSV."""

from functools import partial
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import PLATFORM_SLUG, User
from accounts.readers import all_of
from accounts.requests import SignedInRequest
from accounts.scoping import Reach, Thing, reach
from deployments.forms import DeploymentFilter
from deployments.models import Deployment
from deployments.presentation import shown_status, trouble
from deployments.querysets import DeploymentQuerySet, WithNewestRun
from deployments.story import costs, lists, runs
from foundation import paging
from foundation.compiled import Param, compiled
from foundation.credits import to_credits
from foundation.csv_tables import ROWS, csv_download, moment
from modules.models import Module, ModuleVersion

PER_PAGE = 25
NEWEST_FIRST = ["-pk"]
MOST_MODULES = 50  # in the choice beside the search
HEADINGS = ["Deployment", "ID", "Status", "Module", "Version", "Owner", "Credits", "Note", "Created (UTC)"]
HEADINGS += ["Last run (UTC)"]
SHOWN = ["name", "ref", "status", "created_at", "owner__email", "version__semver", "cost_centre__module_title"]
COLUMNS = ["pk", "name", "ref", "status", "cost_centre__module_title", "version__semver", "owner__email", "created_at"]
COLUMNS += ["run_status", "run_at", "hold_state", "hold_amount"]


@login_required
@require_safe
def deployment_list(request: SignedInRequest) -> HttpResponse:
    visible = Deployment.objects.visible_to(request.user)
    form, found = _filtered(request, visible)
    page = paging.page(found, request.GET, by=NEWEST_FIRST, size=PER_PAGE, places=visible)
    for deployment in page:
        _show(deployment, request.user)
    total = paging.count(visible)
    wanted = form.wanted()
    is_narrowed = bool(wanted["q"] or wanted["status"] or wanted["module"])
    sees_all = reach(request.user, Thing.DEPLOYMENTS) is Reach.ALL
    mine = paging.count(visible.filter(owner=request.user)) if sees_all else total
    of = mine if wanted["whose"] else total
    context = {
        "page": page,
        "form": form,
        "wanted": wanted,
        "total": total,
        "mine": mine,
        "sees_all": sees_all,
        "found": lists.found(paging.count(found) if is_narrowed else of, of, "deployment", is_narrowed=is_narrowed),
        "ignored": lists.ignored(form.errors),
        "nothing": lists.no_deployments(total),
    }
    return render(request, "deployments/list.html", context)


def _show(deployment: WithNewestRun, viewer: User) -> None:
    """Add the attributes that the list shows beside the deployment's fields."""
    deployment.shown_status = shown_status(deployment, deployment.run_status)
    deployment.trouble = trouble(deployment, deployment.run_status)
    deployment.shown_owner = runs.name_for(deployment.owner, viewer)
    deployment.is_changeable = deployment.may_change(viewer)
    deployment.credits = costs.listed(deployment.hold_state, deployment.hold_amount)


@login_required
@require_safe
def deployment_export(request: SignedInRequest) -> StreamingHttpResponse:
    _, found = _filtered(request, Deployment.objects.visible_to(request.user))
    answer = all_of(request, Thing.DEPLOYMENTS)
    return csv_download("deployments", HEADINGS, partial(_piece, found), answer=answer)


def _piece(found: DeploymentQuerySet, after: int | None) -> tuple[list[list[object]], int | None]:
    rows = (found.filter(pk__lt=after) if after else found).newest_first()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")  # they start for longer than 1,000 rows take
        lines = list(rows.values_list(*COLUMNS, named=True)[:ROWS])
    return [_row(line) for line in lines], lines[-1].pk if len(lines) == ROWS else None


def _filtered(request: SignedInRequest, visible: DeploymentQuerySet) -> tuple[DeploymentFilter, DeploymentQuerySet]:
    form = DeploymentFilter(request.GET, modules=_modules(request.user))
    wanted = form.wanted()
    found = visible.select_related("owner", "version", "cost_centre").only(*SHOWN).with_newest_run()
    if wanted["q"]:
        found = found.search(wanted["q"])
    if wanted["status"]:
        found = found.in_status(wanted["status"])
    if wanted["module"]:
        found = found.filter(version__module__ref=wanted["module"])
    return form, found.filter(owner=request.user) if wanted["whose"] == "mine" else found


def _modules(user: User) -> list[tuple[str, str]]:
    """Refs and labels of the deployed modules, sorted by label: the title of the newest deployment, and the publisher.

    None of them when there are more than somebody looks through; the search finds their titles.
    """
    rows = [row for row in _deployed(owner=user.pk, far=reach(user, Thing.DEPLOYMENTS)) if row[0]]
    labels = {ref: f"{title}, {publisher or PLATFORM_SLUG}" for _, title, ref, publisher in sorted(rows)}
    if len(labels) > MOST_MODULES:
        return []
    return sorted(labels.items(), key=lambda pair: (pair[1].lower(), pair[0]))


@compiled
def _deployed(owner: Param, *, far: Reach) -> QuerySet[Any]:
    """The versions of deployed modules, each with the newest deployment that somebody who reaches `far` sees."""
    visible = Deployment.objects.within(far, owner=owner)
    deployed = Exists(visible.filter(version__module=OuterRef("pk")))
    modules = Module.objects.filter(deployed).order_by().values("pk")[: MOST_MODULES + 1]
    newest = visible.filter(version=OuterRef("pk")).order_by("-pk")
    found = ModuleVersion.objects.filter(module__in=modules).annotate(
        deployment=Subquery(newest.values("pk")[:1]), label=Subquery(newest.values("cost_centre__module_title")[:1])
    )
    return found.values_list("deployment", "label", "module__ref", "module__owner__slug")


def _row(line: WithNewestRun) -> list[object]:
    """The cells of a deployment, of which `line` has the COLUMNS, in the words of the page."""
    status = shown_status(line, line.run_status)
    return [
        line.name,
        line.ref,
        " ".join(badge.label for badge in (status, trouble(line, line.run_status)) if badge),
        line.cost_centre__module_title,
        line.version__semver,
        line.owner__email,
        to_credits(line.hold_amount or 0),
        costs.word(line.hold_state),
        moment(line.created_at),
        moment(line.run_at) if line.run_at else "",
    ]
