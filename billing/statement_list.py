"""The list of statements: one for each month and person in which credits were added, used or earned."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import CharField, F, Q, QuerySet, Sum, Value
from django.db.models.functions import TruncMonth

from accounts.models import User
from accounts.scoping import Reach, Thing, reach
from billing.models import Transfer
from billing.months import Month
from billing.reports import people_with_costs

PER_PAGE = 25
FEW_MONTHS = 2
IN_CREDITS = Sum(F("awarded") + F("purchased"))
FIGURES = {"used": -IN_CREDITS, "added": IN_CREDITS, "share": Sum("share_amount")}  # of each of `_sources`


@dataclass(frozen=True)
class Key:
    """A place in the list, which is sorted by month, newest first, and then by e-mail address."""

    month: Month
    email: str
    ref: str

    def __str__(self) -> str:
        return f"{self.month}.{self.ref}"

    @classmethod
    def parse(cls, text: str, user: User) -> "Key | None":
        """The place that `str` wrote; None for any other text, also for the place of somebody whom `user` can't see."""
        month, _, ref = text.partition(".")
        person = _people(user).filter(ref=ref).first() if ref.isalnum() and ref.isascii() else None
        found = Month.parse(month)
        return cls(found, person.email, ref) if found and person else None


@dataclass(frozen=True)
class Statement:
    """A line of the list, in units and minor units; what the viewer may not see of another person is None."""

    key: Key
    used: int = 0
    added: int | None = 0
    share: int | None = 0


@dataclass(frozen=True)
class Page:
    statements: list[Statement]
    next: Key | None


def find(user: User, *, now: datetime, person: User | None = None, after: Key | None = None) -> Page:
    """The statements that `user` may see, or those of `person`; a list of one person has the current month always."""
    sources = [(rows.filter(**{owner: person}) if person else rows, owner) for rows, owner in _sources(user)]
    subject = person or (None if reach(user, Thing.INVOICES) is Reach.ALL else user)
    places = _places(sources, after) if subject else _places_of_all(sources, after or Key(Month.of(now), "", ""))
    following = places[PER_PAGE - 1] if len(places) > PER_PAGE else None
    places = places[:PER_PAGE]
    if subject and not after and (not places or places[0].month < Month.of(now)):
        places = [Key(Month.of(now), subject.email, subject.ref), *places]
    return Page(_statements(user, places, sources), following)


def _people(user: User) -> QuerySet[User]:
    """Who may have statements that `user` sees."""
    if reach(user, Thing.TRANSACTIONS) is Reach.ALL:
        return User.objects.all()
    return User.objects.filter(pk=user.pk) | people_with_costs(User.objects.all(), user)


def _sources(user: User) -> list[tuple[Any, str]]:
    """The transfers that make a statement: credits used, credits added, and revenue; each with whose they are."""
    return [
        (Transfer.objects.usage_visible_to(user), "cost_centre__owner"),
        (Transfer.objects.visible_to(user).added(), "wallet__owner"),
        (Transfer.objects.revenue_visible_to(user), "partner"),
    ]


def _places_of_all(sources: Sequence[tuple[Any, str]], after: Key) -> list[Key]:
    """The places after one; from a few months if these have enough of them."""
    since = after.month.shifted(1 - FEW_MONTHS).start
    few = _places([(rows.filter(created_at__gte=since), owner) for rows, owner in sources], after)
    return few if len(few) > PER_PAGE else _places(sources, after)


def _places(sources: Iterable[tuple[Any, str]], after: Key | None) -> list[Key]:
    keys = [_keys(rows, owner, after) for rows, owner in sources]
    found = keys[0].union(*keys[1:]).order_by("-month", "email")[: PER_PAGE + 1]
    return [Key(Month.of(row["month"]), row["email"], row["whose"]) for row in found]


def _keys(rows: Any, owner: str, after: Key | None) -> QuerySet[Any]:
    if after:
        later = Q(**{"created_at__lt": after.month.end, f"{owner}__email__gt": after.email})
        rows = rows.filter(Q(created_at__lt=after.month.start) | later)
    return _by_month_and_person(rows, owner).order_by()


def _by_month_and_person(rows: Any, owner: str) -> Any:
    return rows.values(month=TruncMonth("created_at"), email=F(f"{owner}__email"), whose=F(f"{owner}__ref"))


def _statements(user: User, places: list[Key], sources: Iterable[tuple[Any, str]]) -> list[Statement]:
    if not places:
        return []
    used, added, share = _figures(sources, places)
    sees_all = {thing: reach(user, thing) is Reach.ALL for thing in (Thing.TRANSACTIONS, Thing.REVENUE)}

    def seen(figures: dict, thing: Thing, key: Key) -> int | None:
        is_seen = sees_all[thing] or key.email == user.email
        return figures.get((key.month, key.email), 0) if is_seen else None

    return [
        Statement(
            key,
            used.get((key.month, key.email), 0),
            seen(added, Thing.TRANSACTIONS, key),
            seen(share, Thing.REVENUE, key),
        )
        for key in places
    ]


def _figures(sources: Iterable[tuple[Any, str]], places: list[Key]) -> list[dict[tuple[Month, str], int]]:
    """By month and address, what each source adds up to; in one query."""
    parts = []
    for (rows, owner), (name, figure) in zip(sources, FIGURES.items(), strict=True):
        rows = rows.between(places[-1].month.start, places[0].month.end)
        rows = rows.filter(**{f"{owner}__email__in": {key.email for key in places}})
        parts.append(
            _by_month_and_person(rows, owner).annotate(figure=figure, source=Value(name, CharField())).order_by()
        )
    found: dict[str, dict[tuple[Month, str], int]] = {name: {} for name in FIGURES}
    for row in parts[0].union(*parts[1:], all=True):
        found[row["source"]][Month.of(row["month"]), row["email"]] = row["figure"]
    return list(found.values())
