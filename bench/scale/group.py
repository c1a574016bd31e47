"""Makes the world, or takes a finished one, and measures in it.

SCALE_WORLD is a folder that keeps the world (default: a temporary one), SCALE_PERCENT its size when it is made.
"""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2

from bench.figures import Figure
from bench.scale import measuring
from bench.scale.pages import TABLES, facts, pages
from bench.scale.portal import FACTS, Portal
from bench.scale.size import Size

WHOLE = "100"


def scale() -> list[Figure]:
    with _folder() as folder:
        portal = Portal(folder)
        try:
            portal.run("-m", "django", "migrate", "-v0", "--skip-checks")
            if not (folder / FACTS).exists():
                portal.run("-m", "bench.scale.fill", os.environ.get("SCALE_PERCENT") or WHOLE, str(folder))
            made = json.loads((folder / FACTS).read_text())
            return [*_pages(portal, Size(made["percent"])), *_tables(portal), _periodic(portal), *_making(made)]
        finally:
            portal.stop()


@contextmanager
def _folder() -> Iterator[Path]:
    if kept := os.environ.get("SCALE_WORLD"):
        yield Path(kept)
        return
    with tempfile.TemporaryDirectory(prefix="portal-scale-") as made:
        yield Path(made)


def _pages(portal: Portal, size: Size) -> list[Figure]:
    portal.serve()
    with psycopg2.connect(portal.environment["DATABASE_URL"]) as connection, connection.cursor() as cursor:
        known = facts(cursor, size.large_run)
    found = list(measuring.costs(portal.url, pages(known)))
    print(measuring.HEAD, *sorted(found, key=lambda cost: -cost.p95), sep="\n")
    slowest = max(found, key=lambda cost: cost.p95)
    asking = max(found, key=lambda cost: cost.queries)
    largest = max(found, key=lambda cost: cost.bytes)
    processor = [cost.processor for cost in found]
    skipping = [cost.page.name for cost in found if cost.offsets]
    return [
        Figure("scale.pages_p95", f"slowest of {len(found)} pages: {slowest.page.name}", "s", [slowest.p95]),
        Figure("scale.processor", "time of the processor, of each page its median", "s", processor),
        Figure("scale.queries", f"most of a page: {asking.page.name}", "queries", [asking.queries]),
        Figure("scale.bytes", f"largest page: {largest.page.name}", "B", [largest.bytes]),
        Figure("scale.offsets", f"pages that skip rows: {', '.join(skipping) or 'none'}", "pages", [len(skipping)]),
    ]


def _tables(portal: Portal) -> list[Figure]:
    """In a web server that has answered nothing else, as memory is not given back."""
    figures = []
    for person, path in TABLES:
        portal.serve()
        found = measuring.download(portal.url, person, path, web=portal.web)
        name = f"scale.csv_{path.strip('/').partition('.')[0].replace('/', '_')}"
        what = f"{path} as {person}, {found.rows:,} rows, {found.grown:.0f} MB more memory at the most"
        figures.append(Figure(name, what, "rows/s", [found.rows_per_second]))
    return figures


def _periodic(portal: Portal) -> Figure:
    costs = json.loads(portal.ask("-m", "bench.scale.periodic"))
    slowest = max(costs, key=costs.get)
    return Figure("scale.periodic", f"database, costliest of {len(costs)} tasks: {slowest}", "s", [costs[slowest]])


def _making(made: dict) -> list[Figure]:
    seconds = made["seconds"]
    return [
        Figure("scale.make", f"making the world at {made['percent']:g} %", "s", [sum(seconds.values())]),
        Figure("scale.scans", "of that, reading and publishing its repositories", "s", [seconds["repositories"]]),
        Figure("scale.grants", "of that, a month's grants of all partners", "s", [seconds["grants"]]),
        Figure("scale.verify", "of that, ledger_verify", "s", [seconds["verify"]]),
    ]
