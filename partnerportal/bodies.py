"""Reads what is sent with a request, before it takes a place: within a size, a time, and one bound for all together."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from tempfile import SpooledTemporaryFile

from django.core.exceptions import RequestAborted

from partnerportal.body_limits import DEFAULT, KB, MB, Limit, limit_of
from partnerportal.refusals import Receive, Refused, Scope

IN_MEMORY = 64 * KB  # of one body; what is longer goes to disk
TOGETHER = 256 * MB  # of all bodies that this process holds
OF_ONE_ADDRESS = 64 * MB


class Bodies:
    """The bodies that a process holds. `is_known(scope)` says whether a request is of somebody who is signed in."""

    def __init__(self, is_known: Callable[[Scope], Awaitable[bool]]) -> None:
        self.is_known = is_known
        self.held: Counter[str] = Counter()  # bytes, by address

    @asynccontextmanager
    async def read(self, scope: Scope, receive: Receive, address: str) -> AsyncIterator[SpooledTemporaryFile]:
        """The whole body. Raises Refused, having read no more than the limit, and RequestAborted."""
        body = Body(self, address)
        try:
            await self._fill(body, scope, receive)
            yield body.file
        finally:
            body.close()

    async def _fill(self, body: "Body", scope: Scope, receive: Receive) -> None:
        length = declared(scope)
        if length == 0:
            return
        limit = limit_of(scope["path"])
        most = limit.bytes if not limit.signed_in else min(limit.bytes, DEFAULT.bytes)
        if length is not None and length > most:
            most = await self._raised(limit, length, scope)
        try:
            async with asyncio.timeout(limit.seconds):
                async for chunk in _chunks(receive):
                    if body.size + len(chunk) > most:
                        most = await self._raised(limit, body.size + len(chunk), scope)
                    body.write(chunk)
        except TimeoutError:
            raise Refused("408") from None
        body.file.seek(0)

    async def _raised(self, limit: Limit, size: int, scope: Scope) -> int:
        """The limit for people who are signed in, if this is one of them and `size` is within it."""
        if size > limit.bytes:
            raise Refused("413")
        if not await self.is_known(scope):
            raise Refused("413_signed_out")
        return limit.bytes


class Body:
    """One body on its way in: its file, and the share of the process's bound that it takes."""

    def __init__(self, bodies: Bodies, address: str) -> None:
        self.bodies, self.address = bodies, address
        self.file: SpooledTemporaryFile = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  # `close` does
        self.size = 0

    def write(self, chunk: bytes) -> None:
        held = self.bodies.held
        if held.total() + len(chunk) > TOGETHER or held[self.address] + len(chunk) > OF_ONE_ADDRESS:
            raise Refused("503_uploads")
        held[self.address] += len(chunk)
        self.size += len(chunk)
        self.file.write(chunk)

    def close(self) -> None:
        self.file.close()
        self.bodies.held[self.address] -= self.size
        self.bodies.held += Counter()  # forgets the addresses that hold nothing


def declared(scope: Scope) -> int | None:
    """The length of the body by its header, 0 without a body, None if it is not said in advance."""
    headers = dict(scope["headers"])
    if b"transfer-encoding" in headers:
        return None
    return int(headers.get(b"content-length", 0))  # h11 has checked that it is a number


async def _chunks(receive: Receive) -> AsyncIterator[bytes]:
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise RequestAborted
        more = message.get("more_body", False)
        yield message.get("body", b"")
