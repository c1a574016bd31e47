"""Querysets of deployments and runs: who sees them, filters, and annotations for lists."""

from itertools import count
from typing import Any, Self, TypeAlias

from django.db import models
from django.db.models import BooleanField, ExpressionWrapper, F, OuterRef, Q, Subquery

from accounts.models import User
from accounts.scoping import Reach, Thing, reach
from billing.models import Hold
from foundation.compiled import Param

LIST_STATUSES = {"active": "In progress", "live": "Live", "failed": "Failed", "destroyed": "Destroyed"}
FAILED = ["failed", "lost"]
FEW = 1_000  # people whose keys are sent as a list
NAME_START = 50  # characters of a name that stay when a number is added; a name has 60 at most
VALUES = ("inputs", "secret_inputs")
HEAVY_OF_VERSION = ("schema", "readme", "changes", "commits", "advice", "description")
WithNewestRun: TypeAlias = Any  # a Deployment with the annotations of `with_newest_run`


def within(far: Reach, *, owner: User | Param, of: str = "") -> Q:
    """Deployments that somebody sees who reaches `far`; `of` leads to them, for rows that belong to one."""
    if far is Reach.ALL:
        return Q()
    return Q(**{f"{of}owner": owner}) if far is Reach.OWN else Q(pk__in=[])


class DeploymentQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """All deployments, the user's own, or none, depending on role and Private Mode (accounts.scoping)."""
        return self.within(reach(user, Thing.DEPLOYMENTS), owner=user)

    def within(self, far: Reach, *, owner: User | Param) -> Self:
        """What somebody sees who reaches `far`."""
        return self.filter(within(far, owner=owner))

    def standing(self) -> Self:
        return self.filter(destroyed_at__isnull=True)

    def free_name(self, owner: User, name: str) -> str:
        """`name`, or with the first number from 2 that makes it free among the owner's standing deployments."""
        start = name[:NAME_START].rstrip("-")
        taken = set(self.standing().filter(owner=owner, name__startswith=start).values_list("name", flat=True))
        numbered = (f"{start}-{number}" for number in count(2))
        return name if name not in taken else next(each for each in numbered if each not in taken)

    def live(self) -> Self:
        """Deployments that have the status Live or an unfinished run, and are not destroyed."""
        return self.filter(self.is_live())

    def is_live(self) -> Q:
        return Q(destroyed_at__isnull=True) & (Q(status=self.model.Status.LIVE) | Q(pk__in=self._busy))

    def settled_live(self) -> Self:
        """The live ones by their status alone, which an index has."""
        return self.standing().filter(status=self.model.Status.LIVE)

    def becoming_live(self) -> Self:
        """The other live ones, by their unfinished run."""
        return self.standing().filter(pk__in=self._busy).exclude(status=self.model.Status.LIVE)

    def with_is_told(self) -> Self:
        """Adds `is_told`: whether the owner of a live deployment gets e-mails about removals and revocations.

        Only active users get them, and not about their own modules.
        """
        is_own = Q(owner=F("version__module__owner"))
        return self.annotate(is_told=ExpressionWrapper(Q(owner__is_active=True) & ~is_own, BooleanField()))

    def told(self) -> Self:
        """Live deployments whose owners get an e-mail when the module is removed or the version revoked."""
        return self.live().with_is_told().filter(is_told=True)

    def newest_first(self) -> Self:
        return self.order_by("-pk")

    def for_lists(self) -> Self:
        """With owner, version and cost centre, and without the columns that may be large, which no list shows."""
        related = self.select_related("owner", "version", "cost_centre")
        return related.defer(*VALUES, *(f"version__{name}" for name in HEAVY_OF_VERSION))

    def search(self, text: str) -> Self:
        """Deployments whose name, module title, ref or owner's e-mail contains `text`."""
        owners = User.objects.filter(words__contains=text.lower(), email__icontains=text).values_list("pk", flat=True)
        few = list(owners[: FEW + 1])  # as a list, both sides of "or" can be looked up in an index
        return self.filter(Q(words__contains=text.lower()) | Q(owner__in=few if len(few) <= FEW else owners))

    def with_newest_run(self) -> Self:
        """Adds `run_status` and `run_at` of the newest run, `hold_state` and `hold_amount` of the newest hold."""
        holds = Hold.objects.filter(cost_centre=OuterRef("cost_centre")).order_by("-pk")
        return self.annotate(
            run_status=F("newest_run__status"),
            run_at=F("newest_run__created_at"),
            hold_state=Subquery(holds.values("state")[:1]),
            hold_amount=Subquery(holds.values("amount")[:1]),
        )

    def in_status(self, status: str) -> Self:
        """Filters by one of LIST_STATUSES; failed means that the newest run failed or was lost."""
        if status == "active":
            return self.filter(pk__in=self._busy)
        if status == "failed":
            return self.standing().filter(newest_run__status__in=FAILED)
        return self.filter(status=status)

    @property
    def _runs(self) -> "RunQuerySet":
        runs = self.model.runs.rel.related_model.objects
        return runs.filter(deployment=OuterRef("pk"))

    @property
    def _busy(self) -> Any:
        """Keys of deployments with an unfinished run."""
        return self.model.runs.rel.related_model.objects.unfinished().values("deployment")


class RunQuerySet(models.QuerySet[Any]):
    def unfinished(self) -> Self:
        return self.exclude(status__in=self.model.FINAL)

    def newest_first(self) -> Self:
        return self.order_by("-pk")

    def for_lists(self) -> Self:
        """Without the values of inputs, which may be large, and which no list shows."""
        return self.defer(*VALUES, *(f"deployment__{name}" for name in VALUES))


class AsideQuerySet(models.QuerySet[Any]):
    def undecided(self) -> Self:
        return self.filter(decided_at=None)

    def open(self) -> Self:
        """Those that may still become the newest state: undecided, or accepted and not taken yet."""
        return self.filter(taken_at=None).exclude(decision=self.model.Decision.DISMISSED)
