from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.requests import SignedInRequest
from partnerportal import start as start_page


@login_required
@require_safe
def start(request: SignedInRequest) -> HttpResponse:
    return render(request, "start.html", start_page.page(request.user, now=timezone.now()))
