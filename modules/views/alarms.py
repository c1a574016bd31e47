"""The page of all alarms of a publisher: they are dismissed by cause, with one reason."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.publisher import side_of
from accounts.requests import SignedInRequest
from foundation.paragraphs import counted
from modules.forms.publishing import DismissalForm
from modules.publishing import alarms


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def alarm_list(request: SignedInRequest) -> HttpResponse:
    side = side_of(request)
    form: forms.Form | None = None
    if request.method == "POST":
        form = DismissalForm(request.POST)
        if form.is_valid():
            number = alarms.dismiss(side.owner, by=request.user, **form.cleaned_data)
            messages.success(request, f"{counted(number, 'alarm')} dismissed.")
            return redirect(reverse("modules:alarm-list") + side.query)
    causes = alarms.causes(side.owner)
    context = {
        "side": side,
        "causes": causes,
        "newest": max((alarm.pk for cause in causes for alarm in cause.alarms), default=0),
        "summary": counted(sum(cause.number for cause in causes), "alarm"),
        "form": form,
    }
    return render(request, "modules/alarms.html", context, status=422 if form else 200)
