from functools import partial
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.views.decorators.http import require_safe

from accounts.readers import all_of
from accounts.requests import SignedInRequest
from accounts.scoping import Thing
from billing import movements
from billing.forms import MovementsForm
from billing.transactions_csv import HEADINGS, row
from billing.views import shared
from foundation.csv_tables import ROWS, csv_download

PER_PAGE = 25


@login_required
@require_safe
def transactions(request: SignedInRequest) -> HttpResponse:
    form = _movements_form(request)
    everyone = "person" in form.fields
    if not form.is_valid():
        return shared.page(request, "transactions", {"form": form, "everyone": everyone}, status=422)
    page = movements.page(_wanted(request, form), request.GET, size=PER_PAGE)
    context = {"form": form, "everyone": everyone, "page": page, "rows": page.rows}
    return shared.page(request, "transactions", context)


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
    return MovementsForm(request.GET, people=shared.people_of(request, "transactions"), of="transactions")


def _wanted(request: SignedInRequest, form: Any) -> movements.Wanted:
    data = form.cleaned_data
    return movements.Wanted(request.user, person=form.chosen, text=data["q"], start=data["from"], end=data["to"])
