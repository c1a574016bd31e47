"""How often versions were deployed, by whom, and with which result, from the rows of deployments and runs.

Only deploy, update and retry runs count, once they have ended; a cancelled run says nothing about the version.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import JSONObject

from accounts.models import short_name
from foundation.compiled import Param, compiled
from modules.models import ModuleVersion

WithUsage: TypeAlias = Any  # a ModuleVersion with the annotations of `with_usage`
COUNTS = ("deployed", "succeeded", "failed", "live")  # of Usage
TAKES_EFFECT = ["deploy", "update", "retry"]
SUCCEEDED, FAILED = ["succeeded"], ["failed", "lost"]


@dataclass(frozen=True)
class Usage:
    """The usage of one version, by everybody or by one person."""

    deployed: int = 0  # deployments in which a run of it has ended
    succeeded: int = 0  # runs
    failed: int = 0
    live: int = 0  # live deployments that use it now

    @property
    def percent(self) -> int | None:
        """The percentage of runs that succeeded, rounded down: 100 means that none failed. None without any run."""
        finished = self.succeeded + self.failed
        return 100 * self.succeeded // finished if finished else None

    @property
    def rate(self) -> str:
        """The percentage for a table: "66 %", or a dash without any run."""
        return "–" if self.percent is None else f"{self.percent} %"

    @property
    def record(self) -> str:
        """The number of runs that succeeded, and their percentage: "2, 66 %"."""
        return f"{self.succeeded:,}" if self.percent is None else f"{self.succeeded:,}, {self.percent} %"


@dataclass(frozen=True)
class Deployer:
    name: str
    usage: Usage


@dataclass(frozen=True)
class People:
    """Who deployed a version, the most frequent first; and by name who gets an e-mail when it is revoked."""

    deployers: list[Deployer]
    told: list[str]


def with_usage(versions: QuerySet[ModuleVersion]) -> QuerySet[Any]:
    """Annotates what `of` reads."""
    runs = _runs().filter(version=OuterRef("pk")).order_by().values("version")
    ran = runs.annotate(
        ran=JSONObject(
            deployed=Count("deployment", distinct=True),
            succeeded=Count("pk", filter=Q(status__in=SUCCEEDED)),
            failed=Count("pk", filter=Q(status__in=FAILED)),
        )
    )
    standing = _deployments().live().filter(version=OuterRef("pk")).order_by().values("version")
    live = standing.annotate(live=Count("pk"))
    return versions.annotate(ran=Subquery(ran.values("ran")), live=Subquery(live.values("live")))


def of(version: WithUsage) -> Usage:
    return _usage(version.ran, version.live)


def of_versions(versions: QuerySet[ModuleVersion]) -> dict[int, Usage]:
    """The usage of each version by its key, in one query."""
    return {pk: _usage(*figures) for pk, *figures in with_usage(versions).values_list("pk", "ran", "live")}


def people_of(version: ModuleVersion) -> People:
    """The people of a version in one query. For its publisher and for admins."""
    people: dict[int, dict[str, int]] = {}
    names: dict[int, tuple[str, str]] = {}
    told = set()
    for pk, first_name, email, is_told, *counts in _people(version=version.pk):
        names[pk] = email, short_name(first_name, email)
        counted = people.setdefault(pk, dict.fromkeys(COUNTS, 0))
        for name, count in zip(COUNTS, counts, strict=True):
            counted[name] += count
        if is_told:
            told.add(pk)
    used = {pk: Usage(**counted) for pk, counted in people.items() if counted["deployed"]}
    order = sorted(used, key=lambda pk: (-used[pk].deployed, names[pk]))
    deployers = [Deployer(names[pk][1], used[pk]) for pk in order]
    return People(deployers, told=[name for _, name in sorted(names[pk] for pk in told)])


def _usage(ran: dict[str, int] | None, live: int | None) -> Usage:
    return Usage(**(ran or {}), live=live or 0)


@compiled
def _people(version: Param) -> QuerySet[Any]:
    """What ran, and what is live, of each person."""
    ran = _runs().filter(version=version).order_by().values("deployment__owner")
    ran = ran.annotate(
        first_name=F("deployment__owner__first_name"),
        email=F("deployment__owner__email"),
        is_told=Value(False),
        deployed=Count("deployment", distinct=True),
        succeeded=Count("pk", filter=Q(status__in=SUCCEEDED)),
        failed=Count("pk", filter=Q(status__in=FAILED)),
        live=Value(0),
    )
    standing = _deployments().live().with_is_told().filter(version=version).order_by().values("owner", "is_told")
    standing = standing.annotate(
        first_name=F("owner__first_name"),
        email=F("owner__email"),
        live=Count("pk"),
        deployed=Value(0),
        succeeded=Value(0),
        failed=Value(0),
    )
    columns = ("first_name", "email", "is_told", *COUNTS)
    return ran.values_list("deployment__owner", *columns).union(standing.values_list("owner", *columns), all=True)


def _runs() -> Any:
    """Ended runs that count."""
    runs = ModuleVersion.runs.rel.related_model.objects  # type: ignore[attr-defined] # an upper app's
    return runs.filter(action__in=TAKES_EFFECT, status__in=SUCCEEDED + FAILED)


def _deployments() -> Any:
    return ModuleVersion.deployments.rel.related_model.objects  # type: ignore[attr-defined] # as above
