"""Alarms of all modules of a publisher, grouped by cause, and dismissed a group at a time."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import timezone

from accounts.models import User
from foundation import audit
from foundation.paragraphs import counted
from modules.models import Alarm, Module
from modules.publishing.candidate import Candidate
from modules.publishing.candidate_rows import WithAlarms

SHOWN = 10  # alarms of a cause
KINDS = Alarm.Kind
TITLES = {
    KINDS.TAG_MOVED: "Tags that moved",
    KINDS.TAG_GONE: "Tags that were deleted",
    KINDS.COMMIT_GONE: "Commits that are no longer on the branch {found}",
}
HEAVY = [f"version__{name}" for name in ("schema", "readme", "changes", "commits", "advice")]


@dataclass(frozen=True)
class Cause:
    """Alarms that one change in git explains; `found` names the branch whose history changed, else it is blank."""

    kind: Alarm.Kind
    found: str
    number: int
    alarms: list[Alarm]

    @property
    def title(self) -> str:
        return TITLES[self.kind].format(found=self.found)

    @property
    def shown(self) -> str:
        """The number of alarms, and of those that are listed where these are fewer."""
        number = counted(self.number, "alarm")
        return number if self.number == len(self.alarms) else f"{number}, {len(self.alarms)} shown"

    @property
    def button(self) -> str:
        return "Dismiss 1 alarm" if self.number == 1 else f"Dismiss {self.number:,} alarms"


def note(found: Iterable[Candidate], elsewhere: Iterable[WithAlarms]) -> str:
    """How many alarms there are about the modules of a Publish page; blank for none."""
    numbers = [each.alarms for each in found] + [module.alarms for module in elsewhere]
    total, modules = sum(numbers), sum(1 for number in numbers if number)
    if not total:
        return ""
    return f"{counted(total, 'alarm')} about {counted(modules, 'module')}"


def causes(owner: User | None) -> list[Cause]:
    """The alarms about this owner's published modules that nobody dismissed, the most frequent cause first."""
    standing = _standing(owner)
    numbers: Counter[tuple[str, str]] = Counter()
    for kind, found, number in standing.order_by().values_list("kind", "found").annotate(number=Count("pk")):
        numbers[kind, found if kind == KINDS.COMMIT_GONE else ""] += number
    return [
        Cause(KINDS(kind), found, number, list(_of_cause(standing, kind, found)[:SHOWN]))
        for (kind, found), number in numbers.most_common()
    ]


@transaction.atomic
def dismiss(owner: User | None, *, kind: str, found: str, reason: str, seen: int, by: User) -> int:
    """Dismiss all alarms of a cause up to the key `seen`, and return their number; idempotent.

    Alarms that came after the page was made stay. Raises PermissionDenied.
    """
    if not by.may_publish_for(owner):
        raise PermissionDenied
    of_cause = _of_cause(_standing(owner), kind, found).filter(pk__lte=seen)
    keys = list(of_cause.order_by("pk").values_list("pk", flat=True))
    left = Alarm.objects.filter(pk__in=keys, dismissed_at=None)
    number = left.update(dismissed_at=timezone.now(), dismissed_by=by, dismissal_reason=reason)
    if number:
        newest = Alarm.objects.get(pk=keys[-1])
        audit.record("alarms.dismissed", by=by, target=newest, kind=kind, found=found, number=number, reason=reason)
    return number


def _standing(owner: User | None) -> QuerySet[Alarm]:
    modules = Module.objects.listed().filter(owner=owner)
    return Alarm.objects.filter(dismissed_at=None, version__module__in=modules)


def _of_cause(alarms: QuerySet[Alarm], kind: str, found: str) -> QuerySet[Alarm]:
    of_kind = alarms.filter(kind=kind).select_related("version__module").defer(*HEAVY)
    return of_kind.filter(found=found) if kind == KINDS.COMMIT_GONE else of_kind
