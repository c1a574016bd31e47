"""Waiting for the workers."""

import time
from collections.abc import Callable
from typing import TypeVar

SECONDS = 120
Answer = TypeVar("Answer")


class NotInTime(Exception):
    """A worker did not finish something that the demo world needs; the message says what."""


def until(look: Callable[[], Answer], what: str) -> Answer:
    """Polls `look` five times a second and returns its first true result; raises NotInTime."""
    deadline = time.monotonic() + SECONDS
    while not (found := look()):
        if time.monotonic() > deadline:
            raise NotInTime(f"{what}: not done in {SECONDS} s")
        time.sleep(0.2)
    return found
