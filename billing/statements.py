"""Monthly statements: credits used by deployment, revenue by module. Amounts are units; money is in minor units."""

from typing import Any

from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum

from accounts.models import User
from billing.models import Transfer
from billing.months import Month


def usage(user: User, *, month: Month | None = None, person: User | None = None) -> QuerySet[Any]:
    """Credits used by each deployment that `user` may see, as dicts.

    `used`, `awarded_used` and `purchased_used` are units, `runs` counts charges, and `why` is the reason of one without
    success; `deployment` is the ref, and `name`, `person` (e-mail) and `module_title` label it.
    """
    rows = Transfer.objects.usage_visible_to(user)
    rows = rows.between(month.start, month.end) if month else rows
    rows = rows.filter(cost_centre__owner=person) if person else rows
    grouped = rows.values(
        "module_title",
        name=F("cost_centre__deployment_name"),
        deployment=F("deployment_ref"),
        person=F("cost_centre__owner__email"),
    )
    return grouped.annotate(
        awarded_used=-Sum("awarded"),
        purchased_used=-Sum("purchased"),
        used=-Sum(F("awarded") + F("purchased")),
        runs=Count("pk", filter=Q(kind=Transfer.Kind.CAPTURE)),
        why=Max("reason", filter=Q(kind=Transfer.Kind.CAPTURE), default=""),
    ).order_by("person", "name", "deployment")


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
