"""The live log in the browser: with a stream, without one, and after the right to see it has ended."""

import pytest
from playwright.sync_api import expect

from accounts.models import PlatformSettings
from deployments.models import RunLog
from deployments.runs.log import publish
from deployments.tests.factories import make_deployment, make_run, make_version


@pytest.fixture
def watch(chromium, server, client, run):
    """Opens the page of the run for a person. Each has one stream; a second gets 503, which is no error here."""
    contexts = []
    portal = server(env={"WEB_PROCESSES": "1", "WEB_STREAMS_PER_PERSON": "1"}).url

    def opened(person):
        client.force_login(person)
        context = chromium.new_context(base_url=portal)
        contexts.append(context)
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": portal}])
        page = context.new_page()
        page.goto(run.deployment.get_absolute_url())
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def run(live_db, alice):
    deployment = make_deployment(make_version({"main.tf": ""}, owner=alice), owner=alice)
    return make_run(deployment, status="applying")


def write(run, sequence, text):
    RunLog.objects.create(run=run, sequence=sequence, text=text)
    publish(run.pk)


def test_a_page_that_gets_no_stream_asks_for_the_lines(run, alice, watch):
    write(run, 1, " one")
    first, second = watch(alice), watch(alice)
    for page in (first, second):
        expect(page.get_by_role("log")).to_have_text("one\n")
    write(run, 2, "gtwo\nrthree")
    for page in (first, second):
        expect(page.get_by_role("log")).to_have_text("one\ntwo\nthree\n")
        expect(page.get_by_role("log").locator(".r")).to_have_text("three")


def test_a_page_stayed_open_after_the_right_to_see_it_had_ended(run, bob, watch):
    PlatformSettings.load()
    PlatformSettings.objects.update(private_mode=True)
    write(run, 1, " of alice")
    page = watch(bob)
    expect(page.get_by_role("log")).to_have_text("of alice\n")
    PlatformSettings.objects.update(private_mode=False)
    expect(page.get_by_role("heading", name="Page not found")).to_be_visible()
    expect(page.get_by_text("of alice")).to_have_count(0)
