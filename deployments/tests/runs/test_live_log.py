"""The live log over HTTP from a real server, rows and wake-ups from this process as from a worker."""

import asyncio
import urllib.error
import urllib.request
from contextlib import AsyncExitStack, ExitStack, contextmanager

import pytest
import redis
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connection
from django.urls import reverse

from accounts.models import PlatformSettings
from deployments.models import Run, RunLog
from deployments.runs import live_log
from deployments.runs.log import CHANNEL, publish
from deployments.tests.factories import make_deployment, make_run, make_version
from tests.measures import connections_of_the_portal


@pytest.fixture
def run(live_db, alice):
    deployment = make_deployment(make_version({"main.tf": ""}, owner=alice), owner=alice)
    return make_run(deployment, status="applying")


def write(run, sequence, text, *, wakes=True):
    RunLog.objects.create(run=run, sequence=sequence, text=text)
    if wakes:
        publish(run.pk)


@contextmanager
def watching(server, client, run, *, after="", last=None):
    """The open stream of a run for whoever is signed in at `client`."""
    address = server.url + reverse("deployments:run-log", args=[run.deployment.ref, run.number])
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    headers = {"Cookie": cookie} | ({"Last-Event-ID": str(last)} if last else {})
    with urllib.request.urlopen(urllib.request.Request(f"{address}?after={after}", headers=headers), timeout=20) as it:
        yield it


def next_event(stream):
    """The next event as a dict; its data lines in a list. Comments and the retry time are passed over."""
    event = {"data": []}
    for raw in stream:
        line = raw.decode().rstrip("\n")
        name, _, text = line.partition(": ")
        if name == "data":
            event["data"].append(text)
        elif name in ("id", "event"):
            event[name] = text
        elif not line and len(event["data"]):
            return event
    return None


def test_lines_come_in_time_and_the_stream_ends_with_the_run(server, client, alice, run):
    client.force_login(alice)
    write(run, 1, "bfirst\n second: line")
    with watching(server(), client, run) as stream:
        assert stream.headers["Content-Type"] == "text/event-stream"
        assert next_event(stream) == {"id": "1", "data": ["bfirst", " second: line"]}
        for sequence, wakes in [(2, True), (3, False), (4, True)]:
            write(run, sequence, f"gchunk {sequence}", wakes=wakes)
            assert next_event(stream) == {"id": str(sequence), "data": [f"gchunk {sequence}"]}
        write(run, 5, " last")
        Run.objects.update(status="succeeded")
        publish(run.pk)
        assert next_event(stream) == {"id": "5", "data": [" last"]}
        assert next_event(stream) == {"event": "end", "data": ["succeeded"]}
        assert stream.read() == b""


def test_a_viewer_who_comes_back_misses_nothing_and_sees_nothing_twice(server, client, alice, run):
    client.force_login(alice)
    for sequence in (1, 2, 3):
        write(run, sequence, f" {sequence}")
    Run.objects.update(status="failed")
    portal = server()
    for options in ({"after": "2"}, {"after": "0", "last": 2}):
        with watching(portal, client, run, **options) as stream:
            assert next_event(stream) == {"id": "3", "data": [" 3"]}
            assert next_event(stream) == {"event": "end", "data": ["failed"]}
    with watching(portal, client, run, after="forged") as stream:
        assert next_event(stream)["id"] == "1"


def test_two_viewers_of_one_run_both_get_every_line(server, client, alice, run):
    client.force_login(alice)
    portal = server()
    with watching(portal, client, run) as one, watching(portal, client, run) as other:
        write(run, 1, " shared")
        assert next_event(one) == next_event(other) == {"id": "1", "data": [" shared"]}


def test_open_streams_hold_no_database_connection_but_those_of_the_places(server, client, alice, run):
    client.force_login(alice)
    portal = server(env={"WEB_PROCESSES": "1", "WEB_CONCURRENCY_LIMIT": "2"})
    with ExitStack() as open_streams:
        streams = [open_streams.enter_context(watching(portal, client, run)) for _ in range(6)]
        write(run, 1, " here")
        assert [next_event(stream)["data"] for stream in streams] == [[" here"]] * 6
        assert connections_of_the_portal() <= 2


def test_strangers_get_404_and_private_mode_opens_it_to_partners(server, client, bob, carol, run):
    portal = server()
    Run.objects.update(status="succeeded")
    for person in (bob, carol):
        client.force_login(person)
        with pytest.raises(urllib.error.HTTPError) as refused, watching(portal, client, run):
            pass
        assert refused.value.code == 404
    PlatformSettings.load()
    PlatformSettings.objects.update(private_mode=True)
    client.force_login(bob)
    with watching(portal, client, run) as stream:
        assert next_event(stream) == {"event": "end", "data": ["succeeded"]}


def test_a_worker_wakes_the_viewers_without_a_poll(run, monkeypatch):
    monkeypatch.setattr(live_log, "LOOK_EVERY", 1_000)

    async def watched():
        async with live_log.tailer().watch(run.pk) as feed:
            await feed.rung()  # by the first look, which finds a run without lines
            await sync_to_async(listeners)()
            await sync_to_async(write)(run, 1, " one")
            await feed.rung()
            found = (feed.newest, (await feed.after(0)).events)
        await sync_to_async(lambda: connection.close())()
        return found

    assert asyncio.run(asyncio.wait_for(watched(), 60)) == (1, b"id: 1\ndata:  one\n\n")


def listeners():
    """Wait until the tailer listens to Redis."""
    with redis.Redis.from_url(settings.REDIS_URL) as broker:
        while dict(broker.pubsub_numsub(CHANNEL)) != {CHANNEL.encode(): 1}:
            pass


@pytest.mark.parametrize(("viewers", "seconds"), [(0, 2), (23, 2), (100, 12), (500, 30)])
def test_pages_of_a_run_that_many_watch_ask_less_often(viewers, seconds):
    async def watched():
        async with AsyncExitStack() as streams:
            for _ in range(viewers):
                await streams.enter_async_context(live_log.tailer().watch(run_id=1))
            return live_log.pace(1), live_log.pace(2)

    assert asyncio.run(watched()) == (seconds, 2)


def test_a_page_waited_until_all_viewers_had_the_new_line():
    async def watched():
        feed, have = live_log.Feed(run_id=1), []
        views = [asyncio.create_task(view(feed, have)) for _ in range(100)]
        await asyncio.sleep(0)
        feed.ring()
        turns = []
        while len(have) < 100:
            await asyncio.sleep(0)  # one turn of the event loop
            turns.append(len(have))
        await asyncio.gather(*views)
        return turns[-4:]

    async def view(feed, have):
        await feed.rung()
        have.append(1)

    assert asyncio.run(asyncio.wait_for(watched(), 20)) == [25, 50, 75, 100]
