"""The resources on a run's page: first what the run plans, then what exists beside; searched, and by pages."""

from dataclasses import dataclass
from typing import Any, NamedTuple, Self
from urllib.parse import urlencode

from django.db import models
from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Value
from django.http import QueryDict

from deployments.models import Deployment, PlannedChange, Run, StateResource
from deployments.sandbox.state_file import MOST_LISTED
from foundation.compiled import Param, compiled

MOST_SHOWN = 250  # resources of a page
FEW = 10  # resources that need no search
LONGEST = 200  # characters of a search
MOST_DIGITS = 6


class Action(models.TextChoices):
    """The filter by what the run does to a resource: Terraform's words, and one for what it leaves alone."""

    ANY = "", "Any action"
    CREATE = "create", "Create"
    UPDATE = "update", "Change"
    REPLACE = "replace", "Replace"
    DELETE = "delete", "Destroy"
    READ = "read", "Read"
    NONE = "none", "No change"


@dataclass(frozen=True)
class Place:
    """Where a page begins: at a position in the plan, or among what the plan leaves alone."""

    position: int = 0
    is_beside: bool = False

    def __str__(self) -> str:
        return f"{'s' if self.is_beside else ''}{self.position}"

    @classmethod
    def read(cls, text: str) -> Self:
        digits = text.removeprefix("s")
        is_one = digits.isascii() and digits.isdecimal() and len(digits) <= MOST_DIGITS
        return cls(int(digits), digits != text) if is_one else cls()


@dataclass(frozen=True)
class Wanted:
    """Which resources a page shows."""

    words: str = ""
    action: Action = Action.ANY
    start: Place = Place()

    @classmethod
    def read(cls, data: QueryDict) -> Self:
        """What an address asks for; what nobody could have chosen is ignored."""
        action = data.get("action", "")
        return cls(
            data.get("find", "").replace("\0", "").strip()[:LONGEST],
            Action(action) if action in Action.values else Action.ANY,
            Place.read(data.get("resources", "")),
        )

    @property
    def is_narrowed(self) -> bool:
        return bool(self.words or self.action)

    @property
    def is_late(self) -> bool:
        """Whether it is another page than the first."""
        return self.start != Place()

    def query(self, start: Place | None = None) -> str:
        """The query of the same list, from `start` on."""
        pairs = {"find": self.words, "action": self.action.value, "resources": str(start) if start else ""}
        found = urlencode({name: text for name, text in pairs.items() if text})
        return f"?{found}" if found else ""


class Row(NamedTuple):
    """A resource that is planned, or exists beside the plan; what is planned may exist too."""

    is_beside: bool
    position: int
    address: str
    action: str
    status: str
    seconds: int
    exists: bool | None


@dataclass(frozen=True)
class Standing:
    """How many resources exist after a run, or before its end."""

    count: int

    @property
    def is_listed(self) -> bool:
        """Whether all of them are kept by their address."""
        return self.count < MOST_LISTED


@dataclass(frozen=True)
class Page:
    rows: list[Row]
    next: Place | None = None
    is_cut: bool = False  # there are more


def standing(of: Deployment | Run) -> Standing | None:
    """What exists in the state of a deployment, or of a run that has ended; None where that is not kept."""
    count = of.resource_count
    if count is None or (of.state_id is None and count):
        return None
    return Standing(count)


def page(run: Run, of: Deployment | Run, wanted: Wanted) -> Page:
    """A page of what a run plans and of what exists in the state of `of`; one query. An unfinished run has one page."""
    start = wanted.start if run.is_final else Place()
    rows = _rows(
        run=run.pk,
        state=of.state_id,
        words=wanted.words,
        action=wanted.action.value,
        start=start.position,
        plans=not start.is_beside and wanted.action != Action.NONE,
        leaves=wanted.action in (Action.ANY, Action.NONE),
        has_words=bool(wanted.words),
        has_action=wanted.action not in (Action.ANY, Action.NONE),
        most=MOST_SHOWN,
    )
    found = [Row(*row) for row in rows]
    more = found[MOST_SHOWN:]
    following = Place(more[0].position, more[0].is_beside) if more and run.is_final else None
    return Page(found[:MOST_SHOWN], following, is_cut=bool(more))


@compiled
def _rows(
    run: Param,
    state: Param,
    words: Param,
    action: Param,
    start: Param,
    *,
    plans: bool,
    leaves: bool,
    has_words: bool,
    has_action: bool,
    most: int,
) -> QuerySet[Any]:
    """One more than a page has, from `start` of the first kind on: of what the run `plans` and what it `leaves`."""
    changes, existing = PlannedChange.objects.filter(run=run), StateResource.objects.filter(state=state)
    left = existing.exclude(Exists(changes.filter(address=OuterRef("address"))))
    planned = changes.filter(action=action) if has_action else changes
    exists = ExpressionWrapper(Q(address__in=existing.values("address")), BooleanField())
    parts = [_columns(planned, F("action"), F("status"), F("seconds"), exists, is_beside=False)] if plans else []
    parts += [_columns(left, Value(""), Value(""), Value(0), Value(True), is_beside=True)] if leaves else []
    parts[:1] = [part.filter(position__gte=start) for part in parts[:1]]
    parts = [part.filter(address__icontains=words) if has_words else part for part in parts]
    first, *rest = [part[: most + 1] for part in parts] or [existing.none()]
    return first.union(*rest, all=True).order_by("is_beside", "position")[: most + 1] if rest else first


def _columns(rows: QuerySet[Any], *columns: Any, is_beside: bool) -> QuerySet[Any]:
    named = dict(zip(("does", "went", "took", "is_there"), columns, strict=True))
    found = rows.annotate(is_beside=Value(is_beside), **named).order_by("position")
    return found.values_list("is_beside", "position", "address", *named)
