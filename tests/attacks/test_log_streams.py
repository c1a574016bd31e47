"""Many live logs at once, readers who take nothing, one person with all the streams, files whose readers may not."""

import psutil
import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from accounts.models import PlatformSettings, User
from deployments.models import Run, RunLog
from deployments.runs.log import publish
from deployments.tests.factories import make_deployment, make_run, make_state, make_version
from tests.attacks.connections import Connections
from tests.measures import connections_of_the_portal
from tests.people import make_admin, make_partner

LINE = "x" * 1_023
CHUNK = "\n".join([f" {LINE}"] * 64)
PLACES = 8
ALONE = {"WEB_PROCESSES": "1", "WEB_CONCURRENCY_LIMIT": str(PLACES)}
GONE = "event: gone\ndata: \n\n"


@pytest.fixture
def run(live_db, alice):
    deployment = make_deployment(make_version({"main.tf": ""}, owner=alice), owner=alice)
    return make_run(deployment, status="applying")


@pytest.fixture
def private_mode(live_db):
    PlatformSettings.load()
    PlatformSettings.objects.update(private_mode=True)


def browser_of(person) -> Client:
    browser = Client()
    browser.force_login(person)
    return browser


def log_of(run, name="run-log") -> str:
    return reverse(f"deployments:{name}", args=[run.deployment.ref, run.number])


def write(run, sequence, text):
    RunLog.objects.create(run=run, sequence=sequence, text=f" {text}")
    publish(run.pk)


def test_an_office_may_watch_one_run(server, run, private_mode, alice):
    """Streams count to their people, not to the address that they share."""
    browsers = [browser_of(make_partner(f"partner{which}")) for which in range(8)]
    portal = server(env=ALONE | {"WEB_CONNECTIONS_PER_ADDRESS": "3"})
    with Connections(portal.url) as open_connections:
        for browser in browsers:
            assert open_connections.ask(log_of(run), browser).head() == 200
        idle = [open_connections.ask("/livez") for _ in range(2)]
        assert [connection.head() for connection in idle] == [200, 200]


def everybody_watches(server, run, number, record_property):
    """`number` people open the live log of one run before any of them reads an answer."""
    browsers = [browser_of(make_partner(f"partner{which}")) for which in range(number)]
    portal = server(env=ALONE | {"WEB_CONNECTIONS_PER_ADDRESS": "0"})  # they come from one machine, here alone
    with Connections(portal.url) as open_connections:
        watchers = [open_connections.ask(log_of(run), browser) for browser in browsers]
        assert {watcher.head() for watcher in watchers} == {200}
        write(run, 1, "everybody reads this")
        for watcher in watchers:
            assert watcher.until("everybody").count("id: 1\n") == 1
        used = connections_of_the_portal()
        record_property("database connections", used)
        assert used <= PLACES
        assert open_connections.ask("/livez").head() == 200


def test_watchers_who_came_at_once_got_error_500(server, run, private_mode, record_property):
    everybody_watches(server, run, 60, record_property)


@pytest.mark.whole
def test_500_watchers_who_came_at_once_got_error_500(server, run, private_mode, record_property):
    everybody_watches(server, run, 500, record_property)


def slow_readers(server, run, number, megabytes, record_property):
    """`number` people ask for a finished log, take its first bytes, and then nothing."""
    RunLog.objects.bulk_create(
        RunLog(run=run, sequence=number, start=(number - 1) * (len(CHUNK) + 1), text=CHUNK)
        for number in range(1, 16 * megabytes + 1)
    )
    Run.objects.update(status="failed")
    browsers = [browser_of(make_partner(f"partner{which}")) for which in range(number)]
    portal = server(env=ALONE)
    process = psutil.Process(portal.pid)
    with Connections(portal.url) as open_connections:
        page = open_connections.ask(run.deployment.get_absolute_url(), browsers[0])
        assert page.head() == 200
        before = process.memory_info().rss
        text, few = log_of(run, "run-log-text"), 4_096  # bytes that the system takes for a reader
        whole, *others = browsers
        readers = [
            open_connections.ask(text, whole),
            *(open_connections.ask(text, each, window=few) for each in others),
        ]
        assert {reader.head() for reader in readers} == {200}
        assert open_connections.ask("/deployments/", browsers[0]).head() == 200
        grown = process.memory_info().rss - before
        record_property("grown by MB", grown // 1024**2)
        assert grown < number * 1024**2
        assert len(readers[0].rest()) > megabytes * 1024**2
        Session.objects.filter(session_key=browsers[1].cookies["sessionid"].value).delete()
        assert len(readers[1].rest()) < megabytes * 1024**2


def test_slow_readers_of_a_log_cost_the_server_all_of_it(server, run, private_mode, record_property):
    slow_readers(server, run, 20, 10, record_property)


@pytest.mark.whole
def test_60_slow_readers_of_a_log_cost_the_server_all_of_it(server, run, private_mode, record_property):
    slow_readers(server, run, 60, 20, record_property)


def test_one_person_took_all_the_streams(server, run, alice, admin):
    browser = browser_of(alice)
    portal = server(env=ALONE | {"WEB_STREAMS": "4", "WEB_STREAMS_PER_PERSON": "3"})
    with Connections(portal.url) as open_connections:
        hers = [open_connections.ask(log_of(run), browser) for _ in range(3)]
        assert [watcher.head() for watcher in hers] == [200] * 3
        refused = open_connections.ask(log_of(run), browser)
        assert (refused.head(), refused.headers["retry-after"]) == (503, "5")
        assert "Too many logs and downloads are open" in refused.rest()
        asked = open_connections.ask(f"{log_of(run)}?ask", browser)
        assert (asked.head(), asked.rest()) == (200, "retry: 5000\n\n")

        assert open_connections.ask(log_of(run), browser_of(admin)).head() == 200
        assert open_connections.ask(log_of(run), browser_of(make_admin("eve"))).head() == 503

        hers[0].socket.close()
        while open_connections.ask(log_of(run), browser).head() != 200:
            pass


def sign_out(browser, person):
    browser.logout()


def deactivate(browser, person):
    User.objects.filter(pk=person.pk).update(is_active=False)


def lose_roles(browser, person):
    User.objects.filter(pk=person.pk).update(is_partner=False, partner_since=None, is_staff=False)


def change_the_password(browser, person):
    person.set_password("another-long-one-1")
    person.save()


def expire(browser, person):
    Session.objects.filter(session_key=browser.session.session_key).update(expire_date="2026-01-01T00:00Z")


def require_a_second_factor(browser, person):
    PlatformSettings.objects.update(two_factor="admins")


LOSSES = {
    "signed out": (make_partner, sign_out),
    "deactivated": (make_partner, deactivate),
    "no longer a partner": (make_partner, lose_roles),
    "no longer an admin": (make_admin, lose_roles),
    "another password": (make_partner, change_the_password),
    "session over": (make_partner, expire),
    "admin without a second factor": (make_admin, require_a_second_factor),
}


def test_a_stream_went_on_after_the_right_to_see_it_had_ended(server, run, private_mode, alice, bob):
    people = {why: make(f"person{number}") for number, (why, (make, _)) in enumerate(LOSSES.items())}
    browsers = {why: browser_of(person) for why, person in people.items()}
    portal = server(env=ALONE)
    with Connections(portal.url) as open_connections:
        owner, partner = (open_connections.ask(log_of(run), browser_of(each)) for each in (alice, bob))
        losers = {why: open_connections.ask(log_of(run), browser) for why, browser in browsers.items()}
        everybody = [owner, partner, *losers.values()]
        assert {watcher.head() for watcher in everybody} == {200}
        write(run, 1, "before")
        assert {watcher.until(" before").count("data:") for watcher in everybody} == {1}
        for why, (_, lose) in LOSSES.items():
            lose(browsers[why], people[why])
        assert {why: GONE in losers[why].until("event: gone\ndata: \n\n") for why in losers} == dict.fromkeys(
            LOSSES, True
        )
        write(run, 2, "after")
        owner.until(" after")
        partner.until(" after")
        assert [why for why, watcher in losers.items() if "after" in watcher.rest()] == []

        PlatformSettings.objects.update(private_mode=False)
        partner.until(GONE)
        write(run, 3, "of the owner alone")
        owner.until("alone")
        assert "alone" not in partner.rest()


def test_a_file_was_sent_to_its_end_although_its_reader_had_signed_out(server, run, alice):
    size = 8 * 1024**2
    outputs = {"kubeconfig": {"value": "x" * size, "type": "string"}}
    run.deployment.state = make_state(run, outputs=outputs)
    run.deployment.save()
    path = reverse("deployments:output-file", args=[run.deployment.ref, "kubeconfig"])
    browser, portal = browser_of(alice), server(env=ALONE)
    with Connections(portal.url) as open_connections:
        log = open_connections.ask(log_of(run), browser)
        file = open_connections.ask(path, browser, window=4_096)
        assert [log.head(), file.head()] == [200, 200]
        Session.objects.all().delete()
        log.until(GONE)
        text = file.rest()
        assert (len(text) < size, text.endswith("0\r\n\r\n")) == (True, False)  # a browser says that it failed
