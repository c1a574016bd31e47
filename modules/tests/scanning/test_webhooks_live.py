"""GitHub's deliveries end to end: from a commit, through a live server, to a scan by a live worker."""

import pytest

from modules.models import Delivery, Scan
from modules.scanning import polling, webhooks
from modules.tests.catalogues import GREETING, NAME, connect, scan
from modules.tests.waiting import wait_until

SECRET = "a secret of this webhook"


@pytest.fixture
def connection(live_db, github, alice):
    """Alice's repository, read once in this process."""
    made = connect(github, alice, files={"greeting/main.tf": GREETING})
    made.webhook_secret = SECRET
    made.save()
    scan(made)
    return made


@pytest.fixture
def hooked(connection, github, server):
    """The same, with its webhook at GitHub, which has answered the ping."""
    github.add_webhook(NAME, f"{server().url}/hooks/github/{connection.ref}/", SECRET)
    assert answers(github) == [("ping", 200)]
    return connection


def answers(github) -> list[tuple[str, int]]:
    github.settle()
    return [(delivery.event, delivery.status_code) for delivery in github.deliveries()]


def change(github, text) -> str:
    return github.commit(NAME, {"greeting/main.tf": f"{GREETING}# {text}\n"})


def test_a_pushed_commit_is_read(hooked, github, worker):
    worker(queues=["work", "default"])
    sha = change(github, "changed")

    def is_read():
        webhooks.heed_waiting()  # as the poller, where the connection was locked when the delivery came
        return Scan.objects.filter(status="succeeded", commit=sha).exists()

    wait_until(is_read)
    assert answers(github) == [("ping", 200), ("push", 202)]


def test_a_redelivery_is_taken_and_reads_nothing(hooked, github):
    change(github, "changed")
    assert answers(github)[-1] == ("push", 202)
    webhooks.heed_waiting()
    Scan.objects.filter(status="pending").delete()
    github.redeliver(github.deliveries()[-1].id)
    assert answers(github) == [("ping", 200), ("push", 202), ("push", 202)]
    webhooks.heed_waiting()
    assert Scan.objects.filter(status="pending").count() == 0
    assert Delivery.objects.count() == 2


def test_another_branch_is_ignored_and_a_tag_is_not(hooked, github):
    github.commit(NAME, {"greeting/main.tf": ""}, branch="trial")
    assert answers(github)[-1] == ("push", 202)
    webhooks.heed_waiting()
    assert Scan.objects.filter(status="pending").count() == 0
    github.add_tag(NAME, "greeting/v1.0.0")
    assert answers(github)[-1] == ("push", 202)
    webhooks.heed_waiting()
    assert Scan.objects.filter(status="pending").count() == 1


def test_a_wrong_secret_reads_nothing(connection, github, server):
    github.add_webhook(NAME, f"{server().url}/hooks/github/{connection.ref}/", "not the secret")
    change(github, "changed")
    assert answers(github) == [("ping", 403), ("push", 403)]
    assert Scan.objects.filter(status="pending").count() == 0


def test_a_push_during_a_reading_is_read_after_it(hooked, github, worker):
    worker(queues=["work", "default"], env={"GITHUB_TIMEOUT": "30"})
    github.fail("hang", origin="codeload", times=1)
    first = change(github, "first")
    wait_until(lambda: Scan.objects.filter(status="running", commit=first).exists())
    second = change(github, "second")
    assert answers(github)[-1] == ("push", 202)
    assert not Scan.objects.filter(commit=second).exists()
    github.failures.clear()
    wait_until(lambda: polling.poll_scans() or Scan.objects.filter(commit=second, status="succeeded").exists())
