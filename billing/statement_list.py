"""The list of statements: one for each month and person in which credits were added, used or earned."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Sum, Value
from django.db.models.functions import TruncMonth

from accounts.models import User
from accounts.scoping import Reach, Thing, reach
from billing.models import Transfer
from billing.months import Month
from billing.reports import people_with_costs

PER_PAGE = 25
IN_CREDITS = Sum(F("awarded") + F("purchased"))
FIGURES = {"used": -IN_CREDITS, "added": IN_CREDITS, "share": Sum("share_amount")}  # of each of `_sources`
Sources: TypeAlias = Sequence[tuple[Any, str]]  # transfers, and the path to whose they are


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


Figures: TypeAlias = dict[tuple[Month, str], int]  # by month and address


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
    subject, this_month = person or (None if reach(user, Thing.INVOICES) is Reach.ALL else user), Month.of(now)
    if subject:
        figures = _figures([(_before(rows, after), owner) for rows, owner in sources])
        months = {month for found in figures for month, _ in found} | (set() if after else {this_month})
        places = [Key(month, subject.email, subject.ref) for month in sorted(months, reverse=True)[: PER_PAGE + 1]]
    else:
        places = _places_of_all(sources, after or Key(this_month, "", ""))
        figures = _figures(_around(sources, places[:PER_PAGE])) if places else []
    following = places[PER_PAGE - 1] if len(places) > PER_PAGE else None
    return Page(_statements(user, places[:PER_PAGE], figures), following)


def _before(rows: Any, after: Key | None) -> Any:
    return rows.filter(created_at__lt=after.month.start) if after else rows


def _people(user: User) -> QuerySet[User]:
    """Who may have statements that `user` sees."""
    if reach(user, Thing.TRANSACTIONS) is Reach.ALL:
        return User.objects.all()
    return User.objects.filter(pk=user.pk) | people_with_costs(User.objects.all(), user)


def _sources(user: User) -> Sources:
    """The transfers that make a statement: credits used, credits added, and revenue; each with whose they are."""
    return [
        (Transfer.objects.usage_visible_to(user), "cost_centre__owner"),
        (Transfer.objects.visible_to(user).added(), "wallet__owner"),
        (Transfer.objects.revenue_visible_to(user), "partner"),
    ]


def _places_of_all(sources: Sources, after: Key) -> list[Key]:
    """The places after one: from its month alone, its year, or all times, whichever has enough of them."""
    found = _places_of_month(sources, after)
    if len(found) > PER_PAGE:
        return found
    year = [(rows.filter(created_at__gte=after.month.shifted(-11).start), owner) for rows, owner in sources]
    found = _places(year, after)
    return found if len(found) > PER_PAGE else _places(sources, after)


def _places_of_month(sources: Sources, after: Key) -> list[Key]:
    """Looks for transfers of one person after the other, so it reads few where most people have some."""
    days, each = (after.month.start, after.month.end), OuterRef("pk")
    used, added, share = (Exists(rows.between(*days).filter(**{owner: each})) for rows, owner in sources)
    people = User.objects.filter(added | used | share, email__gt=after.email).order_by("email")
    return [Key(after.month, *person) for person in people.values_list("email", "ref")[: PER_PAGE + 1]]


def _places(sources: Sources, after: Key) -> list[Key]:
    keys = [_keys(rows, owner, after) for rows, owner in sources]
    found = keys[0].union(*keys[1:]).order_by("-month", "email")[: PER_PAGE + 1]
    return [Key(Month.of(row["month"]), row["email"], row["whose"]) for row in found]


def _keys(rows: Any, owner: str, after: Key) -> QuerySet[Any]:
    later = Q(**{"created_at__lt": after.month.end, f"{owner}__email__gt": after.email})
    return _by_month_and_person(rows.filter(Q(created_at__lt=after.month.start) | later), owner).order_by()


def _around(sources: Sources, places: Sequence[Key]) -> Sources:
    """The transfers of these months and people."""
    emails, months = {key.email for key in places}, (places[-1].month.start, places[0].month.end)
    return [(rows.between(*months).filter(**{f"{owner}__email__in": emails}), owner) for rows, owner in sources]


def _by_month_and_person(rows: Any, owner: str) -> Any:
    return rows.values(month=TruncMonth("created_at"), email=F(f"{owner}__email"), whose=F(f"{owner}__ref"))


def _statements(user: User, places: list[Key], figures: Sequence[Figures]) -> list[Statement]:
    if not places:
        return []
    used, added, share = figures
    sees_all = {thing: reach(user, thing) is Reach.ALL for thing in (Thing.TRANSACTIONS, Thing.REVENUE)}

    def seen(figures: Figures, thing: Thing, key: Key) -> int | None:
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


def _figures(sources: Sources) -> list[Figures]:
    """What each source adds up to; in one query."""
    parts = []
    for (rows, owner), (name, figure) in zip(sources, FIGURES.items(), strict=True):
        parts.append(
            _by_month_and_person(rows, owner).annotate(figure=figure, source=Value(name, CharField())).order_by()
        )
    found: dict[str, Figures] = {name: {} for name in FIGURES}
    for row in parts[0].union(*parts[1:], all=True):
        found[row["source"]][Month.of(row["month"]), row["email"]] = row["figure"]
    return list(found.values())
