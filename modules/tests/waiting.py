"""Waiting for what a worker does."""

import time

from modules.models import Scan


def wait_until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"still {list(Scan.objects.values())}"
        time.sleep(0.1)
