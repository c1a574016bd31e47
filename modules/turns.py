"""Whose turn it is in the queue `work`: one owner's scans and publications never take all of its places.

The row is the job. A message only wakes a worker, which takes the job whose turn it is, whichever sent the message.
"""

from collections import Counter
from collections.abc import Callable
from functools import partial
from itertools import chain
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from foundation.one_at_a_time import lock_number
from foundation.wake import wake
from modules.models import Publication, Scan
from modules.publishing import job
from modules.scanning import scanner

Job = Publication | Scan
WORKERS: dict[type[Job], Any] = {Publication: job, Scan: scanner}  # what claims a row of a kind, and works on it


def take_turn() -> None:
    """Carry out the job whose turn it is, if there is one, and wake a worker for the one after it."""
    work = _claim()
    if work is None:
        return
    try:
        work()
    finally:
        if _waiting():
            wake("modules.take_turn")


@transaction.atomic
def _claim() -> Callable[[], object] | None:
    """Claim the next job and return its work. One claim at a time, so that two do not count the same places."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock_number(_claim)])
    for waiting in _waiting():
        worker = WORKERS[type(waiting)]
        if row := worker.claim(waiting.pk):
            return partial(worker.work_on, row)
    return None


def _waiting() -> list[Job]:
    """Jobs that a worker may claim now: of who has fewest running the first, of those who has waited longest."""
    running: Counter[int] = Counter(
        chain.from_iterable(kind.objects.leased().values_list("connection_id", flat=True) for kind in WORKERS)
    )
    waiting: chain[Job] = chain.from_iterable(
        kind.objects.claimable().has_attempts_left().only("connection_id", "created_at") for kind in WORKERS
    )
    able = [row for row in waiting if running[row.connection_id] < settings.WORK_PER_OWNER]
    return sorted(able, key=lambda row: (running[row.connection_id], row.created_at))
