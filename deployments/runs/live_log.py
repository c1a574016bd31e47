"""The live log: one tailer per process polls the database, and Redis only wakes it early.

A viewer waits on the feed of its run. The tailer asks the database for the newest chunk of all watched runs in one
query, when a worker publishes news and otherwise once a second; a viewer reads the lines when there are new ones.
"""

import asyncio
import logging
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

import redis.asyncio
from django.conf import settings
from django.db import Error as DatabaseFailure
from django.db import connection
from django.db.models import Max

from deployments.models import Run, RunLog
from deployments.runs.log import CHANNEL

LOOK_EVERY = 1.0  # seconds between two polls without a message from Redis
RECONNECT_AFTER = 5.0  # seconds before the next connection to Redis
BEAT_EVERY = 15.0  # seconds without news until the viewer's permission is checked and a keep-alive is sent
CHUNKS_AT_ONCE = 200

logger = logging.getLogger(__name__)
Read = TypeVar("Read")
# A small thread pool reads for all viewers, so that a thousand streams need only a handful of database connections.
readers = ThreadPoolExecutor(max_workers=4, thread_name_prefix="run-log")
tailers: "weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Tailer]" = weakref.WeakKeyDictionary()


class Feed:
    """The latest known chunk and status of a watched run, and the condition that wakes its viewers."""

    def __init__(self) -> None:
        self.newest = 0
        self.status = ""
        self.viewers = 0
        self.bell = asyncio.Condition()

    @property
    def is_final(self) -> bool:
        return self.status in Run.FINAL


class Tailer:
    """Polls the runs that have viewers in this process; its task ends when there are none."""

    def __init__(self) -> None:
        self.feeds: dict[int, Feed] = {}
        self.news = asyncio.Event()
        self.work: asyncio.Task | None = None

    @asynccontextmanager
    async def watch(self, run_id: int) -> AsyncIterator[Feed]:
        feed = self.feeds.setdefault(run_id, Feed())
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
        finally:
            listener.cancel()

    async def _look(self) -> None:
        try:
            rows = await in_reader(_newest, list(self.feeds))
        except DatabaseFailure:  # retried with the next poll, in a second
            logger.exception("live log not read")
            return
        for run_id, status, newest in rows:
            feed = self.feeds.get(run_id)
            if feed and (feed.newest, feed.status) != (newest, status):
                feed.newest, feed.status = newest, status
                async with feed.bell:
                    feed.bell.notify_all()

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


async def stream(run_id: int, position: int, may_go_on: Callable[[], Awaitable[object]]) -> AsyncIterator[bytes]:
    """Events after `position`, until the run is final or `may_go_on` returns something falsy (permission lost)."""
    async with tailer().watch(run_id) as feed:
        yield b"retry: 1000\n\n"
        while True:
            while feed.newest > position:
                for sequence, text in await in_reader(_chunks, run_id, position):
                    position = sequence
                    yield _event(sequence, text)
            if feed.is_final:
                yield f"event: end\ndata: {feed.status}\n\n".encode()
                return
            if not await _news(feed, position):
                if not await may_go_on():
                    return
                yield b": still here\n\n"


async def _news(feed: Feed, position: int) -> bool:
    """Wait for a chunk after `position` or the end of the run; False after BEAT_EVERY without either."""
    async with feed.bell:
        try:
            await asyncio.wait_for(feed.bell.wait_for(lambda: feed.newest > position or feed.is_final), BEAT_EVERY)
        except TimeoutError:
            return False
    return True


def _event(sequence: int, text: str) -> bytes:
    """One event. Drops carriage returns, which end a line of the protocol (HTML standard, "Server-sent events")."""
    lines = "".join(f"data: {line}\n" for line in text.replace("\r", "").split("\n"))
    return f"id: {sequence}\n{lines}\n".encode()


async def in_reader(read: Callable[..., Read], *args: Any) -> Read:
    return await asyncio.get_running_loop().run_in_executor(readers, _reading, read, *args)


def _reading(read: Callable[..., Read], *args: Any) -> Read:
    """Call `read`, then close the thread's database connection, which would otherwise stay open for hours."""
    try:
        return read(*args)
    finally:
        connection.close()


def _newest(run_ids: list[int]) -> list[tuple[int, str, int]]:
    """Run, status and newest chunk. One statement, so that a final status comes with the last chunk of the log."""
    runs = Run.objects.filter(pk__in=run_ids).annotate(newest=Max("log__sequence"))
    return [(pk, status, newest or 0) for pk, status, newest in runs.order_by().values_list("pk", "status", "newest")]


def _chunks(run_id: int, position: int) -> list[tuple[int, str]]:
    rows = RunLog.objects.filter(run=run_id, sequence__gt=position).order_by("sequence")
    return list(rows.values_list("sequence", "text")[:CHUNKS_AT_ONCE])
