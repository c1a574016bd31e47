"""What the views of billing share: the page around them, and whom their reader may choose."""

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render

from accounts.models import User
from accounts.requests import SignedInRequest
from accounts.scoping import Reach, Thing, reach
from billing import earnings, reports
from billing.tabs import tabs

CHOICES = {  # pages with a choice of people, and what they show of them
    "transactions": Thing.TRANSACTIONS,
    "invoices": Thing.INVOICES,
    "costs": Thing.COSTS,
    "revenue": Thing.REVENUE,
}


def page(request: SignedInRequest, name: str, context: dict, *, status: int = 200) -> HttpResponse:
    """Render a billing page with its tabs; `sees_all` is true when the page has a choice of people."""
    sees_revenue = reach(request.user, Thing.REVENUE) is not Reach.NOTHING
    shell = {
        "tabs": tabs(name, sees_revenue=sees_revenue),
        "may_add_credits": request.user.is_staff and name != "credits",
        "currency": settings.PORTAL_CURRENCY,
        "sees_revenue": sees_revenue,
        "revenue_hint": earnings.hint(everyone=request.user.is_staff),
        "sees_all": "form" in context and "person" in context["form"].fields,
    }
    return render(request, f"billing/{name}.html", shell | context, status=status)


def people_of(request: SignedInRequest, page: str) -> QuerySet[User] | None:
    """The people that the viewer may choose from on a page; None when they see only their own data there."""
    person = request.user
    if page == "credits":
        return User.objects.filter(is_active=True) if person.is_staff else None
    if page not in CHOICES or reach(person, CHOICES[page]) is not Reach.ALL:
        return None
    if page == "revenue":
        return User.objects.filter(is_partner=True)
    with_wallet = User.objects.filter(wallet__isnull=False)
    if page == "transactions":
        return with_wallet
    sees_wallets = page == "invoices" and reach(person, Thing.TRANSACTIONS) is Reach.ALL
    others = with_wallet if sees_wallets else User.objects.filter(pk=person.pk)
    return reports.people_with_costs(User.objects.all(), person) | others


def sums(revenue: list[dict]) -> dict[str, int]:
    """The totals in the last line of the table of revenue, by column."""
    return {name: sum(row[name] for row in revenue) for name in ("paid", "free", "charged", "share")}
