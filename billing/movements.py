"""The list of transactions: transfers, and holds and releases, which do not change the balance."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cached_property
from itertools import starmap
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, CharField, F, Func, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Cast, Coalesce

from accounts.models import User
from accounts.scoping import Reach, Thing, reach
from billing.models import CENTRE_WORDS, HOLD_WORDS, TRANSFER_WORDS, CostCentre, Hold, HoldLine, Transfer, Wallet
from foundation import paging
from foundation.choices import ShownChoices
from foundation.compiled import Param, compiled

FEW = 1_000  # cost centres whose keys are sent as a list
SOURCES = ("transfer", "hold", "release")
SHOWN = ("pk", "kind", "ref", "reference", "reason", "person", "at", "awarded", "total", "balance")


class Each(Func):
    """A list of keys, as one parameter: `pk__in=Each(keys)`."""

    template = "(SELECT unnest(%(expressions)s::bigint[]))"


class Unposted(ShownChoices):
    """Movements that do not change the balance."""

    HOLD = "hold", "", "pause", "Reserved"
    RELEASE = "release", "", "replace", "Returned"


class Movement(NamedTuple):
    """One transaction in the list. Units are signed for a transfer, and unsigned for a hold or release."""

    at: datetime
    kind: Transfer.Kind | Unposted
    ref: str
    about: str
    person: str
    awarded: int
    purchased: int
    balance: int
    place: str = ""

    @property
    def word(self) -> str:
        """ "reserved" or "returned", shown instead of a sign; blank for a transfer."""
        return self.kind.label.lower() if isinstance(self.kind, Unposted) else ""


class Place(NamedTuple):
    """Where a movement is in the list: the newest first, and of one moment by source and key."""

    moment: datetime
    source: str
    pk: int


@dataclass(frozen=True)
class Wanted:
    """Which movements a person sees; `start` and `end` are days, both included."""

    user: User
    person: User | None = None
    text: str = ""
    start: date | None = None
    end: date | None = None

    @property
    def rows(self) -> dict[str, tuple[QuerySet[Any], str]]:
        """By source, the rows and the column of their moment."""
        holds = self._told(Hold.objects.visible_to(self.user), HOLD_WORDS)
        return {
            "transfer": (self._told(Transfer.objects.visible_to(self.user), TRANSFER_WORDS), "created_at"),
            "hold": (holds, "created_at"),
            "release": (holds.filter(state=Hold.State.RELEASED), "finished_at"),
        }

    def _told(self, rows: QuerySet[Any], words: Any) -> QuerySet[Any]:
        whose = self.person or (None if reach(self.user, Thing.TRANSACTIONS) is Reach.ALL else self.user)
        if whose:  # one wallet by its key: an index has its rows in order
            rows = rows.filter(wallet=Subquery(Wallet.objects.filter(owner=whose).values("pk")[:1]))
        return rows.alias(words=words).filter(self._found) if self.text else rows

    @cached_property
    def _found(self) -> Q:
        text = self.text.lower()
        centres = CostCentre.objects.alias(words=CENTRE_WORDS).filter(words__contains=text).values_list("pk", flat=True)
        few = list(centres[: FEW + 1])  # as a list, both sides of "or" can be looked up in an index
        return Q(words__contains=text) | Q(cost_centre__in=few if len(few) <= FEW else centres)

    def within(self, moment: str) -> Q:
        """Filter for rows whose column `moment` is on the days that are asked for."""
        found = Q()
        if self.start:
            found &= Q(**{f"{moment}__gte": datetime.combine(self.start, time.min, UTC)})
        if self.end:
            found &= Q(**{f"{moment}__lte": datetime.combine(self.end, time.max, UTC)})
        return found


def page(wanted: Wanted, query: Mapping[str, str], *, size: int) -> paging.Page:
    """The page of movements that `query` asks for; its places are a source's first letter and a ref."""
    backwards = not query.get("after") and bool(query.get("before"))
    place = _place(wanted, query.get("before" if backwards else "after", ""))
    backwards = backwards and place is not None
    found = load(_keys(wanted, place, size + 1, backwards=backwards))
    return paging.cut(found, size=size, backwards=backwards, is_first=place is None, name="place")


def piece(wanted: Wanted, after: Place | None, *, size: int) -> tuple[list[Movement], Place | None]:
    """The `size` movements after a place, and the place of the next ones: None after the last."""
    keys = _keys(wanted, after, size)
    return load(keys), keys[-1] if len(keys) == size else None


def newest(user: User, *, number: int) -> list[Movement]:
    """A person's own newest movements."""
    return load(_keys(Wanted(user, person=user), None, number))


def _keys(wanted: Wanted, place: Place | None, number: int, *, backwards: bool = False) -> list[Place]:
    """The places of the next movements; each source is read in the order of its index."""
    sign = "" if backwards else "-"
    parts = []
    for source, (rows, moment) in wanted.rows.items():
        found = rows.filter(wanted.within(moment), _beyond(moment, source, place, backwards=backwards))
        found = found.order_by(f"{sign}{moment}", f"{sign}pk")
        found = found.annotate(at=F(moment), source=Value(source, CharField()), row=F("pk"))
        parts.append(found.values_list("at", "source", "row")[:number])
    every = parts[0].union(*parts[1:], all=True).order_by(f"{sign}at", f"{sign}source", f"{sign}row")
    return list(starmap(Place, every[:number]))


def _beyond(moment: str, source: str, place: Place | None, *, backwards: bool) -> Q:
    """Filter for the rows of a source after `place`, or before it."""
    if place is None:
        return Q()
    than = "gt" if backwards else "lt"
    here, there = Q(**{moment: place.moment}), Q(**{f"{moment}__{than}": place.moment})
    if source == place.source:
        return Q(**{f"{moment}__{than}e": place.moment}) & (there | (here & Q(**{f"pk__{than}": place.pk})))
    follows = source > place.source if backwards else source < place.source
    return Q(**{f"{moment}__{than}e": place.moment}) if follows else there


def _place(wanted: Wanted, name: str) -> Place | None:
    """The place that a page's address names; None for anything else, and for what the viewer cannot see."""
    letter, ref = name[:1], name[1:]
    if not (ref.isascii() and ref.isalnum()):
        return None
    rows = Wanted(wanted.user).rows
    for source, (found, moment) in rows.items():
        if source[0] == letter and (row := found.filter(ref=ref).values_list(moment, "pk").first()):
            return Place(row[0], source, row[1])
    return None


def load(places: Iterable[Place]) -> list[Movement]:
    """The movements at some places, in the same order, with one query."""
    places = list(places)
    keys = {f"{source}s": [each.pk for each in places if each.source == source] for source in SOURCES}
    rows = {(kind if kind in SOURCES else "transfer", pk): (pk, kind, *rest) for pk, kind, *rest in _rows(**keys)}
    return [_movement(each.source, *rows[each.source, each.pk]) for each in places]


@compiled
def _rows(transfers: Param, holds: Param, releases: Param) -> QuerySet[Any, Any]:
    named = {"person": F("wallet__owner__email"), "at": F("created_at"), "balance": F("balance_after")}
    moved = Transfer.objects.filter(pk__in=Each(transfers)).order_by()
    moved = moved.annotate(total=F("awarded") + F("purchased"), **named)
    held = _held(holds, Unposted.HOLD, "created_at"), _held(releases, Unposted.RELEASE, "finished_at")
    return moved.values_list(*SHOWN).union(*held, all=True)


def _held(pks: Param, kind: Unposted, moment: str) -> QuerySet[Any, Any]:
    """Holds, each with its Awarded and Purchased units, and the balance at its `moment`."""
    before = Transfer.objects.in_credits().filter(wallet=OuterRef("wallet"), created_at__lte=OuterRef(moment))
    of_awarded = HoldLine.objects.filter(hold=OuterRef("pk"), lot__account__kind="awarded").order_by().values("hold")
    units = Cast(Sum("amount"), BigIntegerField())  # as the column of transfers: PostgreSQL adds up to numeric
    rows = (
        Hold.objects.filter(pk__in=Each(pks))
        .order_by()
        .annotate(
            kind=Value(kind.value, CharField()),
            person=F("wallet__owner__email"),
            at=F(moment),
            awarded=Coalesce(Subquery(of_awarded.values(units=units)), 0),
            total=F("amount"),
            balance=Subquery(before.newest_first().values("balance_after")[:1]),
        )
    )
    return rows.values_list(*SHOWN)


KINDS: dict[str, Transfer.Kind | Unposted] = {each.value: each for each in (*Transfer.Kind, *Unposted)}


def _movement(source: str, pk: int, kind: str, ref: str, reference: str, reason: str, *rest: Any) -> Movement:
    """A hold's reason is that of its release, so it is shown only there."""
    person, at, awarded, total, balance = rest
    about = ", ".join(filter(None, (reference, "" if source == "hold" else reason)))
    return Movement(at, KINDS[kind], ref, about, person, awarded, total - awarded, balance or 0, place=source[0] + ref)
