import sys

from django.contrib.auth.decorators import login_required
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views import defaults
from django.views.decorators.http import require_safe

from accounts.requests import SignedInRequest
from partnerportal import outage
from partnerportal import start as start_page
from partnerportal.refusals import refusal


def unreadable(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """The page for a request that cannot be read. It has no person, as reading them may have failed."""
    if not isinstance(exception, RequestDataTooBig | TooManyFieldsSent):
        return defaults.bad_request(request, exception)
    return refusal("413", by_htmx="HX-Request" in request.headers)


def failed(request: HttpRequest) -> HttpResponseBase:
    """Django calls it while it handles the exception, wherever that was raised: in a view, a template, a middleware."""
    if outage.is_one(sys.exc_info()[1]):
        return outage.answer(request)
    return defaults.server_error(request)


@login_required
@require_safe
def start(request: SignedInRequest) -> HttpResponse:
    return render(request, "start.html", start_page.page(request.user, now=timezone.now()))
