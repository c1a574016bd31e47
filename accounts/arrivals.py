"""The page behind an invitation's link. Its address is a secret, so nobody is asked to sign in for it."""

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import invitations, sign_up
from accounts.entrance import AcceptanceForm
from accounts.models import Invitation, User


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    row = invitations.find(token, now=timezone.now())
    if row is None:
        return _refusal(
            request, "It expired, was used already, or is no longer valid. Nothing was changed.", status=404
        )
    if request.user.is_authenticated:
        messages.info(request, f"Sign out first, then open the link for {row.email} again.")
        return redirect(f"{reverse('account_logout')}?{urlencode({'next': request.path})}")
    form = AcceptanceForm(User(email=row.email), request.POST or None)
    if not form.is_valid():
        context = {"form": form, "row": row, "lead": sign_up.invitation(row)}
        return render(request, "accounts/invitation.html", context, status=422 if form.is_bound else 200)
    return _accept(request, row, form)


def _accept(request: HttpRequest, row: Invitation, form: AcceptanceForm) -> HttpResponse:
    chosen = form.cleaned_data
    names = {"first_name": chosen["first_name"], "last_name": chosen["last_name"]}
    try:
        person = invitations.accept(row, password=chosen["password1"], **names)
    except invitations.NotAcceptable as error:
        return _refusal(request, str(error), status=409)
    record_authentication(request, person, method="password")
    return perform_login(request, person)


def _refusal(request: HttpRequest, text: str, *, status: int) -> HttpResponse:
    return render(request, "accounts/invitation_refused.html", {"text": text}, status=status)
