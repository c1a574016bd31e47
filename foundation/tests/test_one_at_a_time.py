"""Two database connections represent two processes: an advisory lock belongs to a connection."""

import threading

import pytest
from django.db import connection, connections

from foundation.one_at_a_time import alone, lock_number

done = []


@alone
def note(what):
    done.append(what)


@alone
def stumble():
    raise ZeroDivisionError


@pytest.fixture(autouse=True)
def nothing_done():
    done.clear()


@pytest.fixture
def other(db):
    """A second connection, as of another process."""
    second = connections.create_connection("default")
    yield second
    second.close()


def is_free(database, work) -> bool:
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [lock_number(work)])
        is_ours = cursor.fetchone()[0]
        cursor.execute("SELECT pg_advisory_unlock(%s)", [lock_number(work)])
    return is_ours


def test_what_goes_on_elsewhere_is_left_to_it(other):
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [lock_number(note)])
        note("during")
        assert done == []
        cursor.execute("SELECT pg_advisory_unlock(%s)", [lock_number(note)])
    note("after")
    assert done == ["after"]


def test_another_work_is_not_kept_waiting(other):
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [lock_number(stumble)])
        note("meanwhile")
    assert done == ["meanwhile"]


def test_the_lock_is_free_again_after_a_failure(other):
    with pytest.raises(ZeroDivisionError):
        stumble()
    assert is_free(other, stumble)


def test_the_lock_of_one_that_died_is_free(other):
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [lock_number(note)])
    other.close()
    for _ in range(100):  # PostgreSQL notices the closed connection with a delay
        if is_free(connection, note):
            break
    note("after")
    assert done == ["after"]


def test_of_two_at_once_one_works(live_db):
    began, may_end = threading.Event(), threading.Event()

    @alone
    def slow():
        done.append("worked")
        began.set()
        may_end.wait(10)

    def run():
        slow()
        connection.close()

    first = threading.Thread(target=run)
    first.start()
    assert began.wait(10)
    slow()  # returns at once, as the first still runs
    assert done == ["worked"]
    may_end.set()
    first.join()
    slow()
    assert done == ["worked", "worked"]
