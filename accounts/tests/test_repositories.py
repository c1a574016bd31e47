import time
from datetime import timedelta

import redis
from django.conf import settings
from django.db.models import F
from django.utils import timezone

from accounts import github as adapter
from accounts import github_errors as errors
from accounts import repositories, services, tasks
from accounts.models import AccessibleRepository, GitHubConnection
from tests.people import make_partner


def names(connection):
    return list(connection.repositories.values_list("full_name", flat=True))


def ask_again(connection):
    services.request_refresh(connection, by=connection.owner)
    connection.refresh_from_db()


def test_the_whole_list_is_stored(github, connection):
    assert connection.repositories.count() == 300
    row = connection.repositories.get(full_name="alice-example/cloud-modules")
    assert (row.repository_id, row.private, row.default_branch) == (
        github.world.find("alice-example/cloud-modules").id,
        True,
        "main",
    )
    assert row.description == "Alice's Terraform modules"
    assert (connection.is_refreshing, connection.problem) == (False, "")
    assert timezone.now() - connection.repositories_read_at < timedelta(seconds=30)


def test_a_second_reading_replaces_the_list(github, connection):
    github.add_repository("alice-example/a-new-one", {"main.tf": ""})
    github.delete_repository("alice-example/cloud-modules")
    ask_again(connection)
    tasks.refresh_repositories(connection.pk)
    assert connection.repositories.count() == 300
    assert "alice-example/a-new-one" in names(connection)
    assert "alice-example/cloud-modules" not in names(connection)


def test_nothing_is_read_when_nobody_asked(github, connection):
    github.clear()
    tasks.refresh_repositories(connection.pk)
    tasks.refresh_repositories(0)
    assert github.requests == []


def test_a_running_reader_is_not_joined(github, connection):
    ask_again(connection)
    GitHubConnection.objects.update(refresh_leased_until=timezone.now() + timedelta(seconds=30))
    github.clear()
    tasks.refresh_repositories(connection.pk)
    assert github.requests == []


def test_a_lost_reader_is_followed(github, connection):
    ask_again(connection)
    GitHubConnection.objects.update(refresh_leased_until=timezone.now() - timedelta(seconds=1))
    tasks.refresh_repositories(connection.pk)
    connection.refresh_from_db()
    assert (connection.is_refreshing, connection.refresh_leased_until) == (False, None)


def test_what_was_asked_for_during_the_reading_stays_due(github, connection):
    ask_again(connection)
    asked_at = connection.refresh_requested_at
    GitHubConnection.objects.update(refresh_requested_at=F("refresh_requested_at") + timedelta(seconds=1))
    services.store_repositories(connection, found=adapter.Repositories([], 0), asked_at=asked_at)
    connection.refresh_from_db()
    assert connection.is_refreshing
    assert names(connection) == []


def test_a_refusal_keeps_the_list_and_says_why(github, connection):
    ask_again(connection)
    github.fail("5xx")
    tasks.refresh_repositories(connection.pk)
    connection.refresh_from_db()
    assert (connection.is_refreshing, connection.problem) == (False, errors.GitHubDown.sentence)
    assert connection.repositories.count() == 300


def test_a_connection_removed_during_the_reading_ends_it(github, connection, alice, monkeypatch):
    ask_again(connection)
    read = repositories.github.repositories

    def remove_then_read(token):
        services.remove_connection(connection, by=alice)
        return read(token)

    monkeypatch.setattr(repositories.github, "repositories", remove_then_read)
    tasks.refresh_repositories(connection.pk)
    assert AccessibleRepository.objects.count() == 0


def test_a_worker_reads_the_list_after_the_token_is_saved(live_db, github, worker):
    worker(queues=["work"])
    alice = make_partner("alice")
    connection = services.save_token(alice, token="ghp_demo_alice", by=alice)
    wait_until_read(connection)
    assert connection.repositories.count() == 300


def test_the_poller_finds_what_no_message_told(live_db, github, worker):
    alice = make_partner("alice")
    connection = services.save_token(alice, token="ghp_demo_alice", by=alice)
    _empty_broker()
    worker(queues=["work"])
    tasks.poll_refreshes()
    wait_until_read(connection)
    assert connection.repositories.count() == 300


def wait_until_read(connection):
    deadline = time.monotonic() + 20
    while connection.is_refreshing and time.monotonic() < deadline:
        time.sleep(0.1)
        connection.refresh_from_db()


def _empty_broker():
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.flushdb()
