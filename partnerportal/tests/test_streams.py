"""Streams without a server: who may read on, and what is sent while that is not known."""

import asyncio

import pytest
from django.db import OperationalError

from foundation.streams import StreamedResponse
from partnerportal import streams
from partnerportal.refusals import Refused
from partnerportal.streams import Streams


class Database:
    """Says who may read on, as the database would: `allowed`, or an outage while that is None."""

    def __init__(self):
        self.allowed, self.asked = {"alice", "bob"}, []

    def __call__(self, readers):
        self.asked.append(list(readers))
        if self.allowed is None:
            raise OperationalError
        return {number for number, reader in enumerate(readers) if reader in self.allowed}


class Reader:
    """A stream of numbers, and the one who takes them."""

    def __init__(self, room, database, name="alice", person=1):
        self.got, self.takes = [], asyncio.Event()
        self.takes.set()
        self.stream = StreamedResponse(
            self.numbers(), person=person, reader=name, still_allowed=database, farewell=b"bye"
        )
        self.task = asyncio.create_task(room.serve(self.stream, self.respond, self.send))

    async def numbers(self):
        number = 0
        while True:
            number += 1
            await asyncio.sleep(0.001)
            yield b"%d" % number

    async def respond(self, response, send):
        async for part in response:
            await send({"type": "http.response.body", "body": part, "more_body": True})

    async def send(self, message):
        await self.takes.wait()
        self.got.append(message["body"])


async def until(is_so):
    while not is_so():
        await asyncio.sleep(0.001)


@pytest.fixture(autouse=True)
def quickly(monkeypatch):
    monkeypatch.setattr(streams, "ASK_EVERY", 0.01)


def run(test):
    async def whole():
        await test(Streams(3, per_person=2), Database())
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    asyncio.run(asyncio.wait_for(whole(), 20))


def test_all_readers_are_asked_about_at_once_and_who_may_not_gets_a_farewell():
    async def two(room, database):
        alice, bob = Reader(room, database), Reader(room, database, "bob")
        await until(lambda: ["alice", "bob"] in database.asked)
        database.allowed = {"bob"}
        await alice.task
        count = len(bob.got)
        await until(lambda: len(bob.got) > count)
        assert (alice.got[-1], alice.got.count(b"bye")) == (b"bye", 1)

    run(two)


def test_nothing_is_sent_while_the_database_cannot_say_who_may_read():
    async def outage(room, database):
        alice = Reader(room, database)
        await until(lambda: alice.got)
        database.allowed = None
        await until(lambda: not room._is_known.is_set())
        await asyncio.sleep(0)
        count, asked = len(alice.got), len(database.asked)
        await until(lambda: len(database.asked) > asked + 2)
        assert len(alice.got) == count
        database.allowed = {"alice"}
        await until(lambda: len(alice.got) > count)

    run(outage)


def test_a_reader_who_takes_nothing_cannot_keep_a_forbidden_stream(monkeypatch):
    monkeypatch.setattr(streams, "PARTING", 0.02)

    async def stalls(room, database):
        alice = Reader(room, database)
        alice.takes.clear()
        database.allowed = set()
        await alice.task
        assert (alice.got, room._sending) == ([], {})

    run(stalls)


@pytest.mark.parametrize("people", [(1, 1, 1), (1, 1, 2, 3)])
def test_who_finds_no_stream_free_is_refused_until_one_ends(people):
    async def crowd(room, database):
        *readers, last = [Reader(room, database, person=person) for person in people]
        with pytest.raises(Refused, match="503_streams"):
            await last.task
        readers[0].task.cancel()
        await until(lambda: len(room._sending) < len(readers))
        again = Reader(room, database, person=people[-1])
        await until(lambda: again.got)

    run(crowd)
