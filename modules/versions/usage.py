"""How often versions were deployed, by whom, and with which result, from the rows of deployments and runs.

Only deploy, update and retry runs count, once they have ended; a cancelled run says nothing about the version.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

from django.db.models import Count, Min, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import Coalesce, JSONObject

from accounts.models import User, short_name
from foundation.compiled import Param, compiled
from foundation.paragraphs import MOST_NAMED
from modules.models import ModuleVersion

WithUsage: TypeAlias = Any  # a ModuleVersion with the annotations of `with_usage`
MOST_DEPLOYERS = 50
COUNTS = ("deployed", "succeeded", "failed")  # of Usage
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
    """Who deployed a version, the most frequent first; and by e-mail address who gets one when it is revoked.

    These are the first ones of `number` deployers and of `number_told` people.
    """

    deployers: list[Deployer]
    number: int
    told: list[str]
    number_told: int


def with_usage(versions: QuerySet[ModuleVersion]) -> QuerySet[Any]:
    """Annotates what `of` reads."""
    runs = _runs().filter(version=OuterRef("pk")).order_by().values("version")
    ran = runs.annotate(ran=JSONObject(**_counts()))
    standing = _deployments().live().filter(version=OuterRef("pk")).order_by().values("version")
    live = standing.annotate(live=Count("pk"))
    return versions.annotate(ran=Subquery(ran.values("ran")), live=Subquery(live.values("live")))


def of(version: WithUsage) -> Usage:
    return _usage(version.ran, version.live)


def of_versions(versions: QuerySet[ModuleVersion]) -> dict[int, Usage]:
    """The usage of each version by its key, in one query."""
    return {pk: _usage(*figures) for pk, *figures in with_usage(versions).values_list("pk", "ran", "live")}


def people_of(version: ModuleVersion) -> People:
    """The people of a version, in three queries. For its publisher and for admins."""
    ran, told = _deployers(version=version.pk), _told(version=version.pk)
    known = {pk: (email, short_name(first_name, email), live) for pk, first_name, email, live in _live(version, ran)}
    return People(
        [_deployer(known[row[0]], row) for row in sorted(ran, key=lambda row: (-row[2], known[row[0]]))],
        number=ran[0][1] if ran else 0,
        told=[short_name(first_name, email) for _, first_name, email in told],
        number_told=told[0][0] if told else 0,
    )


def _deployer(person: tuple[str, str, int], row: tuple[int, ...]) -> Deployer:
    _, name, live = person
    _, _, deployed, succeeded, failed = row
    return Deployer(name, Usage(deployed, succeeded, failed, live))


def _usage(ran: dict[str, int] | None, live: int | None) -> Usage:
    return Usage(**(ran or {}), live=live or 0)


@compiled
def _deployers(version: Param) -> QuerySet[Any]:
    """The key, the number of all, and the counts of those who deployed it most often."""
    ran = _runs().filter(version=version).order_by().values("deployment__owner_id")
    ran = ran.annotate(people=Window(Count("*")), **_counts()).order_by("-deployed", "deployment__owner_id")
    return ran.values_list("deployment__owner_id", "people", *COUNTS)[:MOST_DEPLOYERS]


def _live(version: ModuleVersion, ran: list[Any]) -> Any:
    """Names and the number of live deployments of the people in these rows."""
    live = _deployments().live().filter(version=version, owner=OuterRef("pk")).order_by().values("owner")
    number = Coalesce(Subquery(live.annotate(live=Count("pk")).values("live")), 0)
    people = User.objects.filter(pk__in=[pk for pk, *_ in ran]).annotate(live=number)
    return people.values_list("pk", "first_name", "email", "live")


@compiled
def _told(version: Param) -> QuerySet[Any]:
    """How many get an e-mail when the version is revoked, and the names of the first ones."""
    told = _deployments().told().filter(version=version).order_by().values("owner")
    told = told.annotate(people=Window(Count("*")), first_name=Min("owner__first_name"), email=Min("owner__email"))
    return told.order_by("email").values_list("people", "first_name", "email")[:MOST_NAMED]


def _counts() -> dict[str, Count]:
    """Of runs, from the index `runs_of_version` alone."""
    return {
        "deployed": Count("deployment", distinct=True),
        "succeeded": Count("status", filter=Q(status__in=SUCCEEDED)),
        "failed": Count("status", filter=Q(status__in=FAILED)),
    }


def _runs() -> Any:
    """Ended runs that count."""
    runs = ModuleVersion.runs.rel.related_model.objects  # type: ignore[attr-defined] # an upper app's
    return runs.filter(action__in=TAKES_EFFECT, status__in=SUCCEEDED + FAILED)


def _deployments() -> Any:
    return ModuleVersion.deployments.rel.related_model.objects  # type: ignore[attr-defined] # as above
