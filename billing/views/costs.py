from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.requests import SignedInRequest
from billing import reports
from billing.forms import WhoseForm
from billing.months import Month
from billing.views import shared


@login_required
@require_safe
def costs(request: SignedInRequest) -> HttpResponse:
    form = WhoseForm(request.GET, people=shared.people_of(request, "costs"), of="costs")
    month = Month.of(timezone.now())
    if not form.is_valid():
        return shared.page(request, "costs", {"form": form, "month": month}, status=422)
    page = reports.costs(request.user, month, request.GET, person=form.chosen)
    total = reports.total(request.user, month, person=form.chosen)
    return shared.page(
        request, "costs", {"form": form, "month": month, "page": page, "rows": page.rows, "total": total}
    )
