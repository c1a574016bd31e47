from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.template.response import TemplateResponse
from django.urls import is_valid_path
from django.utils.cache import patch_cache_control
from django.utils.deprecation import MiddlewareMixin
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.csrf import csrf_failure
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from accounts import unsent
from foundation.remembered import remembering

# Error texts of psycopg for the character NUL, of Django for a key in the admin's URL that is no number, and of Python
# for a year there that no calendar has.
UNSTORABLE = ("NUL (0x00)", "expected a number but got", "is out of range")
SIGNED_OUT = {  # by whether the portal keeps what was typed
    True: "You were signed out. Nothing was sent, and what you typed is kept. Sign in to continue.",
    False: "You were signed out. Nothing was saved. Sign in, then try again.",
}
GONE = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
SIGNED_IN_AGAIN = "You signed in again since you opened this form. What you typed is kept. Send it again."


class ReadsOnce:
    """Lets a request read once what it asks for more often (foundation/remembered.py)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with remembering():
            return self.get_response(request)


class UnreadableIs400(MiddlewareMixin):
    """Answers 400 to requests that cannot be decoded or stored; plain text, as a page would read them again."""

    def process_request(self, request: HttpRequest) -> HttpResponseBadRequest | None:
        if "\0" in request.COOKIES.get(settings.SESSION_COOKIE_NAME, ""):
            return self._refusal()
        is_form = request.content_type == "application/x-www-form-urlencoded"
        if is_form and (request.encoding or "utf-8").lower() != "utf-8":
            return self._refusal()
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBadRequest | None:
        is_unstorable = isinstance(exception, ValueError) and any(mark in str(exception) for mark in UNSTORABLE)
        return self._refusal() if is_unstorable else None

    def _refusal(self) -> HttpResponseBadRequest:
        return HttpResponseBadRequest("The portal cannot read this request.", content_type="text/plain")


class NothingIsKept(MiddlewareMixin):
    """Forbids browsers and proxies to keep any answer, whoever asked: Back then asks for the page of now.

    Static files do not pass here.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        patch_cache_control(response, private=True, no_store=True)
        return response


class InvalidFormIs422(MiddlewareMixin):
    """Answers 422 to invalid forms in allauth's views, as our own views do."""

    def process_template_response(self, request: HttpRequest, response: TemplateResponse) -> TemplateResponse:
        form = (response.context_data or {}).get("form")
        if request.method == "POST" and response.status_code == 200 and getattr(form, "errors", None):
            response.status_code = 422
        return response


class HtmxRequest(HttpRequest):
    """A request after HtmxMiddleware. For signatures only: never instantiated."""

    htmx: HtmxDetails


class LeadsToThePage(MiddlewareMixin):
    """Leads a browser to a whole page from the addresses of parts and of actions, and after a session has ended.

    A page whose parts are gone, or no longer for this person, loads again, and then says so.

    Terraform, GitHub and htmx do not navigate: they get what the view answers.
    """

    def process_view(self, request: HttpRequest, view: Any, *_: Any) -> HttpResponse | None:
        if getattr(view, "is_part", False) and _navigates(request):
            return redirect(_page_above(request))
        return None

    def process_response(self, request: HtmxRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and _navigates(request):
            return redirect(_page_above(request))
        if response.status_code in GONE and request.htmx and _is_part(request):
            response.headers["HX-Refresh"] = "true"
        asks_to_sign_in = response.get("Location", "").startswith(f"{resolve_url(settings.LOGIN_URL)}?next=")
        if not asks_to_sign_in or not (request.htmx or request.method == "POST"):
            return response
        if request.method == "POST":
            messages.info(request, SIGNED_OUT[unsent.keep(request)])
        address = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': _sender(request)}, safe='/')}"
        return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


def form_too_old(request: HtmxRequest, reason: str = "") -> HttpResponse:
    """CSRF_FAILURE_VIEW: a form from before the person signed in again comes back with what was typed."""
    if not request.user.is_authenticated or not unsent.keep(request):
        return csrf_failure(request, reason)
    messages.info(request, SIGNED_IN_AGAIN)
    address = _sender(request)
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


def _is_part(request: HttpRequest) -> bool:
    return getattr(request.resolver_match and request.resolver_match.func, "is_part", False)


def _navigates(request: HttpRequest) -> bool:
    return request.method in ("GET", "HEAD") and "text/html" in request.headers.get("Accept", "")


def _page_above(request: HttpRequest) -> str:
    """The nearest address above this one that exists, with the same query."""
    path = request.path
    while path != "/":
        path = path.rstrip("/").rpartition("/")[0] + "/"
        if is_valid_path(path):
            break
    return f"{path}?{query}" if (query := request.META.get("QUERY_STRING", "")) else path


def _sender(request: HtmxRequest) -> str:
    """The page that sent this request, if the browser says so and it is ours; otherwise the address itself."""
    sender = request.htmx.current_url if request.htmx else request.headers.get("Referer")
    try:
        page = urlsplit(sender or "")._replace(scheme="", netloc="", fragment="").geturl()
    except ValueError:  # such as brackets around what is no IPv6 address
        return request.get_full_path()
    hosts = {request.get_host()}
    is_ours = all(url_has_allowed_host_and_scheme(url, hosts) for url in (sender, page))
    return page if is_ours else request.get_full_path()
