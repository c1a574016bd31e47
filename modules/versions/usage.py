"""How often versions were deployed, by whom, and with which result, from the rows of deployments and runs.

Only deploy, update and retry runs count, once they have ended; a cancelled run says nothing about the version.
"""

from dataclasses import dataclass

from django.db.models import Count, Q

from modules.models import ModuleVersion
from modules.models.versions import ModuleVersionQuerySet

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


def of_versions(versions: ModuleVersionQuerySet) -> dict[int, Usage]:
    """The usage of each version by its key, in two queries."""
    ran = (
        versions.order_by()
        .values("pk")
        .annotate(
            deployed=Count("runs__deployment", distinct=True, filter=_runs("runs__", SUCCEEDED + FAILED)),
            succeeded=Count("runs", filter=_runs("runs__", SUCCEEDED)),
            failed=Count("runs", filter=_runs("runs__", FAILED)),
        )
    )
    live = dict(versions.live_deployments().order_by().values_list("version").annotate(live=Count("pk")))
    return {row["pk"]: Usage(row["deployed"], row["succeeded"], row["failed"], live.get(row["pk"], 0)) for row in ran}


def deployers_of(version: ModuleVersion) -> list[Deployer]:
    """Who deployed it, the most frequent first, in two queries. For its publisher and for admins."""
    owner = ("deployment__owner", "deployment__owner__first_name", "deployment__owner__email")
    ran = (
        version.runs.order_by()
        .filter(_runs("", SUCCEEDED + FAILED))
        .values_list(*owner)
        .annotate(
            deployed=Count("deployment", distinct=True),
            succeeded=Count("pk", filter=Q(status__in=SUCCEEDED)),
            failed=Count("pk", filter=Q(status__in=FAILED)),
        )
        .order_by("-deployed", "deployment__owner__email")
    )
    live = dict(version.deployments.live().order_by().values_list("owner").annotate(live=Count("pk")))
    return [
        Deployer(first_name or email.partition("@")[0], Usage(deployed, succeeded, failed, live.get(pk, 0)))
        for pk, first_name, email, deployed, succeeded, failed in ran
    ]


def _runs(prefix: str, statuses: list[str]) -> Q:
    return Q(**{f"{prefix}action__in": TAKES_EFFECT, f"{prefix}status__in": statuses})
