"""Times of pages, from the first byte sent to the last received, signed in."""

import time

import requests

from bench.figures import SAMPLES, Figure, p95
from bench.world import World, sign_in

PAGES = ["/", "/profile/", "/publish/", "/deploy/", "/deployments/", "/billing/", "/billing/transactions/"]
ROUNDS = 10


def pages(world: World) -> Figure:
    """p95 over alice's pages, five samples; the baseline is a static file from the same server."""
    session = sign_in(world.url, "alice@example.com", "demo-portal")
    addresses = [world.url.rstrip("/") + page for page in PAGES]
    _times(session, addresses)  # templates are compiled at first use
    return Figure(
        "page.p95",
        f"95th percentile of {len(PAGES)} pages of a partner",
        "s",
        samples=[p95(_times(session, addresses * ROUNDS)) for _ in range(SAMPLES)],
        baseline=[p95(_times(session, [f"{world.url}static/favicon.svg"] * ROUNDS)) for _ in range(SAMPLES)],
        baseline_is="a static file from the same server",
    )


def _times(session: requests.Session, addresses: list[str]) -> list[float]:
    samples = []
    for address in addresses:
        began = time.perf_counter()
        answer = session.get(address, timeout=30, allow_redirects=False)
        samples.append(time.perf_counter() - began)
        if answer.status_code != 200:
            raise SystemExit(f"{address} answered {answer.status_code}")
    return samples
