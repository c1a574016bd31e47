"""Periodic work under an advisory lock: a second run at the same time, as from a second beat, returns at once."""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import connection


def alone(work: Callable[..., None]) -> Callable[..., None]:
    """Decorator: `work` returns at once while another process runs it. PostgreSQL releases a dead process's lock."""
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


def lock_number(work: Callable[..., object]) -> int:
    """The key of the advisory lock: 64 bits of a hash of the function's full name."""
    name = f"{work.__module__}.{work.__qualname__}"
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
