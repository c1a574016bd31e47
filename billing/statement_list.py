"""The list of statements: one for each month and person in which credits were added, used or earned."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from accounts.models import User
from accounts.scoping import Reach, Thing, reach
from billing.models import Transfer
from billing.months import Month
from billing.reports import people_with_costs

PER_PAGE = 25
IN_CREDITS = Sum(F("awarded") + F("purchased"))


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
    keys = [_keys(rows, owner, after) for rows, owner in sources]
    found = keys[0].union(*keys[1:]).order_by("-month", "email")[: PER_PAGE + 1]
    places = [Key(Month.of(row["month"]), row["email"], row["whose"]) for row in found]
    following = places[PER_PAGE - 1] if len(places) > PER_PAGE else None
    places = places[:PER_PAGE]
    subject = person or (None if reach(user, Thing.INVOICES) is Reach.ALL else user)
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
    figures = (-IN_CREDITS, IN_CREDITS, Sum("share_amount"))
    used, added, share = (
        _figures(rows, owner, figure, places) for (rows, owner), figure in zip(sources, figures, strict=True)
    )
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


def _figures(rows: Any, owner: str, figure: Any, places: list[Key]) -> dict[tuple[Month, str], int]:
    rows = rows.between(places[-1].month.start, places[0].month.end)
    rows = rows.filter(**{f"{owner}__email__in": {key.email for key in places}})
    found = _by_month_and_person(rows, owner).annotate(figure=figure).order_by()
    return {(Month.of(row["month"]), row["email"]): row["figure"] for row in found}
