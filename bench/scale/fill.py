"""`python -m bench.scale.fill <per cent> <folder>`: fills an empty database, and prints how long each part took."""

import json
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import django
from django.db import transaction
from django.utils import timezone

django.setup()

from bench.scale import money, people, repositories, rows, work  # noqa: E402
from bench.scale.portal import FACTS  # noqa: E402
from bench.scale.size import Size  # noqa: E402
from billing import granting, verify  # noqa: E402
from deployments import recount  # noqa: E402

RUNS_AT_ONCE = 3_000


def main() -> None:
    size, folder = Size(float(sys.argv[1])), Path(sys.argv[2])
    rows.run(rows.REF)
    rows.run("SET work_mem = '256MB'; SET maintenance_work_mem = '256MB'")
    steps = {
        "people": lambda: people.fill(size),
        "repositories": lambda: repositories.fill(size, folder / "github"),
        "plan": lambda: _plan(size),
        "deployments": work.fill_deployments,
        "ledger": money.fill,
        "runs": lambda: _runs(size),
        "statistics": lambda: rows.run("VACUUM ANALYZE"),
        "months": lambda: granting.run(_last_month()),
        "grants": lambda: granting.run(timezone.now()),
        "verify": _verify,
        "again": lambda: rows.run("VACUUM ANALYZE"),
    }
    facts = {"percent": size.percent, "seconds": {name: _timed(name, step) for name, step in steps.items()}}
    (folder / FACTS).write_text(json.dumps(facts, indent=2) + "\n")


def _timed(name: str, step: Callable[[], object]) -> float:
    began = time.perf_counter()
    if name in ("plan", "deployments", "ledger"):
        with transaction.atomic():
            step()
    else:
        step()
    took = time.perf_counter() - began
    print(f"{name}: {took:.1f} s", flush=True)
    return took


def _last_month() -> datetime:
    """When the task for grants would have run last before this month's became due."""
    return timezone.now().replace(day=1, hour=0, minute=0, second=0, microsecond=0) - timedelta(minutes=10)


def _plan(size: Size) -> None:
    work.plan(size)
    money.plan(size)


def _runs(size: Size) -> None:
    for first in range(1, size.runs + 1, RUNS_AT_ONCE):
        with transaction.atomic():
            work.fill_runs(size, first, first + RUNS_AT_ONCE - 1)
    with transaction.atomic():
        work.fill_states(size)


def _verify() -> None:
    if faults := verify.faults() or recount.faults():
        raise SystemExit(f"What is kept is wrong: {faults[:3]}")


if __name__ == "__main__":
    main()
