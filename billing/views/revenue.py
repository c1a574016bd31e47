from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.requests import SignedInRequest
from accounts.scoping import Reach, Thing, reach
from billing import earnings, reports, statements
from billing.forms import MonthForm
from billing.months import Month
from billing.views import shared


@login_required
@require_safe
def revenue(request: SignedInRequest) -> HttpResponse:
    how_far = reach(request.user, Thing.REVENUE)
    if how_far is Reach.NOTHING:
        raise Http404
    partners = shared.people_of(request, "revenue")
    this_month = {"month": request.GET.get("month") or str(Month.of(timezone.now()))}
    form = MonthForm(request.GET.dict() | this_month, people=partners, of="revenue")
    if not form.is_valid():
        return shared.page(request, "revenue", {"form": form}, status=422)
    month, partner = form.cleaned_data["month"], form.chosen or request.user
    rows = statements.revenue(request.user, month=month, person=form.chosen)
    context = {
        "form": form,
        "month": month,
        "rows": rows,
        "due": reports.revenue_due(partner),
        "due_label": earnings.due_label(partner, everyone=partners is not None),
    }
    return shared.page(request, "revenue", context | shared.sums(rows))
