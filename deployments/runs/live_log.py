"""The live log: one tailer per process polls the database, and Redis only wakes it early.

A viewer waits on the feed of its run. The tailer asks the database for the newest chunk of all watched runs in one
query, when a worker publishes news and otherwise once a second. What a viewer reads is read and encoded once, and
shared by all viewers who are as far.
"""

import asyncio
import logging
import weakref
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import redis.asyncio
from django.conf import settings
from django.db import Error as DatabaseFailure
from django.db.models import OuterRef, Subquery

from deployments.models import Run, RunLog
from deployments.runs import chunks
from deployments.runs.log import CHANNEL
from foundation.places import piece

LOOK_EVERY = 1.0  # seconds between two polls without a message from Redis
LOOK_AT_MOST = 0.1  # seconds between two polls, however many messages come
RECONNECT_AFTER = 5.0  # seconds before the next connection to Redis
BEAT_EVERY = 15.0  # seconds between two signs of life
BEAT = b": still here\n\n"
FORBIDDEN = b"event: gone\ndata: \n\n"
VIEWERS_A_SECOND = 8  # of one run in this process, whose pages ask for its other parts
PACES = (2, 30)  # seconds between two questions of one page, least and most
WOKEN_TOGETHER = 25  # viewers; a line to one of them takes about 70 µs
KEPT_PIECES = 2  # of a feed, for viewers that come to the same place later
ASK_AGAIN = 5_000  # milliseconds after which a page without a stream asks for new lines

logger = logging.getLogger(__name__)
tailers: "weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Tailer]" = weakref.WeakKeyDictionary()


@dataclass(frozen=True)
class Piece:
    """Events of some chunks as bytes, and the sequence of the last of them."""

    events: bytes
    last: int


class Feed:
    """The latest known chunk and status of a watched run, and the bell that wakes its viewers."""

    def __init__(self, run_id: int) -> None:
        self.run_id = run_id
        self.newest = 0
        self.status = ""
        self.viewers = self.beats = 0
        self._waiting: list[asyncio.Future[None]] = []
        self._pieces: dict[int, asyncio.Task[Piece]] = {}

    @property
    def is_final(self) -> bool:
        return self.status in Run.FINAL

    def ring(self) -> None:
        """Wake those who wait now."""
        waiting, self._waiting = self._waiting, []
        _wake(waiting)

    async def rung(self) -> None:
        bell: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(bell)
        await bell

    async def after(self, position: int) -> Piece:
        """What follows chunk `position`; read once for all who ask for it."""
        if position not in self._pieces:
            while len(self._pieces) >= KEPT_PIECES:
                self._pieces.pop(next(iter(self._pieces)))
            self._pieces[position] = asyncio.create_task(piece(read, self.run_id, position))
        reading = self._pieces[position]
        try:
            return reading.result() if reading.done() else await asyncio.shield(reading)
        except DatabaseFailure:
            self._pieces.pop(position, None)
            raise


def _wake(waiting: list[asyncio.Future[None]]) -> None:
    """A few in each turn of the event loop, which serves pages in between."""
    for bell in waiting[:WOKEN_TOGETHER]:
        if not bell.done():  # its viewer may have left
            bell.set_result(None)
    if rest := waiting[WOKEN_TOGETHER:]:
        asyncio.get_running_loop().call_soon(_wake, rest)


class Tailer:
    """Polls the runs that have viewers in this process; its task ends when there are none."""

    def __init__(self) -> None:
        self.feeds: dict[int, Feed] = {}
        self.news = asyncio.Event()
        self.work: asyncio.Task[None] | None = None
        self._beat_at = 0.0

    @asynccontextmanager
    async def watch(self, run_id: int) -> AsyncIterator[Feed]:
        feed = self.feeds.setdefault(run_id, Feed(run_id))
        feed.viewers += 1
        self.news.set()
        if self.work is None or self.work.done():
            self.work = asyncio.create_task(self._tail())
        try:
            yield feed
        finally:
            feed.viewers -= 1
            if feed.viewers == 0:
                self.feeds.pop(run_id, None)

    async def _tail(self) -> None:
        listener = asyncio.create_task(self._listen())
        try:
            while self.feeds:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.news.wait(), LOOK_EVERY)
                self.news.clear()
                await self._look()
                self._beat()
                await asyncio.sleep(LOOK_AT_MOST)
        finally:
            listener.cancel()

    async def _look(self) -> None:
        try:
            rows = await piece(_newest, list(self.feeds))
        except DatabaseFailure:  # retried with the next poll, in a second
            logger.exception("live log not read")
            return
        for run_id, status, newest in rows:
            feed = self.feeds.get(run_id)
            if feed and (feed.newest, feed.status) != (newest, status):
                if 0 < feed.newest < newest:  # where most viewers are: they then find what is read
                    with suppress(DatabaseFailure):
                        await feed.after(feed.newest)
                feed.newest, feed.status = newest, status
                feed.ring()

    def _beat(self) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._beat_at >= BEAT_EVERY:
            self._beat_at = now
            for feed in self.feeds.values():
                feed.beats += 1
                feed.ring()

    async def _listen(self) -> None:
        while True:
            try:
                async with redis.asyncio.from_url(settings.REDIS_URL) as broker, broker.pubsub() as channel:
                    await channel.subscribe(CHANNEL)
                    async for message in channel.listen():
                        if message["type"] == "message" and int(message["data"]) in self.feeds:
                            self.news.set()
            except (redis.asyncio.RedisError, OSError, ValueError) as error:
                logger.warning("live log without wake-ups", extra={"error": str(error)})
                await asyncio.sleep(RECONNECT_AFTER)


def tailer() -> Tailer:
    """The tailer of the running event loop; a server process has one loop."""
    return tailers.setdefault(asyncio.get_running_loop(), Tailer())


async def stream(run_id: int, position: int) -> AsyncGenerator[bytes, None]:
    """Events after chunk `position`, until the run is final."""
    async with tailer().watch(run_id) as feed:
        yield b"retry: 1000\n\n"
        beats = feed.beats
        while True:
            while feed.newest > position:
                try:
                    found = await feed.after(position)
                except DatabaseFailure:  # read again at the next bell
                    break
                position = found.last
                yield found.events
            else:
                if feed.is_final:
                    yield _end(feed.status)
                    return
            await feed.rung()
            if feed.beats > beats:
                beats = feed.beats
                yield BEAT


def pace(run_id: int) -> int:
    """Seconds after which a page asks again for the parts that change: the more viewers, the later."""
    feeds = [tailer.feeds.get(run_id) for tailer in list(tailers.values())]
    viewers = sum(feed.viewers for feed in feeds if feed)
    least, most = PACES
    return min(most, max(least, viewers // VIEWERS_A_SECOND))


def answer(run_id: int, position: int, status: str) -> bytes:
    """A whole answer for a page that has no stream, whose browser will ask for what follows."""
    found = read(run_id, position)
    if found.last > position:
        return b"retry: %d\n\n%b" % (ASK_AGAIN, found.events)
    return _end(status) if status in Run.FINAL else b"retry: %d\n\n" % ASK_AGAIN


def read(run_id: int, position: int) -> Piece:
    """The events of the chunks after `position`, up to a size."""
    found = chunks.after(run_id, position)
    shown = chunks.texts(found, position=position, end=chunks.end_of(run_id, position))
    events = b"".join(_event(chunk.sequence, text) for chunk, text in shown)
    return Piece(events, found[-1].sequence if found else position)


def _event(sequence: int, text: str) -> bytes:
    """One event. Drops carriage returns, which end a line of the protocol (HTML standard, "Server-sent events")."""
    lines = "".join(f"data: {line}\n" for line in text.replace("\r", "").split("\n"))
    return f"id: {sequence}\n{lines}\n".encode()


def _end(status: str) -> bytes:
    return f"event: end\ndata: {status}\n\n".encode()


def _newest(run_ids: list[int]) -> list[tuple[int, str, int]]:
    """Run, status and newest chunk. One statement, so that a final status comes with the last chunk of the log."""
    newest = RunLog.objects.filter(run=OuterRef("pk")).order_by("-sequence").values("sequence")[:1]
    runs = Run.objects.filter(pk__in=run_ids).order_by().annotate(newest=Subquery(newest))
    return [(pk, status, newest or 0) for pk, status, newest in runs.values_list("pk", "status", "newest")]
