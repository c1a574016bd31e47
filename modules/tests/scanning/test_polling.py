"""Which repositories are scanned automatically, and when; which webhook deliveries are deleted."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import GitHubConnection
from foundation.models import AuditEvent
from modules.models import Scan
from modules.scanning import polling
from modules.scanning.services import start_scan
from modules.tests.catalogues import GREETING, NAME, connect, scan

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection(alice, github):
    """One that was checked long ago."""
    connection = connect(github, alice, files={"greeting/main.tf": GREETING})
    GitHubConnection.objects.update(checked_at=timezone.now() - timedelta(days=3))
    connection.refresh_from_db()
    return connection


def ended(row, *, ago):
    Scan.objects.filter(pk=row.pk).update(finished_at=timezone.now() - timedelta(seconds=ago))


def is_started() -> bool:
    """Whether the poller starts a scan now; one that it starts is taken back."""
    before = Scan.objects.count()
    polling.poll_scans()
    started = Scan.objects.unfinished()
    count = Scan.objects.count() - before
    started.delete()
    return count == 1


def test_repository_is_read_again_when_its_last_reading_is_old(connection):
    row = scan(connection)
    ended(row, ago=880)
    assert not is_started()
    ended(row, ago=920)
    assert is_started()


def test_age_is_a_setting(connection, settings):
    settings.RESCAN_EVERY = 60
    ended(scan(connection), ago=70)
    assert is_started()


def test_reading_of_the_portal_itself_is_conditional_and_leaves_no_audit(github, connection):
    scan(connection)
    ended(Scan.objects.get(), ago=920)
    github.clear()
    row = scan(connection)
    assert (row.by, [line.status for line in github.requests]) == (None, [304])
    assert not AuditEvent.objects.filter(verb="scan.started").exists()


def test_unfinished_scan_is_waited_for(connection, alice):
    start_scan(connection, by=alice)
    polling.poll_scans()
    assert Scan.objects.count() == 1


@pytest.mark.parametrize(
    ("failures", "pause"), [(1, 1800), (2, 3600), (5, 28_800), (6, 57_600), (7, 86_400), (30, 86_400)]
)
def test_each_failure_doubles_the_pause_up_to_a_day(connection, failures, pause):
    ended(scan(connection), ago=90_000)
    failed = {"repository_id": connection.repository_id, "branch": "main", "status": "failed"}
    rows = [Scan(connection=connection, finished_at=timezone.now(), **failed) for _ in range(failures)]
    Scan.objects.bulk_create(rows)
    ended(rows[-1], ago=pause - 20)
    assert not is_started()
    ended(rows[-1], ago=pause + 20)
    assert is_started()


def test_success_and_a_check_of_the_token_end_the_doubling(github, connection):
    github.fail("404")
    for _ in range(3):
        ended(scan(connection), ago=2_000)
    assert not is_started()
    GitHubConnection.objects.update(checked_at=timezone.now() - timedelta(seconds=1_000))
    assert is_started()
    github.clear()
    GitHubConnection.objects.update(checked_at=timezone.now() - timedelta(days=3))
    ended(scan(connection), ago=1_000)
    assert is_started()


def test_another_branch_is_read_at_once_and_the_old_reading_given_up(github, connection, alice):
    github.commit(NAME, {"note": ""}, branch="next")
    first = start_scan(connection, by=alice)
    GitHubConnection.objects.update(branch="next")
    polling.poll_scans()
    assert list(Scan.objects.order_by("pk").values_list("branch", "status")) == [
        ("main", "failed"),
        ("next", "pending"),
    ]
    first.refresh_from_db()
    assert first.error == "Another repository, branch or depth was selected in the meantime."


def test_branch_that_is_chosen_again_is_read_again_at_once(github, connection):
    github.commit(NAME, {"note": ""}, branch="next")
    for branch in ("main", "next"):
        GitHubConnection.objects.update(branch=branch)
        connection.refresh_from_db()
        scan(connection)
    assert not is_started()
    GitHubConnection.objects.update(branch="main")
    assert is_started()


def test_nobody_is_read_for_who_may_not_publish(connection, alice):
    ended(scan(connection), ago=90_000)
    alice.is_active = False
    alice.save()
    assert not is_started()


def test_platform_is_read_by_itself(admin, github):
    connection = connect(github, None, by=admin, name="platform-example/modules", files={"a/main.tf": GREETING})
    ended(scan(connection), ago=920)
    assert is_started()
