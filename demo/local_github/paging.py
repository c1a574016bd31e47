"""Pagination as GitHub does it: `per_page`, `page`, and a Link header (RFC 5988)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from demo.local_github.http import Request

DEFAULT_SIZE, LARGEST_SIZE = 30, 100


@dataclass(frozen=True)
class Paged:
    """One page of a list, the links to its neighbours, and further headers."""

    items: list
    link: str
    headers: dict[str, str] = field(default_factory=dict)


def page_of(request: Request) -> tuple[int, int]:
    """Return the page's number, from 1, and its size; invalid values are ignored."""
    number = _number(request.query.get("page"), 1)
    size = min(_number(request.query.get("per_page"), DEFAULT_SIZE), LARGEST_SIZE)
    return number, size


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isdecimal() and int(text) > 0 else default


def paged(request: Request, base: str, rows: Sequence[Any]) -> Paged:
    """Return the requested page of `rows`."""
    number, size = page_of(request)
    start = (number - 1) * size
    link = links(request, base, number=number, last=max(1, -(-len(rows) // size)))
    return Paged(list(rows[start : start + size]), link)


def links(request: Request, base: str, *, number: int, last: int) -> str:
    neighbours = []
    if number > 1:
        neighbours += [("prev", min(number - 1, last)), ("first", 1)]
    if number < last:
        neighbours += [("next", number + 1), ("last", last)]
    targets = ((name, urlencode(request.query | {"page": str(page)})) for name, page in neighbours)
    return ", ".join(f'<{base}{request.path}?{query}>; rel="{name}"' for name, query in targets)
