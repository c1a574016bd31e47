"""Waiting for what the workers do."""

import time
from collections.abc import Callable
from typing import TypeVar

SECONDS = 120
Answer = TypeVar("Answer")


class NotInTime(Exception):
    """A worker did not do what the demo world needs; the text says what."""


def until(look: Callable[[], Answer], what: str) -> Answer:
    """The first answer of `look` that is true, asked five times a second; raises NotInTime."""
    deadline = time.monotonic() + SECONDS
    while not (found := look()):
        if time.monotonic() > deadline:
            raise NotInTime(f"{what}: not done in {SECONDS} s")
        time.sleep(0.2)
    return found
