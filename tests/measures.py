"""What an attack costs: memory of a process, connections to the database, which a fault may end."""

import re
from pathlib import Path

from django.db import connection

KIB = 1024
PEAK = re.compile(r"VmHWM:\s+(\d+) kB")
RESIDENT = re.compile(r"VmRSS:\s+(\d+) kB")
FORGET_THE_PEAK = "5"


class Growth:
    """KiB by which this process has grown at most since the beginning of the block.

    Of `ru_maxrss` the peak of what came before cannot be forgotten, and it even outlives an exec (proc(5), clear_refs).
    """

    def __enter__(self) -> "Growth":
        Path("/proc/self/clear_refs").write_text(FORGET_THE_PEAK)
        self.before = _kib(RESIDENT)
        return self

    def __exit__(self, *_error) -> None:
        self.kib = _kib(PEAK) - self.before


def peak_of(process: int) -> int:
    """KiB that a running process has had at most."""
    return _kib(PEAK, str(process))


def _kib(line: re.Pattern, process: str = "self") -> int:
    return int(line.search(Path("/proc", process, "status").read_text())[1])


def connections_of_the_portal() -> int:
    return _of_the_portal("count(*)")


def end_connections_of_the_portal(*, waiting: bool = False) -> int:
    """End them, as a restart of PostgreSQL does, or those that wait for a lock; returns their number."""
    return _of_the_portal("count(pg_terminate_backend(pid))", "wait_event_type = 'Lock'" if waiting else "true")


def _of_the_portal(what: str, which: str = "true") -> int:
    """Without the one that asks, and without what PostgreSQL does by itself (autovacuum, parallel parts)."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {what} FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            f" AND backend_type = 'client backend' AND {which}"
        )
        return cursor.fetchone()[0]
