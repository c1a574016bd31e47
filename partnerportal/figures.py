"""Figures of the start page: each kind is one query, built once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, IntegerField, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from accounts.models import User
from billing.models import Transfer
from billing.months import Month
from deployments.models import Deployment, Run, RunCount
from deployments.querysets import FAILED
from foundation.compiled import Param, compiled
from modules.models import Module

DAYS = 30  # over which runs are counted


class Number(Subquery):
    """How many rows a query has."""

    template = "(SELECT count(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()

    def __init__(self, rows: QuerySet[Any]) -> None:
        super().__init__(rows.order_by().values("pk"))  # ten thousand people need no order, and no names


@dataclass(frozen=True)
class Deployments:
    """How many a person has: ever, not destroyed, and of these the live ones and those whose newest run failed."""

    every: int = 0
    standing: int = 0
    live: int = 0
    failed: int = 0


@dataclass(frozen=True)
class Modules:
    """Of a partner: published modules, other people's runs in 30 days, and this month's share in minor units.

    `runs` are all, `ended` those that ended, and of these `succeeded`.
    """

    published: int
    runs: int
    ended: int
    succeeded: int
    share: int


def of_deployments(user: User) -> Deployments:
    rows = _of_deployments(owner=user.pk)
    return Deployments(*rows[0]) if rows else Deployments()


def of_modules(user: User, *, now: datetime) -> Modules:
    month, since = Month.of(now), now.date() - timedelta(days=DAYS)
    [(published, unfinished, ended, succeeded, share)] = _of_modules(
        owner=user.pk, since=since, start=month.start, end=month.end
    )
    return Modules(published, unfinished + ended, ended, succeeded, share)


def of_platform(admin: User) -> list[tuple[str, int]]:
    """Figures of the installation, with their labels."""
    [numbers] = _of_platform(admin=admin.pk)
    return list(zip(("People", "Partners", "Live deployments", "Active runs"), numbers, strict=True))


@compiled
def _of_deployments(owner: Param) -> QuerySet[Any]:
    theirs, standing = Deployment.objects.filter(owner=owner).order_by(), Q(destroyed_at=None)
    numbers = theirs.values("owner").annotate(
        every=Count("pk"),
        standing=Count("pk", filter=standing),
        live=Count("pk", filter=Deployment.objects.is_live()),
        failed=Count("pk", filter=standing & Q(newest_run__status__in=FAILED)),
    )
    return numbers.values_list("every", "standing", "live", "failed")


@compiled
def _of_modules(owner: Param, since: Param, start: Param, end: Param) -> QuerySet[Any]:
    counts = RunCount.objects.filter(module__owner=owner, day__gt=since).order_by().values("module__owner")
    unfinished = Run.objects.unfinished().filter(version__module__owner=owner).exclude(deployment__owner=owner)
    revenue = Transfer.objects.filter(
        kind=Transfer.Kind.REVENUE, partner=owner, created_at__gte=start, created_at__lt=end
    )
    return User.objects.filter(pk=owner).values_list(
        Number(Module.objects.published().filter(owner=owner)),
        Number(unfinished),
        _sum(counts, "others_ended"),
        _sum(counts, "others_succeeded"),
        _sum(revenue.order_by().values("partner"), "share_amount"),
    )


def _sum(rows: QuerySet[Any], column: str) -> Coalesce:
    return Coalesce(Subquery(rows.annotate(sum=Sum(column)).values("sum")), 0)


@compiled
def _of_platform(admin: Param) -> QuerySet[Any]:
    people = User.objects.filter(is_active=True)
    return User.objects.filter(pk=admin).values_list(
        Number(people),
        Number(people.filter(is_partner=True)),
        Number(Deployment.objects.settled_live()) + Number(Deployment.objects.becoming_live()),
        Number(Run.objects.unfinished()),
    )
