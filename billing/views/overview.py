from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.requests import SignedInRequest
from billing import movements, overview_page, reports, services
from billing.charts import spending_chart
from billing.months import Month
from billing.views import shared

NEWEST = 5


@login_required
@require_safe
def overview(request: SignedInRequest) -> HttpResponse:
    now, person = timezone.now(), request.user
    month, use = Month.of(now), reports.use(person, now=now)
    context = {
        "month": month,
        "spending": use.months,
        "chart": spending_chart(use.months),
        "modules": reports.by_module(person, month),
        "rows": movements.newest(person, number=NEWEST),
    }
    return shared.page(request, "overview", context | _balance(person, now, pace=use.pace))


def _balance(person: User, now: datetime, *, pace: int) -> dict:
    balance = services.balance(person, now=now)
    return {
        "balance": balance,
        "balance_label": overview_page.balance_label(balance),
        "expiring": reports.first_to_expire(person, now=now),
        "next_grant": reports.next_grant(person, now=now),
        "no_grant": overview_page.no_grant(is_partner=person.is_partner),
        "pace": overview_page.pace(pace, posted=balance.posted, is_admin=person.is_staff),
        "reserved_for": overview_page.reserved_for(reports.held(person)),
    }
