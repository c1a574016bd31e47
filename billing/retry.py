"""Retries a transaction that PostgreSQL aborted because of a conflict with another one."""

import random
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection

CONFLICTS = {"40P01", "40001", "55P03"}  # deadlock, serialization failure, lock time-out: PostgreSQL, appendix A
ATTEMPTS = 5
PAUSE = 0.02  # seconds, doubled each time

P = ParamSpec("P")
R = TypeVar("R")


def retry_on_conflict(service: Callable[P, R]) -> Callable[P, R]:
    """Run an atomic service up to ATTEMPTS times, with random pauses.

    Inside a transaction of the caller it runs once, as only the outermost transaction can be retried.
    """

    @wraps(service)
    def retried(*args: P.args, **kwargs: P.kwargs) -> R:
        for attempt in range(ATTEMPTS - 1):
            try:
                return service(*args, **kwargs)
            except OperationalError as error:
                if connection.in_atomic_block or not _is_conflict(error):
                    raise
            time.sleep(random.uniform(0, PAUSE * 2**attempt))  # noqa: S311
        return service(*args, **kwargs)

    return retried


def _is_conflict(error: OperationalError) -> bool:
    return getattr(error.__cause__, "pgcode", None) in CONFLICTS
