"""What a request gets while PostgreSQL is away: 503, a page that says so, and parts of pages that ask again."""

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django_htmx.http import reselect, reswap, retarget

from partnerportal.error_pages import PAGES

AGAIN_SECONDS = 5
# SQLSTATE classes of a server that cannot serve now: connection, resources (too many connections), operator
# (shutdown, crash, start). Others, as of a deadlock, are errors of ours. PostgreSQL's manual, appendix A.
AWAY = ("08", "53", "57P")
READING = ("GET", "HEAD")
FORM = (
    "It cannot reach its database. Nothing was changed. Wait a moment, then reload this page: "
    "your browser sends what you typed again."
)
PART = "It cannot reach its database. This page tries again every few seconds."
PART_THAT_SAVES = (
    "It cannot reach its database. Nothing was changed, and what you typed is still here. Try again in a moment."
)


def is_one(error: BaseException | None) -> bool:
    """Whether the request failed because there is no database to ask. Without a code the server did not answer."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    code = getattr(error.__cause__, "pgcode", None)
    return code is None or code.startswith(AWAY)


def answer(request: HttpRequest) -> HttpResponse:
    """503 with Retry-After. It reads no row, so it has neither person nor theme."""
    response = _part(request) if "HX-Request" in request.headers else _page(request)
    response.headers["Retry-After"] = str(AGAIN_SECONDS)
    return response


def _page(request: HttpRequest) -> HttpResponse:
    is_reading = request.method in READING
    response = HttpResponse(render_to_string("503.html", {"text": "" if is_reading else FORM}), status=503)
    if is_reading:  # the browser asks again; it would do so with a form's address, but without what was typed
        response.headers["Refresh"] = str(AGAIN_SECONDS)
    return response


def _part(request: HttpRequest) -> HttpResponse:
    """A message over the page, which stays; static/js/again.js asks for what was only read again."""
    is_reading = request.method in READING
    text = f"{PAGES['503'].title}. {PART if is_reading else PART_THAT_SAVES}"
    message = {"text": text, "level": "error", "asks_again": is_reading}
    response = HttpResponse(render_to_string("includes/_toasts.html", message), status=503)
    return reselect(reswap(retarget(response, "body"), "beforeend"), ".toasts")
