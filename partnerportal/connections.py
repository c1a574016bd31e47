"""The connections of a web process: how many one address may open, and how long one may do nothing."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import h11
from django.conf import settings
from uvicorn.protocols.http.h11_impl import H11Protocol

from partnerportal.addresses import Addresses, household
from partnerportal.refusals import Scope

HEAD_BYTES = 32 * 1024  # of a request line with its headers
HEAD_SECONDS = 15  # in which the head of a request has to come, whole
TAKING_SECONDS = 60  # in which a reader has to take what was sent; the next 64 KB are sent then
# A body may come in so many pieces, and one more for each so many bytes: to read a piece costs as much as a kilobyte.
MOST_PIECES, PIECE_BYTES = 1_000, 256
TEXT = b"Your network has too many connections open. Close some tabs, then try again.\n"
TURNED_AWAY = (
    b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 10\r\nConnection: close\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\n\r\n%b" % (len(TEXT), TEXT)
)


@cache
def addresses() -> Addresses:
    """The connections of each address. Behind a proxy all are the proxy's, which has to bound those of its clients."""
    return Addresses(0 if settings.PROXY_COUNT else settings.WEB_CONNECTIONS_PER_ADDRESS)


by_client: dict[tuple[str, int] | None, "Connection"] = {}


@contextmanager
def uncounted(scope: Scope) -> Iterator[None]:
    """Let this connection, while it is a stream, count to no address: it counts to its person."""
    connection, address = by_client.get(scope["client"]), ""
    if connection:
        address, connection.address = connection.address, ""
        addresses().give_back(address)
    try:
        yield
    finally:
        if connection and by_client.get(scope["client"]) is connection:  # and no later one from the same port
            connection.address = address
            addresses().counts[address] += 1


class Parser(h11.Connection):
    """h11's reads a chunked body of one byte a chunk: 2 MB of them keep a process busy for 11 seconds."""

    pieces = size = 0

    def next_event(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        event = super().next_event()
        if isinstance(event, h11.Request):
            self.pieces = self.size = 0
        elif isinstance(event, h11.Data):
            self.pieces += event.chunk_start
            self.size += len(event.data)
            if self.pieces > MOST_PIECES + self.size // PIECE_BYTES:
                raise h11.RemoteProtocolError("The chunks of the body are too small.")
        return event


class Connection(H11Protocol):
    """uvicorn's waits for the head of a request, and for a reader, as long as it takes."""

    address = ""
    head: asyncio.TimerHandle | None = None
    taking: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.conn = Parser(h11.SERVER, HEAD_BYTES)
        super().connection_made(transport)
        transport.set_write_buffer_limits(0)  # `pause_writing` then tells of each byte that is not taken
        address = household(self.client[0] if self.client else "")
        if not addresses().take(address):
            transport.write(TURNED_AWAY)
            transport.close()
            return
        self.address = address
        by_client[self.client] = self
        self._time_head()

    def connection_lost(self, exc: Exception | None) -> None:
        if self.address:
            addresses().give_back(self.address)
        by_client.pop(self.client, None)
        for timer in filter(None, (self.head, self.taking)):
            timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._time_head()

    def _time_head(self) -> None:
        """The time begins with the connection, or with the first byte after a request. Before that, uvicorn counts."""
        is_waiting = self.conn.their_state is h11.IDLE
        if is_waiting and self.head is None:
            self.head = self.loop.call_later(HEAD_SECONDS, self.transport.abort)
        elif self.head is not None and not is_waiting:
            self.head.cancel()
            self.head = None

    def pause_writing(self) -> None:
        super().pause_writing()
        self.taking = self.loop.call_later(TAKING_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        if self.taking is not None:
            self.taking.cancel()
        super().resume_writing()
