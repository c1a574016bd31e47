"""The bounds of a connection, with a transport that notes what becomes of it."""

import asyncio

import pytest
from uvicorn.config import Config
from uvicorn.server import ServerState

from partnerportal import connections
from partnerportal.addresses import Addresses
from partnerportal.connections import Connection

ALICE, BOB = "203.0.113.7", "198.51.100.2"
GET = b"GET /deploy/ HTTP/1.1\r\nHost: portal.example.com\r\n"


class Transport:
    def __init__(self, address):
        self.address, self.state, self.written = address, "open", b""

    def get_extra_info(self, name):
        return (self.address, 5000) if name in ("peername", "sockname") else None

    def set_write_buffer_limits(self, high):
        self.high = high

    def write(self, data):
        self.written += data

    def is_closing(self):
        return self.state != "open"

    def close(self):
        self.state = "closed"

    def abort(self):
        self.state = "aborted"

    def pause_reading(self):
        pass

    resume_reading = pause_reading


async def answers_at_once(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


def connect(address):
    config = Config(answers_at_once, http=Connection, ws="none", lifespan="off", log_config=None)
    config.load()
    connection = Connection(config, ServerState(), {}, asyncio.get_running_loop())
    connection.connection_made(Transport(address))
    return connection


@pytest.fixture
def bounded(monkeypatch):
    """Runs a test in a loop, where an address may have two connections."""
    counted = Addresses(2)
    monkeypatch.setattr(connections, "addresses", lambda: counted)

    def run(test):
        asyncio.run(asyncio.wait_for(test(counted), 20))

    return run


async def until(is_so):
    while not is_so():
        await asyncio.sleep(0)


def test_the_third_connection_of_an_address_is_turned_away_and_others_are_not(bounded):
    async def many(counted):
        first, second, third, other = [connect(address).transport for address in (ALICE, ALICE, ALICE, BOB)]
        assert [each.state for each in (first, second, third, other)] == ["open", "open", "closed", "open"]
        assert third.written.startswith(b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 10\r\n")

    bounded(many)


def test_a_connection_that_ends_makes_room_for_the_next(bounded):
    async def again(counted):
        first, second, third = connect(ALICE), connect(ALICE), connect(ALICE)
        for connection in (first, third):
            connection.connection_lost(None)
        assert counted.counts == {ALICE: 1}
        assert connect(ALICE).transport.state == "open"
        second.connection_lost(None)

    bounded(again)


def test_a_head_that_does_not_come_ends_the_connection(bounded, monkeypatch):
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0)

    async def silent(counted):
        connection = connect(ALICE)
        connection.data_received(GET)
        await until(lambda: connection.transport.state == "aborted")

    bounded(silent)


def test_a_head_that_has_come_is_not_timed_any_more(bounded):
    async def asks(counted):
        connection = connect(ALICE)
        connection.data_received(GET)
        assert connection.head is not None
        connection.data_received(b"\r\n")
        assert connection.head is None
        await until(lambda: b"ok" in connection.transport.written)
        connection.data_received(GET)
        assert connection.head is not None
        connection.connection_lost(None)

    bounded(asks)


def test_a_reader_who_takes_nothing_is_left(bounded, monkeypatch):
    monkeypatch.setattr(connections, "TAKING_SECONDS", 0)

    async def takes_nothing(counted):
        connection = connect(ALICE)
        assert connection.transport.high == 0
        connection.pause_writing()
        await until(lambda: connection.transport.state == "aborted")

    bounded(takes_nothing)


def test_a_reader_who_takes_what_was_sent_has_time_for_the_next(bounded):
    async def takes(counted):
        connection = connect(ALICE)
        connection.pause_writing()
        connection.resume_writing()
        assert connection.taking.cancelled()

    bounded(takes)


def test_behind_a_proxy_its_connections_are_not_counted(settings):
    settings.PROXY_COUNT = 1
    assert connections.addresses.__wrapped__().most == 0


def test_a_stream_that_ended_late_counted_for_ever_where_its_port_was_taken_again(bounded):
    async def streams(counted):
        first = connect(ALICE)
        with connections.uncounted({"client": first.client}):
            first.connection_lost(None)
            second = connect(ALICE)  # from the same port
        assert counted.counts == {ALICE: 1}
        second.connection_lost(None)
        assert counted.counts == {}

    bounded(streams)


POST = b"POST /accounts/login/ HTTP/1.1\r\nHost: portal.example.com\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("size", "number", "answer"),
    [(1, 1_000, b""), (1, 1_010, b"HTTP/1.1 400 "), (100, 2_000, b"HTTP/1.1 400 "), (400, 5_000, b"")],
)
def test_a_body_of_one_byte_a_chunk_kept_the_process_busy(bounded, size, number, answer):
    async def test(_):
        connection = connect(ALICE)
        connection.data_received(POST + b"%x\r\n%b\r\n" % (size, b"x" * size) * number)
        assert connection.transport.written[:13] == answer

    bounded(test)
