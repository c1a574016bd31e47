"""The start page: what needs attention, what is live, what people own."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import GitHubConnection
from deployments.models import Deployment, Run
from deployments.tests.factories import make_deployment, make_run, make_version
from foundation import faults
from foundation.models import Fault, Heartbeat
from modules.models import Alarm, Module
from modules.tests.published_versions import make_module, version_of
from partnerportal import periodic, start
from tests.people import make_person

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
    assert "<h3>No deployments yet</h3>" in text
    assert "You&#x27;re all set. No deployments yet." in text
    assert "Your modules" not in text
    assert "Platform" not in text


def test_partner_without_connection_is_asked_to_connect(alice):
    [row] = start.page(alice, now=timezone.now())["attention"]
    assert (row.title, row.says, row.action) == ("Your GitHub connection", "is not set up", "Connect GitHub")


def test_token_about_to_expire_is_said_once(alice):
    connect(alice, repository_id=1, expires_at=timezone.now() + timedelta(days=9))
    [row] = start.page(alice, now=timezone.now())["attention"]
    assert row.says == "expires in 9 days"


def test_healthy_connection_needs_nobody(alice):
    connect(alice, repository_id=1)
    assert start.page(alice, now=timezone.now())["attention"] == []


def test_admin_is_told_of_a_task_that_is_late_by_three_of_its_intervals(client, admin, alice):
    Heartbeat.objects.create(name="foundation.send_mail", at=timezone.now() - timedelta(minutes=2))
    Heartbeat.objects.create(name="modules.watch_tags", at=timezone.now() - timedelta(hours=3))
    [row] = [row for row in start.page(admin, now=timezone.now())["attention"] if row.icon == "clock"]
    assert (row.title, row.says, row.url) == ("Sending e-mails", "is late", "/admin/foundation/heartbeat/")
    assert row.detail == (
        "This runs every 5 s and last succeeded 2 min ago. Check the scheduler and the workers of queue default."
    )
    assert not [row for row in start.page(alice, now=timezone.now())["attention"] if row.icon == "clock"]


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
    assert page["summary"] == "You're all set. 1 deployment is live."


def test_deployment_at_work_for_the_first_time_is_live(carol, admin):
    version = make_version(FILES, owner=None, published_by=admin)
    make_run(make_deployment(version, owner=carol, name="at-work"), status=Run.Status.APPLYING)
    make_run(make_deployment(version, owner=carol, name="left-nothing"), status=Run.Status.CANCELLED)
    assert start.page(carol, now=timezone.now())["summary"] == "You're all set. 1 deployment is live."
    assert start.page(admin, now=timezone.now())["platform"][2:] == [("Live deployments", 1), ("Active runs", 1)]


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("tag_moved", "has a tag that moved"),
        ("tag_gone", "has a tag that was deleted"),
        ("commit_gone", "comes from a commit that is no longer on its branch"),
    ],
)
def test_alarm_needs_the_modules_partner_until_it_is_dismissed(client, alice, bob, kind, says):
    connect(alice, repository_id=1)
    module = make_module(alice)
    Alarm.objects.create(version=version_of(module, "1.1.0"), kind=kind)
    client.force_login(alice)
    assert f'href="{module.get_absolute_url()}">{module.title} 1.1.0</a> {says}' in client.get("/").text
    assert module.title not in [row.title for row in start.page(bob, now=timezone.now())["attention"]]
    Alarm.objects.update(dismissed_at=timezone.now(), dismissed_by=alice)
    assert start.page(alice, now=timezone.now())["attention"] == []


def test_admin_is_shown_the_alarms_of_the_platform_alone(admin, alice):
    connect(None, repository_id=1)
    platforms, partners = make_module(None, by=admin), make_module(alice, title="Of Alice")
    for module in (platforms, partners):
        Alarm.objects.create(version=version_of(module, "1.0.0"), kind="tag_gone")
    [row] = start.page(admin, now=timezone.now())["attention"]
    assert (row.title, row.url) == (f"{platforms.title} 1.0.0", platforms.get_absolute_url())


def test_alarm_of_a_removed_module_needs_nobody(alice):
    connect(alice, repository_id=1)
    Alarm.objects.create(version=version_of(make_module(alice), "1.0.0"), kind="tag_gone")
    Module.objects.update(removed_at=timezone.now())
    assert start.page(alice, now=timezone.now())["attention"] == []


def test_alarms_cost_one_query_and_are_a_few(alice, django_assert_num_queries):
    module = make_module(alice, versions=7)
    for version in module.versions.all():
        Alarm.objects.create(version=version, kind="tag_gone")
    with django_assert_num_queries(1):
        rows = start.standing_alarms(alice)[: start.SHOWN]
        titles = [start._alarm(row).title for row in rows]
    assert [title.rpartition(" ")[2] for title in titles] == ["1.0.0", "1.1.0", "1.2.0", "1.3.0", "1.4.0"]


def test_61_alarms_and_60_updates_are_121_things_and_not_six(client, alice, monkeypatch):
    connect(alice, repository_id=1)
    version = make_module(alice, versions=1).current_version
    Alarm.objects.bulk_create(Alarm(version=version, kind="commit_gone", found=f"branch-{n}") for n in range(61))
    monkeypatch.setattr(start, "updates_for", lambda user: 60)
    client.force_login(alice)
    page = client.get("/").text
    assert "121 things need your attention." in page
    assert "65 of 121 shown" in page
    assert "have 60 updates available" in page


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
    assert (figures["published"], figures["share"], figures["currency"]) == (1, 0, "EUR")
    assert (figures["runs"], figures["ended"], figures["succeeded"], figures["outcome"]) == (3, 2, 1, "1 of 2")


def test_published_modules_are_those_in_the_catalogue(alice):
    make_module(alice)
    alice.modules.create(repository_id=1, path="new", title="Never published")
    make_module(alice, slug="removed", path="removed", removed_at=timezone.now())
    assert start.page(alice, now=timezone.now())["modules"]["published"] == 1


def test_admin_sees_the_platform_in_figures(admin, alice):
    assert start.page(admin, now=timezone.now())["platform"] == [
        ("People", 2),
        ("Partners", 1),
        ("Live deployments", 0),
        ("Active runs", 0),
    ]


@pytest.mark.parametrize(
    ("needs", "live", "total", "words"),
    [
        (0, 0, 0, "You're all set. No deployments yet."),
        (0, 0, 2, "You're all set. No deployment is live."),
        (0, 1, 1, "You're all set. 1 deployment is live."),
        (1, 2, 3, "1 thing needs your attention. 2 deployments are live."),
        (3, 0, 0, "3 things need your attention. No deployments yet."),
    ],
)
def test_summary_says_what_needs_somebody_and_what_is_live(needs, live, total, words):
    assert start.summary(needs, live=live, total=total) == words


@pytest.mark.parametrize(("succeeded", "ended", "words"), [(0, 0, "–"), (0, 1, "0 of 1"), (999, 1200, "999 of 1,200")])
def test_outcome_of_others_runs(succeeded, ended, words):
    assert start.outcome(succeeded=succeeded, ended=ended) == words


@pytest.mark.parametrize(("hour", "words"), [(6, "Good morning"), (12, "Good afternoon"), (18, "Good evening")])
def test_greeting_follows_the_clock(hour, words):
    assert start.greeting(datetime(2026, 11, 22, hour, tzinfo=UTC)) == words


@pytest.mark.parametrize(
    ("roles", "queries"),
    [
        ({}, 6),  # session, person, Private Mode, figures, deployments, balance
        ({"is_partner": True}, 9),  # and alarms, figures of modules, connections with their updates
        ({"is_staff": True}, 11),  # and, without those of modules: faults, states put aside, figures of the platform
        ({"is_partner": True, "is_staff": True}, 12),
    ],
)
@pytest.mark.parametrize("number", [1, 7])
def test_number_of_queries_does_not_grow(client, admin, roles, queries, number, django_assert_num_queries):
    dora = make_person("dora", **roles)
    for owner in dora.publishes_for:
        connect(owner, repository_id=1, expires_at=timezone.now() + timedelta(days=number))
        module = make_module(owner, by=dora, versions=number)
        Alarm.objects.bulk_create(Alarm(version=version, kind="tag_gone") for version in module.versions.all())
    version = make_version(FILES, owner=None, published_by=admin)
    for name in range(number):
        make_run(make_deployment(version, owner=dora, name=f"shop-{name}"), status=Run.Status.FAILED, error="quota")
        Heartbeat.objects.create(name=list(periodic.TITLES)[name], at=timezone.now() - timedelta(days=2))
        faults.note(Fault.Kind.KEY, f"gone-{name}")
    client.force_login(dora)
    client.get("/")
    with django_assert_num_queries(queries):
        client.get("/")


def test_failed_deployments_below_the_newest_five_are_named(carol, admin):
    version = make_version(FILES, owner=None, published_by=admin)
    for number in range(1, 13):
        status = Run.Status.FAILED if number < 8 else Run.Status.SUCCEEDED
        make_run(make_deployment(version, owner=carol, name=f"shop-{number}", status="live"), status=status, error="x")
    page = start.page(carol, now=timezone.now())
    assert [row.name for row, *_ in page["deployments"]] == [f"shop-{number}" for number in (12, 11, 10, 9, 8)]
    assert [row.title for row in page["attention"]] == [f"shop-{number}" for number in (7, 6, 5, 4, 3)]
    assert page["attention_note"] == "5 of 7 shown"
    assert page["summary"] == "7 things need your attention. 12 deployments are live."


def test_the_link_to_all_deployments_counts_what_the_list_shows(client, admin, alice):
    shop = make_deployment(make_version({}, owner=alice), owner=admin, name="one")
    make_deployment(shop.version, owner=admin, name="gone", status="destroyed", destroyed_at=timezone.now())
    make_deployment(shop.version, owner=alice, name="hers")
    client.force_login(admin)
    address, label = start.page(admin, now=timezone.now())["everything"]
    assert f'href="{address}">{label}</a>' in client.get("/").text
    assert (label, len(client.get(address).context["page"])) == ("All 2", 2)
