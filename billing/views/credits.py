import re
import secrets
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts import unsent
from accounts.models import User
from accounts.requests import SignedInRequest
from billing import crediting, services
from billing.forms import CreditsForm, PayeeForm
from billing.models import Account, Wallet
from billing.views import shared
from foundation.credits import amount

FORM_KEY = re.compile(r"[\w-]{16,60}", re.ASCII)
ADDED_BEFORE = "These credits were added before. Nothing was added again."


@login_required
@require_http_methods(["GET", "POST"])
def credits_add(request: SignedInRequest) -> HttpResponse:
    if not request.user.is_staff:
        raise PermissionDenied("Only admins can add credits. Nothing was changed.")
    people = shared.people_of(request, "credits")
    choice = PayeeForm(request.GET, people=people, of="credits", by=request.user)
    if not choice.is_valid() or choice.chosen is None:
        return shared.page(
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
    return shared.page(request, "credits", context, status=422 if form.errors else 200)


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
