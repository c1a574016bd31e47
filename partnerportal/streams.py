"""The streams of a web process: how many there may be, and whether those who read them still may."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial

from django.db import Error as DatabaseFailure

from foundation.places import piece
from foundation.streams import StreamedResponse
from partnerportal.refusals import Message, Refused, Send

ASK_EVERY = 2.0  # seconds between two questions whether all readers still may
ANSWER_WITHIN = 2.0  # seconds after which nothing is sent until there is an answer
PARTING = 1.0  # seconds in which a reader must take the last part once they may not read on
logger = logging.getLogger(__name__)


class Streams:
    """
    `most` streams at once, `per_person` of one person; 0 means no bound.

    All readers are asked about in one query. Without its answer, or without a reader who takes it, nothing is sent.
    """

    def __init__(self, most: int, *, per_person: int) -> None:
        self.most, self.per_person = most, per_person
        self._sending: dict[StreamedResponse, asyncio.Task[None]] = {}
        self._of_person: Counter[int] = Counter()
        self._is_known = asyncio.Event()
        self._is_known.set()
        self._asking: asyncio.Task[None] | None = None

    async def serve(
        self, stream: StreamedResponse, respond: Callable[[StreamedResponse, Send], Awaitable[None]], send: Send
    ) -> None:
        """Send a stream by `respond` until its end, or until its reader may not read on. Raises Refused."""
        if self._is_full(stream.person):
            raise Refused("503_streams")
        self._of_person[stream.person] += 1
        sending = asyncio.ensure_future(respond(stream, partial(self._send, send)))
        self._sending[stream] = sending
        self._asking = self._asking or asyncio.create_task(self._ask())
        try:
            await asyncio.wait([sending])
            is_forbidden = stream not in self._sending and sending.cancelled()
        finally:
            sending.cancel()
            stream.close()
            self._sending.pop(stream, None)
            self._of_person -= Counter({stream.person: 1})
        if is_forbidden:
            await _part_with(stream, send)
        elif isinstance(error := sending.exception(), DatabaseFailure):  # what was sent is not all, and ends unfinished
            logger.warning("stream broken off", extra={"error": str(error)})
        else:
            sending.result()

    def _is_full(self, person: int) -> bool:
        is_full = 0 < self.most <= len(self._sending)
        return is_full or 0 < self.per_person <= self._of_person[person]

    async def _send(self, send: Send, message: Message) -> None:
        if message["type"] == "http.response.body":
            await self._is_known.wait()
        await send(message)

    async def _ask(self) -> None:
        """End the streams whose readers may not read on, as long as there are streams."""
        try:
            while self._sending:
                await asyncio.sleep(ASK_EVERY)
                await self._end_the_forbidden(list(self._sending))
        except BaseException:  # a bug: nothing is sent until the next stream begins, and asks again
            self._is_known.clear()
            raise
        finally:
            self._asking = None

    async def _end_the_forbidden(self, streams: list[StreamedResponse]) -> None:
        if not streams:
            return
        asking = asyncio.create_task(piece(streams[0].still_allowed, [stream.reader for stream in streams]))
        if not (await asyncio.wait([asking], timeout=ANSWER_WITHIN))[0]:
            self._is_known.clear()
        try:
            allowed = await asking
        except DatabaseFailure:
            self._is_known.clear()
            logger.exception("readers of streams not known")
            return
        self._is_known.set()
        for number, stream in enumerate(streams):
            if number not in allowed and stream in self._sending:
                self._sending.pop(stream).cancel()


async def _part_with(stream: StreamedResponse, send: Send) -> None:
    if not stream.farewell:  # what was sent is not all, and ends unfinished
        return
    try:
        async with asyncio.timeout(PARTING):
            await send({"type": "http.response.body", "body": stream.farewell})
    except TimeoutError:  # the reader takes nothing; the server closes the connection
        logger.info("stream ended without a farewell")
