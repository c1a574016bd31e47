"""
The places of a web process: how much of itself, and of PostgreSQL, it uses at once.

A place is a thread with one database connection, which is kept from one work to the next. A page takes a place while it
is made, and none while it is sent. Those who wait take turns, so that nobody who asks for a hundred pages at once keeps
others waiting. A stream takes one for each piece that it reads, and waits for its reader without:

    async def lines() -> AsyncIterator[str]:
        position = 0
        while rows := await piece(rows_after, position):  # at most 1,000 of them
            yield "".join(map(line, rows))
            position = rows[-1].pk
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from itertools import count
from typing import Any, TypeVar

from asgiref.sync import sync_to_async
from django.db import close_old_connections, connections

PATIENCE = 30.0  # seconds that a page waits for a place
CONNECTION_SECONDS = 600  # age at which a place replaces its connection
PIECES = 4  # of so many places at most one makes pieces of streams, so that readers of large files delay no page

STREAMS = ""  # who holds the places of all pieces of streams

Result = TypeVar("Result")


class NoPlace(Exception):
    """No place became free in time: answer 503, and say when to ask again."""


class Turns:
    """So many places. One that becomes free goes to who holds fewest; of those, to who was given one longest ago."""

    def __init__(self, number: int) -> None:
        self.free = number
        self.held: Counter[str] = Counter()
        self.waiting: dict[asyncio.Future[None], str] = {}
        self.given: dict[str, int] = {}  # the last turn of each, since somebody waits
        self.number = count(1)

    async def take(self, who: str) -> None:
        if self.free:
            self.free -= 1
            self.held[who] += 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiting[turn] = who
        try:
            await turn
        except asyncio.CancelledError:
            if self.waiting.pop(turn, None) is None:  # given at the same moment
                self.give_back(who)
            raise

    def give_back(self, who: str) -> None:
        self.held -= Counter({who: 1})
        if not self.waiting:
            self.free += 1
            self.given.clear()
            return
        turn, who = min(self.waiting.items(), key=lambda item: (self.held[item[1]], self.given.get(item[1], 0)))
        del self.waiting[turn]
        self.held[who] += 1
        self.given[who] = next(self.number)
        if not turn.done():
            turn.set_result(None)


class Places(ThreadPoolExecutor):
    """`number` threads. A thread that has begun cannot be stopped: its place is free when its work has ended."""

    def __init__(self, number: int) -> None:
        super().__init__(number, thread_name_prefix="place")
        self.number = number
        self.turns = Turns(number)
        self._pieces = asyncio.Semaphore(max(1, number // PIECES))

    @property
    def free(self) -> int:
        return self.turns.free

    async def run(
        self, work: Callable[..., Result], *args: Any, who: str = "", patience: float | None = PATIENCE
    ) -> Result:
        """What `work` returns, called in a place; NoPlace if none became free for `who` within `patience` seconds."""
        try:
            async with asyncio.timeout(patience):
                await self.turns.take(who)
        except TimeoutError:
            raise NoPlace from None
        return await asyncio.wrap_future(self._submitted(who, work, args))

    async def run_piece(self, work: Callable[..., Result], *args: Any) -> Result:
        """As `run`, for a piece of a stream: waits as long as it takes, and leaves most places to pages."""
        async with self._pieces:
            return await self.run(work, *args, who=STREAMS, patience=None)

    def _submitted(self, who: str, work: Callable[..., Result], args: tuple[Any, ...]) -> "Future[Result]":
        """The place becomes free with the end of the thread's work, not of who waits for it."""
        loop = asyncio.get_running_loop()
        future = self.submit(copy_context().run, _with_connection, work, args)
        future.add_done_callback(lambda _: loop.call_soon_threadsafe(self.turns.give_back, who))
        return future


class _Process:
    places: Places | None = None


def open_places(number: int) -> Places:
    """Give this process its places, and keep their connections open. Called once, by the web server's application."""
    connections.settings["default"] |= {"CONN_MAX_AGE": CONNECTION_SECONDS, "CONN_HEALTH_CHECKS": True}
    _Process.places = Places(number)
    return _Process.places


def of_process() -> Places | None:
    """The places of this process; None in a command, a worker or a test, which are no web servers."""
    return _Process.places


async def piece(work: Callable[..., Result], *args: Any) -> Result:
    """One piece of a stream: what `work` returns, called in a place of this process.

    Where there are none, it is called on the thread of whoever reads the stream.
    """
    if places := of_process():
        return await places.run_piece(work, *args)
    return await sync_to_async(work)(*args)


def _with_connection(work: Callable[..., Result], args: tuple[Any, ...]) -> Result:
    try:
        return work(*args)
    finally:
        close_old_connections()  # which are broken or have been used for long enough
