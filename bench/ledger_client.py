"""One process of `bench.ledger`: fills the ledger, or moves credits until the time is over."""

import json
import os
import random
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import django

django.setup()

from accounts.models import User  # noqa: E402
from billing import services  # noqa: E402

PLENTY = 10**15


def fill(wallets: int) -> None:
    admin = User.objects.create(email="admin@example.com", is_staff=True)
    for number in range(wallets):
        user = User.objects.create(email=f"user{number}@example.com")
        services.open_cost_centre(
            owner=user, deployment_ref=f"d{number}", deployment_name="bench", module_title="Bench"
        )
        services.add_credits(
            user, amount=PLENTY, source="award", reason="bench", by=admin, nonce=user.ref, wallet_version=0
        )


def move(wallets: int, start: float, seconds: float) -> list[float]:
    """Milliseconds of each movement; alternately a hold and its capture, each pair for a deployment of its own."""
    owners = list(User.objects.filter(cost_centres__isnull=False).order_by("pk").distinct()[:wallets])
    times: list[float] = []
    number = 0
    time.sleep(max(0.0, start - time.time()))
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        owner, number = random.choice(owners), number + 1
        run = f"{os.getpid()}-{number}"[:10]
        centre = services.open_cost_centre(
            owner=owner, deployment_ref=run, deployment_name="bench", module_title="Bench"
        )
        key = f"run:{run}:hold:{wallets}"
        hold = _timed(times, partial(services.hold, owner, amount=1, key=key, run=run, cost_centre=centre, by=owner))
        _timed(times, partial(services.capture, hold))
    return times


def _timed(times: list[float], movement: Callable[[], Any]) -> Any:
    began = time.perf_counter()
    result = movement()
    times.append((time.perf_counter() - began) * 1_000)
    return result


if __name__ == "__main__":
    verb, *numbers = sys.argv[1:]
    if verb == "fill":
        fill(int(numbers[0]))
    else:
        print(json.dumps(move(int(numbers[0]), *map(float, numbers[1:]))))
