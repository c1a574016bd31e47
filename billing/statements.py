"""Monthly statements: credits used by deployment, revenue by module. Amounts are units; money is in minor units."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet, Sum

from accounts.models import User
from billing.models import CostCentre, Transfer
from billing.months import Month
from billing.querysets import TransferQuerySet
from foundation import paging

PER_PAGE = 50


def usage(
    user: User,
    query: Mapping[str, str],
    *,
    month: Month | None = None,
    person: User | None = None,
    this_month: Month | None = None,
) -> paging.Page:
    """The page of deployments that `user` may see and that used credits, in `month` or ever, the newest first.

    Each is a `CostCentre` with its `person` (e-mail), and in units `used`, `awarded_used`, `purchased_used`, and
    `this_month_used`; `runs` counts charges,
    and `why` is the reason of one that its own run did not make by succeeding.
    """
    charged = _charged(user, month, person).filter(cost_centre=OuterRef("pk"))
    centres = CostCentre.objects.filter(owner=person) if person else CostCentre.objects.all()
    centres = centres.filter(Exists(charged)).annotate(person=F("owner__email"))
    page = paging.page(centres, query, by=["-pk"], size=PER_PAGE, places=CostCentre.objects.all())
    figures = _figures(_charged(user, month, person).filter(cost_centre__in=[row.pk for row in page]), this_month)
    for row in page:
        vars(row).update(figures[row.pk])
    return page


def used(user: User, *, month: Month | None = None, person: User | None = None) -> dict[str, int]:
    """Credits used by all deployments of `usage`, as `used`, `awarded` and `purchased`."""
    sums = {"used": -Sum(F("awarded") + F("purchased"), default=0)}
    sums |= {"awarded_used": -Sum("awarded", default=0), "purchased_used": -Sum("purchased", default=0)}
    found = _charged(user, month, person).aggregate(**sums)
    return {"used": found["used"], "awarded": found["awarded_used"], "purchased": found["purchased_used"]}


def used_ever(user: User, *, this_month: Month, person: User | None = None) -> dict[str, int]:
    """Credits used by all deployments of `usage`, ever as `used`, and in one month as `this_month`."""
    units = F("awarded") + F("purchased")
    then = Q(created_at__gte=this_month.start, created_at__lt=this_month.end)
    sums = {"used": -Sum(units, default=0), "this_month": -Sum(units, filter=then, default=0)}
    return _charged(user, None, person).aggregate(**sums)


def _charged(user: User, month: Month | None, person: User | None) -> TransferQuerySet:
    rows = Transfer.objects.usage_visible_to(user)
    rows = rows.between(month.start, month.end) if month else rows
    return rows.filter(cost_centre__owner=person) if person else rows


def _figures(rows: TransferQuerySet, this_month: Month | None) -> dict[int, dict[str, int]]:
    """By cost centre, what its transfers add up to."""
    units = F("awarded") + F("purchased")
    then = Q(created_at__gte=this_month.start, created_at__lt=this_month.end) if this_month else Q(pk=None)
    found: QuerySet[Any] = rows.values("cost_centre").annotate(
        awarded_used=-Sum("awarded"),
        purchased_used=-Sum("purchased"),
        used=-Sum(units),
        this_month_used=-Sum(units, filter=then, default=0),
        runs=Count("pk", filter=Q(kind=Transfer.Kind.CAPTURE)),
        why=Max("reason", filter=Q(kind=Transfer.Kind.CAPTURE), default=""),
    )
    return {row.pop("cost_centre"): row for row in found.order_by()}


def added(user: User, *, month: Month, person: User | None = None) -> list[dict]:
    """Credits that came in, by kind, as dicts of the kind's `label`, `number`, and units `awarded` and `purchased`."""
    rows = Transfer.objects.visible_to(user).added().between(month.start, month.end)
    rows = rows.filter(wallet__owner=person) if person else rows
    kinds = rows.values("kind").annotate(
        number=Count("pk"), awarded_added=Sum("awarded"), purchased_added=Sum("purchased")
    )
    return [row | {"label": Transfer.Kind(row["kind"]).label} for row in kinds.order_by("kind")]


def is_before_the_portal(month: Month) -> bool:
    """Whether nobody had an account in `month`."""
    first = User.objects.aggregate(at=Min("date_joined"))["at"]
    return first is None or month < Month.of(first)


def revenue(user: User, *, month: Month, person: User | None = None) -> list[dict]:
    """Revenue by partner, module and share, as dicts.

    `paid` and `free` count charges that did and did not earn, `charged` is the money paid for the credits, `share` the
    partner's part of it.
    """
    rows = Transfer.objects.revenue_visible_to(user).between(month.start, month.end)
    rows = rows.filter(partner=person) if person else rows
    by_module = rows.values("module_title", "share_percent", "currency", partner_email=F("partner__email"))
    found: QuerySet[Any] = by_module.annotate(
        paid=Count("pk", filter=Q(reverses__isnull=True)), charged=Sum("charged_amount"), share=Sum("share_amount")
    )
    earned = list(found.order_by("partner_email", "module_title", "share_percent"))
    return earned + _only_free(user, month, person, earned)


def _only_free(user: User, month: Month, person: User | None, earned: list[dict]) -> list[dict]:
    """Add `free` to the items in `earned`, and return items for modules with charges that all earned nothing."""
    captures = Transfer.objects.captures_for_partner(user).between(month.start, month.end)
    captures = captures.filter(partner=person) if person else captures
    counts = captures.values("module_title", partner_email=F("partner__email")).annotate(number=Count("pk"))
    left = {(row["partner_email"], row["module_title"]): row["number"] for row in counts.order_by("module_title")}
    for row in earned:
        key = (row["partner_email"], row["module_title"])
        left[key] = left.get(key, 0) - row["paid"]
    for row in earned:
        row["free"] = max(0, left.pop((row["partner_email"], row["module_title"]), 0))
    return [_free_row(partner, title, number) for (partner, title), number in left.items() if number > 0]


def _free_row(partner: str, title: str, number: int) -> dict:
    return {
        "partner_email": partner,
        "module_title": title,
        "share_percent": None,
        "currency": "",
        "paid": 0,
        "free": number,
        "charged": 0,
        "share": 0,
    }
