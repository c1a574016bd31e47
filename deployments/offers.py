"""What the Deploy page offers: the catalogue's modules with what their runs have shown."""

from collections import Counter
from typing import Any, TypeAlias

from django.db.models import Count, F, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import User
from deployments.models import Run
from deployments.querysets import RunQuerySet
from deployments.services import TAKES_EFFECT
from modules.models import Module
from modules.models.catalogue import ModuleQuerySet

WithFigures: TypeAlias = Any  # a Module with its `price` and what `with_figures` adds
SORTS = {
    "used": ("-runs_finished", "title", "pk"),
    "title": ("title", "pk"),
    "cost": ("price", "title", "pk"),
    "newest": ("-current_version__published_at", "pk"),
}


def offered(user: User) -> ModuleQuerySet:
    """The catalogue's modules for `user`, each with price, current version, which may be revoked, and owner."""
    return Module.objects.visible_to(user).published().priced().select_related("current_version", "owner")


def matching(modules: ModuleQuerySet, *, text: str = "", tag: str = "") -> ModuleQuerySet:
    found = modules.search(text)
    return found.tagged(tag) if tag else found


def with_figures(modules: ModuleQuerySet) -> QuerySet[WithFigures]:
    """Adds `runs_finished` and `runs_succeeded`: the deploys and updates that have ended, cancelled ones left out."""
    ended = Run.objects.filter(
        version__module=OuterRef("pk"),
        action__in=TAKES_EFFECT,
        status__in=[Run.Status.SUCCEEDED, Run.Status.FAILED, Run.Status.LOST],
    )
    return modules.annotate(
        runs_finished=_count(ended), runs_succeeded=_count(ended.filter(status=Run.Status.SUCCEEDED))
    )


def tag_counts(modules: ModuleQuerySet) -> list[tuple[str, int]]:
    """Each tag and how many of `modules` carry it, the most frequent first."""
    found = Counter(tag for tags in modules.values_list("current_version__tags", flat=True) for tag in tags)
    return sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))


def _count(runs: RunQuerySet) -> Coalesce:
    counted = runs.order_by().annotate(module=F("version__module")).values("module").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
