"""One at a time: a periodic work that another process is at already is left to it; a second beat is harmless."""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import connection


def alone(work: Callable[..., None]) -> Callable[..., None]:
    """Have `work` return at once while it goes on elsewhere; PostgreSQL ends the lock of a process that dies."""
    number = lock_number(work)

    @wraps(work)
    def guarded(*args: Any, **options: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
            if not cursor.fetchone()[0]:
                return
            try:
                work(*args, **options)
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [number])

    return guarded


def lock_number(work: Callable[..., None]) -> int:
    """The key of its advisory lock: 64 bits of its full name."""
    name = f"{work.__module__}.{work.__qualname__}"
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
