"""Asks for each page 20 times after once that is not counted, and downloads the tables."""

import re
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from urllib.parse import urljoin

import psutil
import requests

from bench.figures import p95
from bench.scale.counting import OFFSETS, QUERIES, SECONDS
from bench.scale.pages import Page
from bench.scale.portal import PASSWORD
from bench.world import sign_in

ROUNDS = 20
NEXT = re.compile(r'<a\b[^>]*\brel="next"[^>]*>')
HREF = re.compile(r'\bhref="([^"]*)"')
CHUNK = 64 * 1024


@dataclass(frozen=True)
class Cost:
    """What a page costs: seconds of each request, its seconds of the processor, and the most of the rest."""

    page: Page
    seconds: list[float]
    processor: float
    queries: int
    offsets: int
    bytes: int

    @property
    def p95(self) -> float:
        return p95(self.seconds)

    def __str__(self) -> str:
        times = (self.p95, statistics.median(self.seconds), self.processor)
        shown = " ".join(f"{seconds * 1000:7.0f} ms" for seconds in times)
        return f"{shown} {self.queries:7} {self.offsets:7} {self.bytes:10,}  {self.page.name}"


HEAD = "       p95     median  processor queries offsets      bytes"


@dataclass(frozen=True)
class Download:
    path: str
    rows_per_second: float
    rows: int
    grown: float  # MB of the web process, at the most


def costs(url: str, pages: list[Page]) -> Iterator[Cost]:
    sessions = {person: sign_in(f"{url}/", f"{person}@example.com", PASSWORD) for person in {p.person for p in pages}}
    for page in pages:
        session = sessions[page.person]
        if address := _address(session, url, page):
            yield _cost(session, address, page)


def _address(session: requests.Session, url: str, page: Page) -> str:
    """Where the page is; of a list that ends before it, the last page."""
    address = f"{url}{page.path}"
    for _ in range(page.deep):
        found = NEXT.search(_get(session, address).text)
        if not found:
            break
        address = urljoin(address, unescape(HREF.search(found[0])[1]))
    return address


def _cost(session: requests.Session, address: str, page: Page) -> Cost:
    first = _get(session, address)
    seconds, processor, queries, offsets = [], [], [int(first.headers[QUERIES])], []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        answer = _get(session, address)
        seconds.append(time.perf_counter() - began)
        processor.append(float(answer.headers[SECONDS]))
        queries.append(int(answer.headers[QUERIES]))
        offsets.append(int(answer.headers[OFFSETS]))
    return Cost(page, seconds, statistics.median(processor), max(queries), max(offsets), len(answer.content))


def _get(session: requests.Session, address: str) -> requests.Response:
    answer = session.get(address, timeout=120, allow_redirects=False)
    if answer.status_code != 200:
        raise SystemExit(f"{address} answered {answer.status_code} {answer.headers.get('Location', '')}")
    return answer


def download(url: str, person: str, path: str, *, web: int) -> Download:
    """The speed of a table from its first byte to its last, and what the web process grew by meanwhile."""
    session, process = sign_in(f"{url}/", f"{person}@example.com", PASSWORD), psutil.Process(web)
    before = most = process.memory_info().rss
    lines, began = 0, time.perf_counter()
    with session.get(f"{url}{path}", stream=True, timeout=600) as answer:
        for chunk in answer.iter_content(CHUNK):
            lines += chunk.count(b"\n")
            most = max(most, process.memory_info().rss)
    return Download(path, lines / (time.perf_counter() - began), lines, (most - before) / 1e6)
