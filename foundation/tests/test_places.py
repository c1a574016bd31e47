import asyncio
import threading

import pytest
from django.db import connection

from foundation import places
from foundation.places import NoPlace, Places, Turns


class Work:
    """Work that is in hand until it is let go."""

    def __init__(self):
        self.together = self.most = 0
        self.gate = threading.Event()
        self.lock = threading.Lock()

    def __call__(self):
        with self.lock:
            self.together += 1
            self.most = max(self.most, self.together)
        self.gate.wait(10)
        with self.lock:
            self.together -= 1
        return threading.current_thread().name


async def until(is_so):
    while not is_so():
        await asyncio.sleep(0.001)


async def crowd(number):
    room, work = Places(3), Work()
    tasks = [asyncio.create_task(room.run(work)) for _ in range(number)]
    await until(lambda: work.together == 3)
    assert room.free == 0
    work.gate.set()
    names = await asyncio.gather(*tasks)
    await until(lambda: room.free == 3)
    return len(names), work.most, {name.rpartition("_")[0] for name in names}


def run(coroutine):
    return asyncio.run(asyncio.wait_for(coroutine, 20))


def test_more_work_than_places_waits_and_is_done_later():
    assert run(crowd(10)) == (10, 3, {"place"})


def test_who_finds_no_place_in_time_is_told_so():
    async def crowded():
        room, work = Places(1), Work()
        first = asyncio.create_task(room.run(work))
        await until(lambda: work.together == 1)
        with pytest.raises(NoPlace):
            await room.run(work, patience=0)
        work.gate.set()
        await first

    run(crowded())


def test_who_asks_for_much_at_once_takes_turns_with_others():
    async def crowded():
        room, work, order = Places(2), Work(), []
        busy = [asyncio.create_task(room.run(work, who="alice")) for _ in range(2)]
        await until(lambda: work.together == 2)
        waiting = [asyncio.create_task(room.run(order.append, who, who=who)) for who in ("alice", "alice", "bob")]
        await until(lambda: len(room.turns.waiting) == 3)
        work.gate.set()
        await asyncio.gather(*busy, *waiting)
        await until(lambda: room.free == 2)
        assert (sorted(order[:2]), room.turns.held.total()) == (["alice", "bob"], 0)

    run(crowded())


def test_who_leaves_when_given_a_place_leaves_it_to_the_next():
    async def leaves():
        turns = Turns(1)
        await turns.take("alice")
        waiting = [asyncio.create_task(turns.take("bob")) for _ in range(2)]
        await until(lambda: len(turns.waiting) == 2)
        turns.give_back("alice")
        waiting[0].cancel()
        await asyncio.wait(waiting)
        assert (waiting[0].cancelled(), waiting[1].result(), turns.held) == (True, None, {"bob": 1})

    run(leaves())


def test_who_leaves_gives_the_place_back_only_when_the_work_has_ended():
    async def leaves():
        room, work = Places(1), Work()
        task = asyncio.create_task(room.run(work))
        await until(lambda: work.together == 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (room.free, work.together) == (0, 1)
        work.gate.set()
        await until(lambda: room.free == 1)

    run(leaves())


def test_who_leaves_while_waiting_takes_no_place():
    async def leaves():
        room, work = Places(1), Work()
        first, second = asyncio.create_task(room.run(work)), asyncio.create_task(room.run(work))
        await until(lambda: work.together == 1)
        second.cancel()
        work.gate.set()
        await first
        await until(lambda: room.free == 1)
        assert work.most == 1

    run(leaves())


def test_work_that_fails_gives_its_place_back():
    async def fails():
        room = Places(1)
        for _ in range(3):
            with pytest.raises(ZeroDivisionError):
                await room.run(divmod, 1, 0)
        await until(lambda: room.free == 1)

    run(fails())


def test_pieces_of_streams_leave_most_places_to_pages():
    async def many_readers():
        room, slow, page = Places(8), Work(), Work()
        readers = [asyncio.create_task(room.run_piece(slow)) for _ in range(60)]
        await until(lambda: slow.together == 2)
        page.gate.set()
        await asyncio.gather(*[room.run(page, patience=0) for _ in range(6)])
        slow.gate.set()
        await asyncio.gather(*readers)
        assert slow.most == 2

    run(many_readers())


def test_without_a_web_server_a_piece_is_read_on_the_readers_thread():
    assert places.of_process() is None
    assert asyncio.run(places.piece(threading.current_thread)) is not threading.main_thread()


def test_a_place_keeps_its_connection(live_db, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", places.CONNECTION_SECONDS)

    def backend():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            return cursor.fetchone()[0]

    async def twice():
        room = Places(1)
        try:
            return [await room.run(backend), await room.run(backend)]
        finally:
            await room.run(lambda: connection.close())

    first, second = run(twice())
    assert first == second
