"""The modules on the Deploy page, with search, sorting and figures of their runs."""

from collections import Counter
from typing import Any, TypeAlias

from django.db.models import Count, FilteredRelation, Q, QuerySet
from django.db.models.functions import Coalesce

from accounts.models import User
from modules.models import Module
from modules.models.catalogue import ModuleQuerySet

WithFigures: TypeAlias = Any  # a Module with `price` and the annotations of `with_figures`
UNSHOWN = [f"current_version__{name}" for name in ("readme", "changes", "commits", "advice")]  # of what may be large
SORTS = {
    "used": ("-runs_finished", "title", "pk"),
    "title": ("title", "pk"),
    "cost": ("price", "title", "pk"),
    "newest": ("-current_version__published_at", "pk"),
}


def offered(user: User) -> ModuleQuerySet:
    """The published modules that `user` sees, with price, owner and current version, which may be revoked."""
    return Module.objects.visible_to(user).published().priced().select_related("current_version", "owner")


def matching(modules: ModuleQuerySet, *, text: str = "", tag: str = "") -> ModuleQuerySet:
    found = modules.search(text)
    return found.tagged(tag) if tag else found


def with_figures(modules: ModuleQuerySet) -> QuerySet[WithFigures]:
    """Adds `runs_finished` and `runs_succeeded`: ended runs, without those that destroy or were cancelled."""
    ever = FilteredRelation("run_counts", condition=Q(run_counts__day=None))
    return modules.annotate(
        ever=ever,
        runs_finished=Coalesce("ever__finished", 0),
        runs_succeeded=Coalesce("ever__succeeded", 0),
    )


def counts(modules: ModuleQuerySet) -> dict[str, int]:
    """How many of `modules` are the platform's, and how many those of partners."""
    is_platforms = Q(owner=None)
    return modules.aggregate(platform=Count("pk", filter=is_platforms), partner=Count("pk", filter=~is_platforms))


def tag_counts(modules: ModuleQuerySet) -> list[tuple[str, int]]:
    """Each tag with the number of `modules` that have it, most frequent first."""
    found = Counter(tag for tags in modules.values_list("current_version__tags", flat=True) for tag in tags)
    return sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
