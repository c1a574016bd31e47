"""Publishing while others publish, scan, and set terms: real transactions in separate threads."""

import threading

import pytest
from django.db import connection as database
from django.utils.module_loading import import_string

from accounts import repositories
from accounts.models import GitHubConnection
from modules.models import Module, ModuleVersion, Publication, Scan
from modules.publishing import services
from modules.publishing.terms import Terms, set_terms
from modules.scanning.scanner import scan_repository
from modules.scanning.services import start_scan
from modules.tests.catalogues import GREETING, NAME, connect, promised, publish, scan
from modules.versions.lifecycle import make_current
from tests.people import make_admin

WIDER = GREETING + 'variable "colour" {\n  type    = string\n  default = "red"\n}\n'
FILES = {"greeting/main.tf": GREETING}


@pytest.fixture
def connection(live_db, alice, github):
    return connect(github, alice, files=FILES)


def at_once(*deeds):
    """Do all at the same moment; the exceptions that they end with, None for what went well, in their order."""
    start, outcomes = threading.Barrier(len(deeds)), [None] * len(deeds)

    def run(place, deed):
        try:
            start.wait()
            deed()
        except Exception as error:
            outcomes[place] = error
        finally:
            database.close()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    return outcomes


def fresh(connection):
    return GitHubConnection.objects.get(pk=connection.pk)


def semvers():
    return list(ModuleVersion.objects.order_by("number").values_list("semver", flat=True))


def test_people_and_the_portal_who_would_give_the_same_number_make_one_version(connection, github, alice):
    publish(connection, "greeting")
    github.commit(NAME, {"greeting/main.tf": WIDER})
    reading, told = scan(connection), promised(connection, "greeting")
    Module.objects.update(auto_publish_by=alice)

    def by_hand():
        services.publish(fresh(connection), scan=reading, paths={"greeting"}, promised=told, by=alice)

    def by_itself():
        services.publish_automatically(fresh(connection), scan=reading)

    outcomes = at_once(by_hand, by_itself, by_hand, by_itself)
    assert {type(outcome) for outcome in outcomes} <= {type(None), services.StalePublication, services.Busy}
    assert semvers() == ["1.0.0", "1.1.0"]


def paused(monkeypatch, place):
    """Stop what calls `place` there; returns two events: that it got there, and that it may go on."""
    reached, go_on, real = threading.Event(), threading.Event(), import_string(place)

    def pausing(*args, **options):
        reached.set()
        assert go_on.wait(60)
        return real(*args, **options)

    monkeypatch.setattr(place, pausing)
    return reached, go_on


@pytest.fixture
def impatient(live_db):
    """Waits for no lock."""
    with database.cursor() as cursor:
        cursor.execute("SET lock_timeout = '1s'")
    yield
    with database.cursor() as cursor:
        cursor.execute("SET lock_timeout = 0")


@pytest.fixture
def pending(connection, github, alice):
    """A scan whose update is still to be published automatically."""
    repositories.refresh(connection.pk)
    publish(connection, "greeting")
    github.commit(NAME, {"greeting/main.tf": WIDER})
    reading = scan(connection)
    Module.objects.update(auto_publish_by=alice)
    return reading


def publish_alone(reading):
    at_once(lambda: services.publish_automatically(fresh(reading.connection), scan=reading))


WHILE_PREPARED = ["modules.publishing.previews.attach_live", "modules.reading.file_store.check_room"]


@pytest.mark.parametrize("place", WHILE_PREPARED)
def test_the_profile_waited_while_updates_were_prepared(pending, alice, client, monkeypatch, impatient, place):
    reached, go_on = paused(monkeypatch, place)
    client.force_login(alice)
    publishing = threading.Thread(target=publish_alone, args=[pending])
    publishing.start()
    try:
        assert reached.wait(60)
        answer = client.post("/profile/github/repository/", {"repository": pending.repository_id})
    finally:
        go_on.set()
        publishing.join(60)
    assert (answer.status_code, answer["Location"]) == (302, "/profile/")
    assert semvers() == ["1.0.0", "1.1.0"]


@pytest.mark.parametrize("place", WHILE_PREPARED)
def test_what_was_switched_off_meanwhile_is_not_published(pending, alice, monkeypatch, impatient, place):
    reached, go_on = paused(monkeypatch, place)
    publishing = threading.Thread(target=publish_alone, args=[pending])
    publishing.start()
    try:
        assert reached.wait(60)
        set_terms(fresh(pending.connection), path="greeting", terms=Terms(auto_publish=False), by=alice)
    finally:
        go_on.set()
        publishing.join(60)
    assert semvers() == ["1.0.0"]
    assert {row.status for row in Publication.objects.filter(by=None)} == {"failed"}


def test_publish_at_the_end_of_a_scan_is_of_the_old_reading_or_refused(connection, github, alice):
    old = scan(connection)
    told = promised(connection, "greeting")
    commit = github.commit(NAME, {"greeting/main.tf": WIDER})
    waiting = start_scan(connection, by=None)

    def by_hand():
        services.publish(fresh(connection), scan=old, paths={"greeting"}, promised=told, by=alice)

    _, outcome = at_once(lambda: scan_repository(waiting.pk), by_hand)
    waiting.refresh_from_db()
    assert (waiting.status, waiting.commit) == (Scan.Status.SUCCEEDED, commit)
    if outcome is None:
        assert list(ModuleVersion.objects.values_list("commit", flat=True)) == [old.commit]
    else:
        assert (type(outcome), ModuleVersion.objects.count()) == (services.StalePublication, 0)


def test_scan_terms_and_roll_back_at_once_end_without_a_deadlock(connection, github, alice):
    publish(connection, "greeting")
    Module.objects.update(auto_publish_by=alice)
    github.commit(NAME, {"greeting/main.tf": WIDER})
    waiting = start_scan(connection, by=None)
    first = ModuleVersion.objects.get()

    outcomes = at_once(
        lambda: scan_repository(waiting.pk),
        lambda: set_terms(fresh(connection), path="greeting", terms=Terms(credit_cost=5, auto_publish=True), by=alice),
        lambda: make_current(first, by=alice),
        lambda: start_scan(fresh(connection), by=alice),
    )
    assert outcomes == [None] * 4
    assert semvers() == ["1.0.0", "1.1.0"]
    assert Module.objects.get().own_credit_cost == 5


def test_two_people_who_set_the_terms_of_one_folder_at_once_make_one_entry(live_db, admin, github):
    connection = connect(github, None, by=admin, name="platform-example/test-modules", files=FILES)
    scan(connection, by=admin)
    people = {admin: 10, make_admin("second"): 20}

    def deed(person, cost):
        terms = Terms(credit_cost=cost, audience="everyone")
        return lambda: set_terms(fresh(connection), path="greeting", terms=terms, by=person)

    assert at_once(*(deed(*each) for each in people.items())) == [None, None]
    assert Module.objects.get().own_credit_cost in (10, 20)


def test_publish_while_another_removes_the_module_leaves_one_truth(connection, github, alice):
    publish(connection, "greeting")
    module = Module.objects.get()
    github.commit(NAME, {"greeting/main.tf": WIDER})
    reading, told = scan(connection), promised(connection, "greeting")
    by_hand, _ = at_once(
        lambda: services.publish(fresh(connection), scan=reading, paths={"greeting"}, promised=told, by=alice),
        lambda: services.remove(module, by=alice),
    )
    assert Module.objects.get().removed_at is not None
    assert semvers() == (["1.0.0", "1.1.0"] if by_hand is None else ["1.0.0"])
