import asyncio

import pytest
from django.urls import reverse

from partnerportal.limit import Limited


class Busy:
    """An application whose requests block until they are released."""

    def __init__(self):
        self.inside = 0
        self.gate = asyncio.Event()

    async def __call__(self, scope, receive, send):
        self.inside += 1
        await self.gate.wait()
        self.inside -= 1


async def serve(paths, *, at_once, scope_type="http"):
    """How many of these requests run at the same time, and how many remain after their release."""
    busy = Busy()
    limited = Limited(busy, at_once=at_once)
    requests = [asyncio.create_task(limited({"type": scope_type, "path": path}, None, None)) for path in paths]
    await asyncio.sleep(0.01)
    together = busy.inside
    busy.gate.set()
    await asyncio.gather(*requests)
    return together, busy.inside


def test_requests_beyond_the_limit_wait_and_are_served_later():
    assert asyncio.run(serve(["/deploy/"] * 10, at_once=3)) == (3, 0)


def test_live_logs_do_not_count():
    logs = [reverse("deployments:run-log", args=["k7f3kabcde", 3])] * 10
    assert asyncio.run(serve([*logs, "/deploy/", "/deploy/"], at_once=1)) == (11, 0)


def test_a_busy_server_still_says_that_it_is_alive_and_not_that_it_is_ready():
    assert asyncio.run(serve(["/deploy/", "/livez", "/livez", "/readyz"], at_once=1)) == (3, 0)


@pytest.mark.parametrize(
    "path",
    [
        "/livez/",
        "/livez\n",
        "/deployments/",
        "/x/deployments/a/runs/1/log/",
        "/deployments/a/runs/1/log.txt",
        "/deployments/a/runs/1/log/\n",
    ],
)
def test_only_a_live_log_is_one(path):
    assert asyncio.run(serve([path] * 4, at_once=2)) == (2, 0)


def test_a_request_that_fails_gives_its_place_back():
    async def fails(scope, receive, send):
        raise ValueError("no")

    async def twice():
        limited = Limited(fails, at_once=1)
        for _ in range(2):
            with pytest.raises(ValueError, match="no"):
                await asyncio.wait_for(limited({"type": "http", "path": "/"}, None, None), 1)

    asyncio.run(twice())
