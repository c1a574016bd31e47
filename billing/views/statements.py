from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.requests import SignedInRequest
from accounts.scoping import Reach, Thing, reach
from billing import reports, reservation, statement_list, statement_page, statements
from billing.forms import WhoseForm
from billing.months import Month
from billing.views import shared


@login_required
@require_safe
def invoices(request: SignedInRequest) -> HttpResponse:
    form = WhoseForm(request.GET, people=shared.people_of(request, "invoices"), of="invoices")
    if not form.is_valid():
        return shared.page(request, "invoices", {"form": form}, status=422)
    after = statement_list.Key.parse(request.GET.get("after", ""), request.user)
    page = statement_list.find(request.user, now=timezone.now(), person=form.chosen, after=after)
    context = {"form": form, "page": page, "after": after, "this_month": Month.of(timezone.now())}
    of_others = "person" in form.fields and reach(request.user, Thing.TRANSACTIONS) is not Reach.ALL
    said = {"months": statement_page.months(sees_usage_alone=of_others), "shows_added": _sees_balance(request, form)}
    return shared.page(request, "invoices", context | said)


@login_required
@require_safe
def statement(request: SignedInRequest, month: str) -> HttpResponse:
    asked = Month.parse(month)
    if asked is None or asked > Month.of(timezone.now()):
        raise Http404
    form = WhoseForm(request.GET, people=shared.people_of(request, "invoices"), of="invoices")
    if not form.is_valid():
        context = {"form": form, "month": asked, "covers": statement_page.covers(asked, now=timezone.now())}
        return shared.page(request, "statement", context, status=422)
    page = statements.usage(request.user, request.GET, month=asked, person=form.chosen)
    used = statements.used(request.user, month=asked, person=form.chosen)
    revenue = statements.revenue(request.user, month=asked, person=form.chosen)
    added = statements.added(request.user, month=asked, person=form.chosen) if _sees_balance(request, form) else []
    if not (page.rows or revenue or added) and statements.is_before_the_portal(asked):
        raise Http404
    context = {"form": form, "month": asked, "page": page, "usage": page.rows, "revenue": revenue, "added": added}
    context["reserved"] = _reserved(request, asked, form)
    return shared.page(
        request, "statement", context | _statement_said(request, asked, form) | used | shared.sums(revenue)
    )


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
