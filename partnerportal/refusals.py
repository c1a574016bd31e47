"""Answers to requests that are not read or not served: short pages, which need no place and no database."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from functools import cache
from typing import Any, TypeAlias

from csp.utils import build_policy
from django.http import HttpResponse
from django.template.loader import render_to_string
from django_htmx.http import reselect, reswap, retarget

from partnerportal.error_pages import PAGES

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = Mapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

RETRY_AFTER = {"429_address": 10, "503": 5, "503_busy": 5, "503_streams": 5, "503_uploads": 30}  # seconds
# A browser shows an answer only when it has sent its request: what it still sends is dropped, within these bounds.
DROPPED_BYTES = 16 * 1024**2
DROPPED_SECONDS = 5
BODY = (b"content-length", b"transfer-encoding")  # headers of a request that has one


class Refused(Exception):
    """A request that is not read or not served; `name` is that of its page in error_pages.py."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def refusal(name: str, *, by_htmx: bool) -> HttpResponse:
    """The answer. A form that is too large stays on its page, with a message, where htmx has sent it."""
    if by_htmx and name.startswith("413"):
        answer = HttpResponse(_message(name), status=422)
        reselect(reswap(retarget(answer, "body"), "beforeend"), ".toasts")
    else:
        answer = HttpResponse(_page(name), status=int(PAGES[name].code))
        answer["Content-Security-Policy"] = _policy()
    answer["Cache-Control"] = "no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    if name in RETRY_AFTER:
        answer["Retry-After"] = str(RETRY_AFTER[name])
    return answer


async def refuse(name: str, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer at once, drop what the client was still sending, and close the connection."""
    answer = refusal(name, by_htmx=any(header == b"hx-request" for header, _ in scope["headers"]))
    fields = {**answer.headers, "Content-Length": str(len(answer.content)), "Connection": "close"}
    headers = [(field.lower().encode(), value.encode()) for field, value in fields.items()]
    await send({"type": "http.response.start", "status": answer.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": answer.content, "more_body": True})
    if any(header in BODY for header, _ in scope["headers"]):
        await _drop(receive)
    await send({"type": "http.response.body", "body": b""})


async def _drop(receive: Receive) -> None:
    dropped, more = 0, True
    try:
        async with asyncio.timeout(DROPPED_SECONDS):
            while more and dropped < DROPPED_BYTES:
                message = await receive()
                dropped += len(message.get("body", b""))
                more = message.get("more_body", False)
    except TimeoutError:
        return


@cache
def _page(name: str) -> str:
    return render_to_string("refused.html", {"name": name, "title": PAGES[name].title})


@cache
def _message(name: str) -> str:
    kept = "Nothing was changed, and what you typed is still here. Remove some rows, then try again."
    return render_to_string("includes/_toasts.html", {"text": f"{PAGES[name].title}. {kept}", "level": "error"})


@cache
def _policy() -> str:
    return build_policy()
