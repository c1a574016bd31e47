import asyncio

import pytest
from django.core.exceptions import RequestAborted

from partnerportal import bodies
from partnerportal.bodies import Bodies
from partnerportal.body_limits import MB, Limit
from partnerportal.refusals import Refused

LOGIN, FORM, HOOK = "/accounts/login/", "/deploy/k7f3kabcde/", "/hooks/github/k7f3kabcde/"
CHUNK = b"x" * 65_536


class Client:
    """Sends `length` bytes in chunks, then stops; `taken` is what the portal has read of them."""

    def __init__(self, length, *, more=False, leaves=False):
        self.left, self.more, self.leaves, self.taken = length, more, leaves, 0

    async def receive(self):
        if self.left <= 0 and self.leaves:
            return {"type": "http.disconnect"}
        if self.left <= 0 and self.more:
            await asyncio.Event().wait()
        chunk = CHUNK[: self.left]
        self.left -= len(chunk)
        self.taken += len(chunk)
        return {"type": "http.request", "body": chunk, "more_body": self.left > 0 or self.more or self.leaves}


def scope(path, length=None):
    header = (b"transfer-encoding", b"chunked") if length is None else (b"content-length", b"%d" % length)
    return {"path": path, "headers": [header]}


def read(client, path, *, length=None, is_known=False, room=None):
    """What was read of a request, or the name of the refusal."""

    async def known(_scope):
        return is_known

    async def whole():
        async with (room or Bodies(known)).read(scope(path, length), client.receive, "203.0.113.7") as body:
            return len(body.read())

    try:
        return asyncio.run(asyncio.wait_for(whole(), 20))
    except Refused as refusal:
        return refusal.name


@pytest.mark.parametrize("length", [None, 2 * MB])
def test_a_body_within_the_limit_is_read_whole(length):
    assert read(Client(2 * MB), LOGIN, length=length) == 2 * MB


def test_a_body_that_says_that_it_is_too_large_is_not_read_at_all():
    client = Client(400 * MB)
    assert (read(client, LOGIN, length=400 * MB), client.taken) == ("413", 0)


def test_a_body_that_does_not_say_its_length_is_read_up_to_the_limit():
    client = Client(400 * MB)
    assert (read(client, LOGIN), client.taken) == ("413", 2 * MB + len(CHUNK))


def test_a_delivery_of_two_megabytes_is_not_read():
    client = Client(2 * MB)
    assert (read(client, HOOK, length=2 * MB), client.taken) == ("413", 0)


@pytest.mark.parametrize(("length", "taken"), [(None, 2 * MB + len(CHUNK)), (9 * MB, 0)])
def test_a_large_form_of_a_stranger_is_read_up_to_the_usual_limit(length, taken):
    client = Client(9 * MB)
    assert (read(client, FORM, length=length), client.taken) == ("413_signed_out", taken)


@pytest.mark.parametrize("length", [None, 9 * MB])
def test_a_large_form_of_somebody_signed_in_is_read_whole(length):
    assert read(Client(9 * MB), FORM, length=length, is_known=True) == 9 * MB


def test_a_form_of_somebody_signed_in_has_a_limit_too():
    client = Client(40 * MB)
    assert (read(client, FORM, is_known=True), client.taken) == ("413", 10 * MB + len(CHUNK))


@pytest.mark.parametrize("path", [LOGIN, HOOK, "/healthz", "/readyz"])
def test_a_body_that_stops_after_one_byte_ends_with_its_time(monkeypatch, path):
    monkeypatch.setattr(bodies, "limit_of", lambda path: Limit(2 * MB, seconds=0))
    assert read(Client(1, more=True), path) == "408"


def test_all_bodies_together_have_one_bound(monkeypatch):
    monkeypatch.setattr(bodies, "TOGETHER", 3 * MB)

    async def two_at_once():
        room = Bodies(None)
        first = room.read(scope(LOGIN), Client(2 * MB).receive, "203.0.113.7")
        async with first:
            with pytest.raises(Refused, match="503_uploads"):
                async with room.read(scope(LOGIN), Client(2 * MB).receive, "198.51.100.2"):
                    pass
            assert room.held == {"203.0.113.7": 2 * MB}
        assert room.held == {}

    asyncio.run(two_at_once())


def test_one_address_cannot_take_the_whole_bound(monkeypatch):
    monkeypatch.setattr(bodies, "OF_ONE_ADDRESS", 1 * MB)
    assert read(Client(2 * MB), LOGIN) == "503_uploads"


def test_who_leaves_while_sending_gives_everything_back():
    async def leaves():
        room = Bodies(None)
        with pytest.raises(RequestAborted):
            async with room.read(scope(LOGIN), Client(1 * MB, leaves=True).receive, "203.0.113.7"):
                pass
        assert room.held == {}

    asyncio.run(leaves())


def test_a_request_without_a_body_is_not_waited_for():
    assert read(Client(0, more=True), LOGIN, length=0) == 0
