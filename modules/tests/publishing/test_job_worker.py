"""Publishing by a real worker, which is killed at ten places: it is finished later, and never half."""

import itertools
import os
import signal

import pytest
from django.db import connections

from modules.models import Module, ModuleVersion, PreparedModule, Publication
from modules.publishing import drafts, job, overview, services, writing
from modules.publishing.candidates import newest_scan
from modules.tests.hundreds import make_connection, make_scan
from modules.tests.waiting import wait_until

SIXTY = 61
PLACES = [
    ("_prepare", 1),
    ("_promised", 1),
    ("_prepare_piece", 1),
    ("_tell", 1),
    ("_prepare_piece", 2),
    ("_tell", 2),
    ("_finish", 1),
    ("make_true", 1),
    ("_write_modules", 1),
    ("_record", 1),
]


@pytest.fixture
def publication(live_db, alice):
    connection = make_connection(alice)
    make_scan(connection, SIXTY)
    found = overview.of_connection(connection, newest_scan(connection), by=alice).found
    drafts.save(connection, drafts.select_all(found), by=alice)
    promise = overview.of_connection(connection, newest_scan(connection), by=alice).promise
    return services.request(connection, by=alice, promised=promise)


def kill_at(place: str, number: int, publication: Publication) -> int:
    """Carry it out in a process that kills itself where `place` begins for the n-th time; returns the signal."""
    connections.close_all()  # the child gets one of its own, as in Celery's pool
    child = os.fork()
    if child == 0:
        try:
            _die_at(place, number)
            job.carry_out(publication.pk)
        finally:
            os._exit(0)
    return os.WTERMSIG(os.waitpid(child, 0)[1])


def _die_at(place: str, number: int) -> None:
    owner = writing if hasattr(writing, place) else job
    real, calls = getattr(owner, place), itertools.count(1)

    def deadly(*given, **named):
        if next(calls) == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*given, **named)

    setattr(owner, place, deadly)


def test_worker_that_is_killed_ten_times_finishes_and_was_never_half_done(publication):
    for place, number in PLACES:
        assert kill_at(place, number, publication) == signal.SIGKILL, place
        assert (Module.objects.count(), ModuleVersion.objects.count()) == (0, 0), place
        Publication.objects.filter(attempts=3).update(attempts=2)  # as after progress; three in a row would end it
        Publication.objects.update(lease_expires_at="2026-01-01T00:00Z")
    prepared = PreparedModule.objects.count()
    assert prepared == SIXTY  # what is prepared survives, and is prepared once
    done = job.carry_out(publication.pk)
    assert (done.status, done.prepared) == ("succeeded", SIXTY)
    assert Module.objects.published().count() == ModuleVersion.objects.count() == SIXTY
    assert set(ModuleVersion.objects.values_list("semver", flat=True)) == {"1.0.0"}


def test_worker_is_woken_and_publishes(publication, worker):
    worker(queues=["work"])
    job.poll_publications()
    services.wake("modules.take_turn")
    wait_until(lambda: Publication.objects.get().status == "succeeded")
    assert Module.objects.published().count() == SIXTY
