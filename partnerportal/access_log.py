"""Keeps secrets out of logs: of an address with a key, the route is written in its place.

Links of e-mails and signed addresses hold keys in their path. Only numbers, versions and public references are written
as they are, so that a route of later work is safe without an entry here. Query strings are never written.
"""

import logging
import re
from functools import lru_cache
from typing import Any
from urllib.parse import quote, unquote

from django.conf import settings
from django.urls import Resolver404, resolve

PLAIN = re.compile(r"[0-9.]{1,20}|[a-z][a-z2-7]{9}")  # a number, a version, or a reference as of foundation.refs
REMEMBERED = 200  # characters of a path; longer ones are looked up each time
REQUESTED = 2  # where uvicorn's record holds path and query: address, method, path, version, status


class WithoutSecrets(logging.Filter):
    """Rewrites the paths in records of uvicorn's access log, and in Django's about refused requests."""

    def filter(self, record: logging.LogRecord) -> bool:
        if not isinstance(record.args, tuple):
            return True
        request = getattr(record, "request", None)
        if record.name == "uvicorn.access" and len(record.args) > REQUESTED:
            record.args = _changed(record.args, str(record.args[REQUESTED]))
        elif path := getattr(request, "path", None):
            record.args = _changed(record.args, path)
        return True


def _changed(arguments: tuple[Any, ...], path: str) -> tuple[Any, ...]:
    written = {path, path.encode("unicode_escape").decode("ascii")}  # Django escapes what it logs
    return tuple(shown(path) if each in written else each for each in arguments)


def shown(address: str) -> str:
    """A path as logs show it, without its query: itself, its route, or the start of one that leads nowhere.

    It is quoted, so that no line break in it begins a line of the log.
    """
    path = unquote(address.partition("?")[0])
    return (_remembered if len(path) <= REMEMBERED else _written)(path)


def _written(path: str) -> str:
    if path.startswith(f"/{settings.STATIC_URL.strip('/')}/"):
        return quote(path)
    for tried in (path, f"{path}/"):
        try:
            found = resolve(tried)
        except Resolver404:
            continue
        values = map(str, [*found.args, *found.kwargs.values()])
        return quote(path) if all(map(PLAIN.fullmatch, values)) else f"/{found.route.replace('^', '').rstrip('$')}"
    first, *rest = path.lstrip("/").split("/")
    return f"/{quote(first)}/…" if rest else f"/{quote(first)}"


_remembered = lru_cache(maxsize=1_000)(_written)  # to find a route takes longer than to write its line
