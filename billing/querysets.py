from datetime import datetime
from typing import Self, TypeVar

from django.db import models
from django.db.models import F, Q, QuerySet

from accounts.models import User
from accounts.scoping import Reach, Thing, reach
from foundation.compiled import Param

Rows = TypeVar("Rows", bound=QuerySet)


def _theirs(rows: Rows, user: User, thing: Thing, owner: str) -> Rows:
    """The rows that `user` may see of `thing`: all, their own (by the lookup `owner`), or none."""
    how_far = reach(user, thing)
    if how_far is Reach.ALL:
        return rows
    return rows.none() if how_far is Reach.NOTHING else rows.filter(**{owner: user})


class LotQuerySet(models.QuerySet):
    def with_credits(self, now: datetime | Param) -> Self:
        """Lots with credits that can be spent at `now`."""
        return self.filter(remaining__gt=F("held")).filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now))

    def in_spend_order(self) -> Self:
        """Awarded before Purchased; within each the earliest expiry first, then the oldest."""
        return self.order_by("account__kind", F("expires_at").asc(nulls_last=True), "created_at", "pk")

    def to_expire(self, now: datetime) -> Self:
        """Overdue lots with credits left. A lot with held credits is left out until its run has ended."""
        return self.filter(expires_at__lte=now, remaining__gt=0, held=0)


class CostCentreQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return _theirs(self, user, Thing.COSTS, "owner")


class TransferQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """For transactions: transfers that change a person's credits."""
        return _theirs(self.in_credits(), user, Thing.TRANSACTIONS, "wallet__owner")

    def usage_visible_to(self, user: User) -> Self:
        """For invoices: credits used by deployments."""
        return _theirs(self.usage(), user, Thing.INVOICES, "cost_centre__owner")

    def revenue_visible_to(self, user: User) -> Self:
        return _theirs(self.filter(kind="revenue"), user, Thing.REVENUE, "partner")

    def captures_for_partner(self, user: User) -> Self:
        """For revenue: charges for partners' modules, also those that earned nothing."""
        return _theirs(self.filter(kind="capture", partner__isnull=False), user, Thing.REVENUE, "partner")

    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-pk")

    def between(self, start: datetime, end: datetime) -> Self:
        """Transfers from `start` up to, but not including, `end`."""
        return self.filter(created_at__gte=start, created_at__lt=end)

    def in_credits(self) -> Self:
        """All transfers except revenue, which is money."""
        return self.exclude(kind="revenue")

    def added(self) -> Self:
        """Credits that came in: bought, granted or given."""
        return self.filter(kind__in=["sale", "grant", "award", "goodwill"])

    def usage(self) -> Self:
        """Transfers that add up to the credits used: charges and refunds."""
        return self.filter(kind__in=["capture", "refund"])


class HoldQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return _theirs(self, user, Thing.TRANSACTIONS, "wallet__owner")

    def pending(self) -> Self:
        return self.filter(state="pending")

    def not_returned(self) -> Self:
        """The charge of a deployment, reserved or made already: at most one of a cost centre."""
        return self.exclude(state="released")

    def around(self, cost_centre: int | Param, *, run: str | Param, moment: datetime | Param) -> Self:
        """A cost centre's charge, and what was reserved for the run that was asked for at `moment`: two at most."""
        was_open = Q(created_at__lte=moment, finished_at__gte=moment)
        wanted = ~Q(state="released") | Q(run_ref=run) | was_open
        return self.filter(wanted, cost_centre=cost_centre).order_by("-pk")

    def due(self, until: datetime) -> Self:
        """Those that stay with a deployment and are charged at `until` or before, the earliest first."""
        return self.pending().filter(due_at__lte=until).order_by("due_at", "pk")
