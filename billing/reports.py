"""Figures on the billing pages, except statements. Amounts are units; money is in minor units."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from accounts.models import User
from accounts.scoping import Reach, Thing, reach
from billing import statements
from billing.models import Account, Allowance, CostCentre, Hold, Lot, Transfer
from billing.months import Month, last_twelve
from foundation import paging
from foundation.compiled import Param, compiled
from foundation.credits import CREDIT

PACE_DAYS = 90
UNITS = F("awarded") + F("purchased")
MOST_RESERVED = 20  # reservations on a statement


@dataclass(frozen=True)
class Spending:
    month: Month
    awarded: int = 0
    purchased: int = 0

    @property
    def total(self) -> int:
        return self.awarded + self.purchased


@dataclass(frozen=True)
class Use:
    """Credits used in each month, and `pace`: the average of 30 days over the last 90, rounded up to a whole credit."""

    months: list[Spending]
    pace: int


@dataclass(frozen=True)
class NextGrant:
    amount: int
    on: date


def use(person: User, *, now: datetime) -> Use:
    """The credits that a person used in each of the last twelve months, and on average in 30 days."""
    months, recently = last_twelve(Month.of(now)), now - timedelta(days=PACE_DAYS)
    found = _used(owner=person.pk, since=months[0].start, recently=recently)
    spent = {Month.of(at): Spending(Month.of(at), int(awarded), int(purchased)) for at, awarded, purchased, _ in found}
    total = max(0, sum(int(used_recently) for *_, used_recently in found))
    return Use([spent.get(month, Spending(month)) for month in months], -(-total * 30 // (PACE_DAYS * CREDIT)) * CREDIT)


@compiled
def _used(owner: Param, since: Param, recently: Param) -> QuerySet[Any]:
    used = Transfer.objects.usage().filter(wallet__owner=owner, created_at__gte=since)
    by_month = used.annotate(month=TruncMonth("created_at")).values("month").order_by("month")
    found = by_month.annotate(
        awarded_used=-Sum("awarded"),
        purchased_used=-Sum("purchased"),
        used_recently=-Sum(UNITS, filter=Q(created_at__gte=recently), default=0),
    )
    return found.values_list("month", "awarded_used", "purchased_used", "used_recently")


def by_module(person: User, month: Month) -> list[dict]:
    """`title` and `used` of each module that a person spent credits on, the most used first."""
    found = _used_by_module(owner=person.pk, start=month.start, end=month.end)
    return [{"title": title, "used": int(used)} for title, used in found]


@compiled
def _used_by_module(owner: Param, start: Param, end: Param) -> QuerySet[Any]:
    used = Transfer.objects.usage().filter(wallet__owner=owner, created_at__gte=start, created_at__lt=end)
    found: QuerySet[Any] = used.values(title=F("module_title")).annotate(used=-Sum(UNITS)).filter(used__gt=0)
    return found.order_by("-used", "title").values_list("title", "used")


def next_grant(person: User, *, now: datetime) -> NextGrant | None:
    """The grant of next month; None when there is none."""
    if not (person.is_partner and person.is_active):
        return None
    first = Month.of(now).shifted(1).first
    amount = next((amount for (amount,) in _allowance(partner=person.pk, on=first)), 0)
    return NextGrant(amount, first) if amount else None


@compiled
def _allowance(partner: Param, on: Param) -> QuerySet[Any]:
    rows = Allowance.objects.filter(Q(partner=partner) | Q(partner=None), valid_from__lte=on)
    return rows.order_by(F("partner").desc(nulls_last=True), "-valid_from").values_list("amount")[:1]


def first_to_expire(person: User, *, now: datetime) -> dict | None:
    """`units` and expiry `at` of the available credits that expire next; None when none expire."""
    found = _expiring(owner=person.pk, now=now)
    return next(({"at": at, "units": int(units)} for at, units in found), None)


@compiled
def _expiring(owner: Param, now: Param) -> QuerySet[Any]:
    lots = Lot.objects.filter(account__wallet__owner=owner, expires_at__isnull=False).with_credits(now)
    rows: QuerySet[Any] = lots.values(at=F("expires_at")).annotate(units=Sum(F("remaining") - F("held")))
    return rows.order_by("at").values_list("at", "units")[:1]


def held(person: User) -> list[Hold]:
    return _held(owner=person.pk)


@compiled
def _held(owner: Param) -> QuerySet[Hold]:
    return Hold.objects.pending().filter(wallet__owner=owner).select_related("cost_centre").order_by("-pk")


def held_after_failure(user: User, *, person: User | None = None) -> list[Hold]:
    """Reservations that stay with a deployment and that `user` may see, the next to be charged first.

    One more than MOST_RESERVED, when there are more.
    """
    rows = Hold.objects.visible_to(user).pending().filter(due_at__isnull=False)
    rows = rows.filter(wallet__owner=person) if person else rows
    return list(rows.select_related("cost_centre").order_by("due_at", "pk")[: MOST_RESERVED + 1])


def costs(user: User, month: Month, query: Mapping[str, str], *, person: User | None = None) -> paging.Page:
    """The page of `statements.usage` of all months, each with the credits used in `month` as `this_month`."""
    return statements.usage(user, query, person=person, this_month=month)


def total(user: User, month: Month, *, person: User | None = None) -> dict[str, int | None]:
    """The credits used in `month` as `this_month`, and ever as `used`: None of everyone's, which would take long."""
    if person is None and reach(user, Thing.COSTS) is Reach.ALL:
        return {"this_month": statements.used(user, month=month)["used"], "used": None}
    return statements.used_ever(user, this_month=month, person=person)


def revenue_due(partner: User) -> int:
    """The revenue that the platform owes a partner, in minor units."""
    account = Account.objects.filter(wallet__owner=partner, kind=Account.Kind.REVENUE).first()
    return account.balance if account else 0


def people_with_costs(people: QuerySet[User], user: User) -> QuerySet[User]:
    """The people whose costs `user` may see, for a select."""
    return people.filter(pk__in=CostCentre.objects.visible_to(user).values("owner"))
