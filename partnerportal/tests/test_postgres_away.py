"""While PostgreSQL is away each page says so, and works again as soon as it is back."""

import threading
import urllib.error
import urllib.request
from contextlib import contextmanager
from functools import partial

import psycopg2
import pytest
from django.db import Error, InterfaceError, OperationalError, connection

from demo.waiting import until
from deployments.tests.page_text import text_of
from partnerportal import outage
from tests.measures import end_connections_of_the_portal

PAGES = ["/", "/deployments/", "/billing/transactions/", "/profile/", "/admin/accounts/user/", "/accounts/login/"]
AWAY = "The portal is not available right now"


class Visitor:
    """Asks a portal as the person whose cookies these are."""

    def __init__(self, portal, client):
        cookies = {name: morsel.value for name, morsel in client.cookies.items()}
        self.url = portal.url
        self.headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}

    def ask(self, path):
        """Status, headers and text of one GET."""
        request = urllib.request.Request(f"{self.url}{path}", headers=self.headers)
        try:
            answer = urllib.request.urlopen(request, timeout=60)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return answer.status, answer.headers, answer.read().decode()


def test_every_page_said_something_went_wrong_until_postgresql_was_back(own_postgres, server, client, admin):
    client.force_login(admin)
    visitor = Visitor(server(env={"DATABASE_URL": own_postgres.copy()}), client)
    assert [visitor.ask(path)[0] for path in PAGES] == [200] * len(PAGES)
    own_postgres.stop()
    for path in PAGES:
        status, headers, text = visitor.ask(path)
        assert (path, status, headers["Retry-After"], headers["Refresh"]) == (path, 503, "5", "5")
        assert AWAY in text
        assert "no-store" in headers["Cache-Control"]
    own_postgres.start()
    assert [visitor.ask(path)[0] for path in PAGES] == [200] * len(PAGES)


@contextmanager
def locked(table, url):
    """Nobody reads the table within."""
    other = psycopg2.connect(url)
    with other.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {table}")
    yield
    other.close()


def test_a_connection_that_broke_in_the_middle_of_a_page_was_an_error(live_db, server, client, carol):
    client.force_login(carol)
    visitor = Visitor(server(), client)
    for table in ("django_session", "accounts_user", "deployments_deployment", "billing_account"):
        got = []
        with locked(table, live_db):
            reader = threading.Thread(target=lambda got=got: got.append(visitor.ask("/deployments/")))
            reader.start()
            until(partial(end_connections_of_the_portal, waiting=True), f"A page that waits for {table}")
            reader.join()
        status, _, text = got[0]
        assert (table, status, AWAY in text) == (table, 503, True)
    assert visitor.ask("/deployments/")[0] == 200


@pytest.fixture
def away(live_db, carol, client, monkeypatch):
    """carol's browser, while nobody listens where PostgreSQL should."""
    client.force_login(carol)
    client.raise_request_exception = False
    connection.close()
    with monkeypatch.context() as nowhere:
        nowhere.setitem(connection.settings_dict, "HOST", "127.0.0.1")
        nowhere.setitem(connection.settings_dict, "PORT", "9")
        yield client


def test_a_form_that_could_not_be_saved_lost_what_was_typed(away):
    answer = away.post("/profile/name/", {"first_name": "Caroline"})
    assert (answer.status_code, answer["Retry-After"], "Refresh" in answer) == (503, "5", False)
    assert "Wait a moment, then reload this page: your browser sends what you typed again." in text_of(answer)


def test_the_live_log_says_that_it_is_away(away):
    assert away.get("/deployments/abcdefghij/runs/1/log/").status_code == 503


def test_a_part_of_a_page_stays_and_says_that_it_asks_again(away):
    answer = away.get("/publish/status/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["Retry-After"], "Refresh" in answer) == (503, "5", False)
    assert [answer[f"HX-{name}"] for name in ("Retarget", "Reswap", "Reselect")] == ["body", "beforeend", ".toasts"]
    assert b"data-away" in answer.content
    assert "This page tries again every few seconds." in text_of(answer)


def test_a_part_that_saves_keeps_what_was_typed_and_is_not_sent_again(away):
    answer = away.post("/profile/name/", {"first_name": "Caroline"}, headers={"HX-Request": "true"})
    assert answer.status_code == 503
    assert "Nothing was changed, and what you typed is still here. Try again in a moment." in text_of(answer)
    assert b"data-away" not in answer.content


def error_of(statement):
    """The exception that Django raises for the statement."""
    with pytest.raises(Error) as failed, connection.cursor() as cursor:
        cursor.execute(statement)
    return failed.value


def test_other_errors_of_a_database_that_is_there_are_no_outage(live_db):
    too_slow = error_of("SET statement_timeout = 10; SELECT pg_sleep(10)")
    assert isinstance(too_slow, OperationalError)
    assert [outage.is_one(error) for error in (too_slow, error_of("SELECT 1/0"), ValueError(), None)] == [False] * 4


def test_a_closed_connection_is_an_outage(live_db):
    ended = error_of("SELECT pg_terminate_backend(pg_backend_pid())")
    assert outage.is_one(ended)
    after = error_of("SELECT 1")
    assert isinstance(after, InterfaceError | OperationalError)
    assert outage.is_one(after)
