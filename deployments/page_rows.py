"""The rows of a deployment's page: few queries, each built once, as the page is polled during a run."""

from typing import Any, TypeAlias

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from accounts.scoping import Reach, Thing, reach
from billing.models import Hold
from deployments.models import AsideState, Deployment, Run
from deployments.querysets import HEAVY_OF_VERSION, VALUES, within
from foundation.compiled import Param, compiled
from modules.models import Module

WithPage: TypeAlias = Any  # a Run with what `shown` adds
MODULE = "deployment__version__module"
RELATED = ("by", "deployment__owner", "deployment__cost_centre", f"{MODULE}__owner", f"{MODULE}__current_version")
UNSHOWN = (
    *(f"deployment__version__{name}" for name in HEAVY_OF_VERSION if name != "schema"),
    *(f"{MODULE}__current_version__{name}" for name in HEAVY_OF_VERSION),
)
TIMELINE = 20


def shown(user: User, ref: str, number: int | None = None) -> WithPage | None:
    """The run of a visible deployment, and the deployment with it; without `number`, the run that occupies it, or else
    the newest. One query reads all, so that it is of the same moment.

    `has_asides`: a state waits for a decision. `unfinished`: the actions of its unfinished runs, the newest first.
    `is_in_catalogue`: `user` sees the module there.
    """
    found = _runs(
        ref=ref,
        number=number,
        viewer=user.pk,
        address=user.email.lower(),
        deployments=reach(user, Thing.DEPLOYMENTS),
        modules=reach(user, Thing.MODULES),
        is_numbered=number is not None,
    )
    for run in found:
        module = run.deployment.version.module
        module.current_version.module = module
        if run.version_id == run.deployment.version_id:
            run.version = run.deployment.version
    return found[0] if found else None


def timeline(deployment: Deployment) -> list[Run]:
    """Its newest runs, the newest first."""
    return _timeline(deployment=deployment.pk)


def holds(run: Run) -> list[Hold]:
    """The charge of a run's deployment, and what was reserved for the run."""
    return _holds(cost_centre=run.deployment.cost_centre_id, run=run.ref, moment=run.created_at)


@compiled
def _runs(
    ref: Param,
    number: Param,
    viewer: Param,
    address: Param,
    *,
    deployments: Reach,
    modules: Reach,
    is_numbered: bool,
) -> QuerySet[Run]:
    visible = within(deployments, owner=viewer, of="deployment__")
    rows = Run.objects.filter(visible, deployment__ref=ref).select_related(*RELATED).defer(*UNSHOWN)
    rows = rows.filter(number=number) if is_numbered else rows
    undecided = AsideState.objects.undecided().filter(deployment=OuterRef("deployment"))
    unfinished = Run.objects.filter(deployment=OuterRef("deployment")).unfinished().newest_first()
    offered = Module.objects.within(modules, owner=viewer, address=address).published()
    return rows.annotate(
        is_current=Q(status__in=Run.OCCUPYING),
        has_asides=Exists(undecided),
        unfinished=ArraySubquery(unfinished.values("action")),
        is_in_catalogue=Exists(offered.filter(pk=OuterRef(MODULE))),
    ).order_by("-is_current", "-pk")[:1]


@compiled
def _timeline(deployment: Param) -> QuerySet[Run]:
    return Run.objects.filter(deployment=deployment).select_related("by").defer(*VALUES).newest_first()[:TIMELINE]


@compiled
def _holds(cost_centre: Param, run: Param, moment: Param) -> QuerySet[Hold]:
    return Hold.objects.around(cost_centre, run=run, moment=moment)
