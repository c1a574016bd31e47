import re
import secrets
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts import directory, unsent
from accounts.models import User
from accounts.readers import all_of
from accounts.requests import SignedInRequest, part_of_page
from accounts.scoping import Reach, Thing, reach
from billing import (
    crediting,
    earnings,
    movements,
    overview_page,
    reports,
    reservation,
    services,
    statement_list,
    statement_page,
    statements,
)
from billing.charts import spending_chart
from billing.forms import CreditsForm, MonthForm, MovementsForm, WhoseForm
from billing.models import Account, Wallet
from billing.months import Month
from billing.tabs import tabs
from billing.transactions_csv import HEADINGS, row
from foundation.credits import amount
from foundation.csv_tables import ROWS, csv_download

PER_PAGE = 25
NEWEST = 5
SUGGESTED = 10
LONGEST = 254  # characters of an e-mail address
CHOICES = {  # pages with a choice of people, and what they show of them
    "transactions": Thing.TRANSACTIONS,
    "invoices": Thing.INVOICES,
    "costs": Thing.COSTS,
    "revenue": Thing.REVENUE,
}
FORM_KEY = re.compile(r"[\w-]{16,60}", re.ASCII)
ADDED_BEFORE = "These credits were added before. Nothing was added again."


@login_required
@require_safe
def overview(request: SignedInRequest) -> HttpResponse:
    now, person = timezone.now(), request.user
    month, spending = Month.of(now), reports.spending(person, now=now)
    context = {
        "month": month,
        "spending": spending,
        "chart": spending_chart(spending),
        "modules": reports.by_module(person, month),
        "rows": movements.newest(person, number=NEWEST),
    }
    return _page(request, "overview", context | _balance(person, now))


def _balance(person: User, now: datetime) -> dict:
    balance, pace = services.balance(person, now=now), reports.pace(person, now=now)
    return {
        "balance": balance,
        "balance_label": overview_page.balance_label(balance),
        "expiring": reports.first_to_expire(person, now=now),
        "next_grant": reports.next_grant(person, now=now),
        "no_grant": overview_page.no_grant(is_partner=person.is_partner),
        "pace": overview_page.pace(pace, posted=balance.posted, is_admin=person.is_staff),
        "reserved_for": overview_page.reserved_for(reports.held(person)),
    }


@login_required
@require_safe
def transactions(request: SignedInRequest) -> HttpResponse:
    form = _movements_form(request)
    everyone = "person" in form.fields
    if not form.is_valid():
        return _page(request, "transactions", {"form": form, "everyone": everyone}, status=422)
    page = movements.page(_wanted(request, form), request.GET, size=PER_PAGE)
    context = {"form": form, "everyone": everyone, "page": page, "rows": page.rows}
    return _page(request, "transactions", context)


@login_required
@require_safe
def transactions_csv(request: SignedInRequest) -> StreamingHttpResponse:
    form = _movements_form(request)
    if not form.is_valid():
        raise Http404
    read = partial(_piece, _wanted(request, form))
    return csv_download("transactions", HEADINGS, read, answer=all_of(request, Thing.TRANSACTIONS))


def _piece(wanted: movements.Wanted, after: Any) -> tuple[list[list[object]], Any]:
    rows, following = movements.piece(wanted, after, size=ROWS)
    return [row(movement) for movement in rows], following


def _movements_form(request: SignedInRequest) -> MovementsForm:
    return MovementsForm(request.GET, people=_people(request, "transactions"), of="transactions")


def _wanted(request: SignedInRequest, form: Any) -> movements.Wanted:
    data = form.cleaned_data
    return movements.Wanted(request.user, person=form.chosen, text=data["q"], start=data["from"], end=data["to"])


@login_required
@require_safe
def invoices(request: SignedInRequest) -> HttpResponse:
    form = WhoseForm(request.GET, people=_people(request, "invoices"), of="invoices")
    if not form.is_valid():
        return _page(request, "invoices", {"form": form}, status=422)
    after = statement_list.Key.parse(request.GET.get("after", ""), request.user)
    page = statement_list.find(request.user, now=timezone.now(), person=form.chosen, after=after)
    context = {"form": form, "page": page, "after": after, "this_month": Month.of(timezone.now())}
    of_others = "person" in form.fields and reach(request.user, Thing.TRANSACTIONS) is not Reach.ALL
    said = {"months": statement_page.months(sees_usage_alone=of_others), "shows_added": _sees_balance(request, form)}
    return _page(request, "invoices", context | said)


@login_required
@require_safe
def statement(request: SignedInRequest, month: str) -> HttpResponse:
    asked = Month.parse(month)
    if asked is None or asked > Month.of(timezone.now()):
        raise Http404
    form = WhoseForm(request.GET, people=_people(request, "invoices"), of="invoices")
    if not form.is_valid():
        context = {"form": form, "month": asked, "covers": statement_page.covers(asked, now=timezone.now())}
        return _page(request, "statement", context, status=422)
    page = statements.usage(request.user, request.GET, month=asked, person=form.chosen)
    used = statements.used(request.user, month=asked, person=form.chosen)
    revenue = statements.revenue(request.user, month=asked, person=form.chosen)
    added = statements.added(request.user, month=asked, person=form.chosen) if _sees_balance(request, form) else []
    if not (page.rows or revenue or added) and statements.is_before_the_portal(asked):
        raise Http404
    context = {"form": form, "month": asked, "page": page, "usage": page.rows, "revenue": revenue, "added": added}
    context["reserved"] = _reserved(request, asked, form)
    return _page(request, "statement", context | _statement_said(request, asked, form) | used | _sums(revenue))


def _reserved(request: SignedInRequest, month: Month, form: WhoseForm) -> list[str]:
    """What is still reserved, as sentences on the statement of this month."""
    now, is_own = timezone.now(), form.chosen == request.user or "person" not in form.fields
    if month != Month.of(now) or not _sees_balance(request, form):
        return []
    holds = reports.held_after_failure(request.user, person=form.chosen)
    return reservation.of_statement(holds, now=now, is_yours=is_own)


def _statement_said(request: SignedInRequest, month: Month, form: WhoseForm) -> dict[str, Any]:
    """The sentences of a statement; a partner reads of revenue only on their own or everyone's."""
    sees_all = reach(request.user, Thing.REVENUE) is Reach.ALL
    whose = statement_page.whose(form.chosen, request.user, sees_all="person" in form.fields)
    return {
        "whose": whose,
        "covers": statement_page.covers(month, now=timezone.now()),
        "no_usage": statement_page.no_usage(month, whose),
        "no_revenue": statement_page.no_revenue(month, everyone=sees_all),
        "shows_revenue": sees_all or form.chosen in (None, request.user),
    }


def _sees_balance(request: SignedInRequest, form: WhoseForm) -> bool:
    """Whether the viewer may see the credits that the people on this page got: their own, or everyone's."""
    is_own = "person" not in form.fields or form.chosen == request.user
    return is_own or reach(request.user, Thing.TRANSACTIONS) is Reach.ALL


@login_required
@require_safe
def costs(request: SignedInRequest) -> HttpResponse:
    form = WhoseForm(request.GET, people=_people(request, "costs"), of="costs")
    month = Month.of(timezone.now())
    if not form.is_valid():
        return _page(request, "costs", {"form": form, "month": month}, status=422)
    page = reports.costs(request.user, month, request.GET, person=form.chosen)
    total = reports.total(request.user, month, person=form.chosen)
    return _page(request, "costs", {"form": form, "month": month, "page": page, "rows": page.rows, "total": total})


@login_required
@require_safe
def revenue(request: SignedInRequest) -> HttpResponse:
    how_far = reach(request.user, Thing.REVENUE)
    if how_far is Reach.NOTHING:
        raise Http404
    partners = _people(request, "revenue")
    this_month = {"month": request.GET.get("month") or str(Month.of(timezone.now()))}
    form = MonthForm(request.GET.dict() | this_month, people=partners, of="revenue")
    if not form.is_valid():
        return _page(request, "revenue", {"form": form}, status=422)
    month, partner = form.cleaned_data["month"], form.chosen or request.user
    rows = statements.revenue(request.user, month=month, person=form.chosen)
    context = {
        "form": form,
        "month": month,
        "rows": rows,
        "due": reports.revenue_due(partner),
        "due_label": earnings.due_label(partner, everyone=partners is not None),
    }
    return _page(request, "revenue", context | _sums(rows))


@login_required
@require_safe
@part_of_page
def people(request: SignedInRequest) -> HttpResponse:
    """Suggestions for the field that chooses a person, from those whom the viewer may choose on the page `of`."""
    page = request.GET.get("of", "")
    choice = _people(request, page)
    if choice is None:
        raise Http404
    if page == "credits":  # nobody adds to their own
        choice = choice.exclude(pk=request.user.pk)
    found = directory.matching(choice, request.GET.get("person", "")[:LONGEST].replace("\0", ""), most=SUGGESTED)
    return render(request, "billing/_people.html", {"people": found})


def _people(request: SignedInRequest, page: str) -> QuerySet[User] | None:
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


def _sums(revenue: list[dict]) -> dict[str, int]:
    """The totals in the last line of the table of revenue, by column."""
    return {name: sum(row[name] for row in revenue) for name in ("paid", "free", "charged", "share")}


@login_required
@require_http_methods(["GET", "POST"])
def credits_add(request: SignedInRequest) -> HttpResponse:
    if not request.user.is_staff:
        raise PermissionDenied("Only admins can add credits. Nothing was changed.")
    choice = WhoseForm(request.GET, people=_people(request, "credits"), of="credits")
    if not choice.is_valid() or choice.chosen is None:
        return _page(
            request, "credits", {"choice": choice}, status=200 if request.method == "GET" and not choice.errors else 422
        )
    person = choice.chosen
    opened, start = request.GET.get("form", ""), f"{reverse('billing:credits-add')}?person={person.ref}"
    if request.method == "POST":
        form = CreditsForm(request.POST)
        was_added = crediting.added(form["nonce"].value())
        if form.is_valid() and _is_added(person, form, by=request.user):
            messages.success(request, ADDED_BEFORE if was_added else _added(person, form.cleaned_data))
            return redirect(start)
    elif not FORM_KEY.fullmatch(opened):
        return redirect(f"{start}&form={secrets.token_urlsafe(16)}")
    else:
        form = CreditsForm.opened(wallet_version=_version(person), nonce=opened, typed=unsent.take(request))
    context = {"choice": choice, "person": person, "form": form, "theirs": services.balance(person), "again": start}
    context["added"] = request.method == "GET" and crediting.added(opened)
    return _page(request, "credits", context, status=422 if form.errors else 200)


def _is_added(person: User, form: CreditsForm, *, by: User) -> bool:
    try:
        services.add_credits(person, by=by, **form.cleaned_data)
    except services.WalletMoved as error:
        form.add_error(None, str(error))
        form.opened_anew(wallet_version=_version(person))
    except services.LedgerError as error:
        form.add_error(None, str(error))
    return not form.errors


def _added(person: User, entered: dict[str, Any]) -> str:
    """The result of the button, with the kind of credits that the chosen type adds."""
    kind = Account.Kind(crediting.ACCOUNT[entered["source"]]).label
    return f"Added to the balance of {person}: {amount(entered['amount'])}, {kind}."


def _version(person: User) -> int:
    wallet = Wallet.objects.filter(owner=person).first()
    return wallet.version if wallet else 0


def _page(request: SignedInRequest, name: str, context: dict, *, status: int = 200) -> HttpResponse:
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
