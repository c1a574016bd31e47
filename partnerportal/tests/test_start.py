"""The start page: what needs somebody, what is live, what they own."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import GitHubConnection
from deployments.models import Deployment, Run
from deployments.tests.factories import make_deployment, make_run, make_version
from partnerportal import start

pytestmark = pytest.mark.django_db
FILES = {"main.tf": ""}


def connect(owner, **fields) -> GitHubConnection:
    connection = GitHubConnection(owner=owner, login="alice-example", checked_at=timezone.now(), **fields)
    connection.token = "ghp_secret"
    connection.save()
    return connection


def test_visitor_is_sent_to_sign_in(client):
    assert client.get("/")["Location"] == "/accounts/login/?next=/"


def test_newcomer_is_told_what_to_do_next(client, carol):
    client.force_login(carol)
    text = client.get("/").content.decode()
    assert "Nothing deployed yet" in text
    assert "Nothing needs you. Nothing is live yet." in text
    assert "Your modules" not in text
    assert "Platform" not in text


def test_partner_without_connection_is_asked_to_connect(alice):
    [row] = start.page(alice, now=timezone.now())["attention"]
    assert (row.title, row.says, row.action) == ("Your GitHub connection", "is not set up", "Connect GitHub")


def test_token_about_to_expire_is_said_once(alice):
    connect(alice, repository_id=1, expires_at=timezone.now() + timedelta(days=9, hours=1))
    [row] = start.page(alice, now=timezone.now())["attention"]
    assert row.says == "expires in 9 days"


def test_healthy_connection_needs_nobody(alice):
    connect(alice, repository_id=1)
    assert start.page(alice, now=timezone.now())["attention"] == []


def test_failed_run_stands_first_with_its_reason(client, carol, admin):
    shop = make_deployment(make_version(FILES, owner=None, published_by=admin), owner=carol, name="web-shop")
    make_run(shop, status=Run.Status.FAILED, error="quota exceeded\nmore of it")
    client.force_login(carol)
    text = client.get("/").content.decode()
    assert "failed in run 1" in text
    assert "quota exceeded" in text
    assert "more of it" not in text


def test_long_reason_is_cut_visibly(carol, admin):
    shop = make_deployment(make_version(FILES, owner=None, published_by=admin), owner=carol, name="web-shop")
    make_run(shop, status=Run.Status.FAILED, error="x" * 161)
    (row,) = start.page(carol, now=timezone.now())["attention"]
    assert row.detail == "x" * 159 + "…"


def test_repaired_deployment_needs_nobody(carol, admin):
    version = make_version(FILES, owner=None, published_by=admin)
    shop = make_deployment(version, owner=carol, status=Deployment.Status.LIVE)
    make_run(shop, status=Run.Status.FAILED, error="quota exceeded")
    make_run(shop, status=Run.Status.SUCCEEDED)
    page = start.page(carol, now=timezone.now())
    assert page["attention"] == []
    assert page["summary"] == "Nothing needs you. 1 deployment is live."


def test_others_deployments_are_not_mine(client, alice, carol):
    make_deployment(make_version(FILES, owner=alice), owner=alice, name="alices-own-shop")
    client.force_login(carol)
    assert "alices-own-shop" not in client.get("/").content.decode()


def test_partner_sees_how_others_fare_with_their_modules(alice, carol):
    version = make_version(FILES, owner=alice)
    for status in (Run.Status.SUCCEEDED, Run.Status.FAILED, Run.Status.QUEUED):
        make_run(make_deployment(version, owner=carol, name=status), status=status)
    make_run(make_deployment(version, owner=alice), status=Run.Status.SUCCEEDED)
    figures = start.page(alice, now=timezone.now())["modules"]
    assert figures == {"published": 1, "runs": 3, "ended": 2, "succeeded": 1, "share": 0, "currency": "EUR"}


def test_admin_sees_the_platform_in_figures(admin, alice):
    assert start.page(admin, now=timezone.now())["platform"] == [
        ("People", 2),
        ("Partners", 1),
        ("Live deployments", 0),
        ("Runs in work", 0),
    ]


@pytest.mark.parametrize(("hour", "words"), [(6, "Good morning"), (12, "Good afternoon"), (18, "Good evening")])
def test_greeting_follows_the_clock(hour, words):
    assert start.greeting(datetime(2026, 11, 22, hour, tzinfo=UTC)) == words


def test_number_of_queries_does_not_grow_with_deployments(client, carol, admin, django_assert_max_num_queries):
    version = make_version(FILES, owner=None, published_by=admin)
    make_run(make_deployment(version, owner=carol, name="one"))
    client.force_login(carol)
    with django_assert_max_num_queries(20) as few:
        client.get("/")
    for name in ("two", "three"):
        make_run(make_deployment(version, owner=carol, name=name))
    with django_assert_max_num_queries(len(few)):
        client.get("/")
