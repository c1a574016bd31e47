"""Places of requests, with the real handler and middleware, without a server around it."""

import asyncio
import threading

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import path

from foundation.places import Places
from partnerportal import handler
from partnerportal.addresses import Addresses
from partnerportal.handler import Handler
from partnerportal.streams import Streams


class Pages:
    """Views of this module's own URLs; `hold` is made for as long as the test wants."""

    def __init__(self):
        self.gate, self.inside, self.free, self.served = threading.Event(), 0, [], []

    def hold(self, request):
        self.inside += 1
        self.served.append(request.META["REMOTE_ADDR"])
        self.gate.wait(10)
        return HttpResponse("held")

    def stream(self, request):
        async def content():
            for _ in range(3):
                self.free.append(self.places.free)
                yield "x" * 70_000

        return StreamingHttpResponse(content())

    def fail(self, request):
        raise ZeroDivisionError


pages = Pages()
urlpatterns = [path("hold", pages.hold), path("stream", pages.stream), path("fail", pages.fail)]
urlpatterns += [path("livez", lambda request: HttpResponse())]
handler500 = "django.views.defaults.server_error"


class Browser:
    """Asks for an address and takes the answer when the test says so."""

    def __init__(self, app, path, *, client="203.0.113.7"):
        self.scope = {"type": "http", "method": "GET", "path": path, "headers": [(b"host", b"testserver")]}
        self.scope["client"], self.app, self.messages = (client, 5000), app, []
        self.takes, self.left = asyncio.Event(), asyncio.Event()
        self.task = asyncio.create_task(app(self.scope, self.receive, self.send))

    async def receive(self):
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message):
        self.messages.append(message)
        await self.takes.wait()

    async def answer(self):
        self.takes.set()
        await asyncio.wait_for(self.task, 20)
        return self.messages[0]["status"], b"".join(message.get("body", b"") for message in self.messages[1:])


@pytest.fixture
def serve(settings):
    """Runs a coroutine function with the handler, which has `number` places."""
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = ["partnerportal.health.ProbesWithAnyHost"]
    pages.__init__()

    def run(test, *, number=2, most=0):
        async def whole():
            pages.places = Places(number)
            await test(Handler(pages.places, Addresses(most), Streams(10, per_person=10)))

        asyncio.run(asyncio.wait_for(whole(), 30))

    return run


async def until(is_so):
    while not is_so():
        await asyncio.sleep(0.001)


def test_pages_beyond_the_places_wait_and_are_served_later(serve):
    async def crowd(app):
        browsers = [Browser(app, "/hold") for _ in range(6)]
        await until(lambda: pages.inside == 2)
        pages.gate.set()
        assert [await browser.answer() for browser in browsers] == [(200, b"held")] * 6

    serve(crowd)


def test_the_pages_that_one_address_asked_for_at_once_kept_everybody_else_waiting(serve):
    async def crowd(app):
        others = [Browser(app, "/hold") for _ in range(20)]
        await until(lambda: pages.inside == 1)
        visitor = Browser(app, "/hold", client="198.51.100.2")
        await until(lambda: len(app.places.turns.waiting) == 20)
        pages.gate.set()
        await asyncio.gather(visitor.answer(), *[browser.answer() for browser in others])
        assert pages.served.index("198.51.100.2") in (1, 2)

    serve(crowd, number=1)


def test_readers_who_take_nothing_hold_no_place(serve):
    async def readers(app):
        pages.gate.set()
        slow = [Browser(app, "/hold") for _ in range(24)]
        await until(lambda: all(browser.messages for browser in slow) and app.places.free == 2)
        assert await Browser(app, "/hold").answer() == (200, b"held")
        for browser in slow:
            browser.left.set()
        await asyncio.gather(*[browser.task for browser in slow])

    serve(readers)


def test_a_stream_waits_for_its_reader_without_a_place(serve):
    async def reading(app):
        assert await Browser(app, "/stream").answer() == (200, b"x" * 210_000)
        assert pages.free == [2, 2, 2]

    serve(reading)


def test_who_finds_no_place_in_time_is_told_when_to_come_again(serve, monkeypatch):
    monkeypatch.setattr(handler, "PATIENCE", 0)

    async def busy(app):
        first = Browser(app, "/hold")
        await until(lambda: pages.inside == 1)
        status, text = await Browser(app, "/hold").answer()
        assert (status, b"The portal is busy" in text) == (503, True)
        pages.gate.set()
        await first.answer()

    serve(busy, number=1)


def test_who_leaves_while_waiting_is_not_served(serve):
    async def leaves(app):
        first, second = Browser(app, "/hold"), Browser(app, "/hold")
        await until(lambda: pages.inside == 1)
        second.left.set()
        await second.task
        pages.gate.set()
        assert (await first.answer(), pages.inside, second.messages) == ((200, b"held"), 1, [])

    serve(leaves, number=1)


def test_a_busy_server_still_says_that_it_is_alive(serve):
    async def busy(app):
        first = Browser(app, "/hold")
        await until(lambda: pages.inside == 1)
        assert (await Browser(app, "/livez").answer())[0] == 200
        pages.gate.set()
        await first.answer()

    serve(busy, number=1)


def test_a_page_that_fails_gives_its_place_back(serve):
    async def fails(app):
        for _ in range(3):
            assert (await Browser(app, "/fail").answer())[0] == 500
        await until(lambda: app.places.free == 1)

    serve(fails, number=1)


def test_one_address_has_only_so_many_requests_under_way(serve):
    async def many(app):
        held = [Browser(app, "/hold") for _ in range(2)]
        await until(lambda: pages.inside == 2)
        status, text = await Browser(app, "/hold").answer()
        assert (status, b"Too many requests at once" in text) == (429, True)
        others = Browser(app, "/hold", client="198.51.100.2")
        pages.gate.set()
        assert [await browser.answer() for browser in (*held, others)] == [(200, b"held")] * 3

    serve(many, number=4, most=2)
