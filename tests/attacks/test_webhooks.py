"""Webhook deliveries in bursts, while a scan and its connection are locked by somebody else."""

import hashlib
import hmac
import json
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from django.db import connection as database
from django.db import connections, transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import GitHubConnection
from modules.models import Delivery, Scan
from modules.models.leases import lease
from modules.scanning import polling, webhooks
from modules.views.hooks import REFUSED

SECRET = "a secret of this webhook"
SERVER: dict[str, str] = {}


@pytest.fixture
def connection(shared_db, alice):
    """Alice's connection, whose repository a worker reads at this moment."""
    names = {"repository_id": 1001, "repository_name": "alice-example/modules", "branch": "main"}
    made = GitHubConnection(owner=alice, login="alice-example", checked_at=timezone.now(), **names)
    made.token, made.webhook_secret = "ghp_somebody", SECRET
    made.save()
    running = {"status": "running", "token": 1, "attempts": 1, "started_at": Now(), "lease_expires_at": lease(600)}
    Scan.objects.create(connection=made, **names, **running)
    return made


@pytest.fixture
def deliver(connection, shared_server):
    """Sends so many different pushes at once, and gives what was answered."""
    address = f"{shared_server.url}/hooks/github/{connection.ref}/"

    def send(number, *, secret=SECRET, at_once=24) -> list[tuple[int, str]]:
        with ThreadPoolExecutor(at_once) as threads:
            return list(threads.map(lambda _: _post(address, secret), range(number)))

    return send


def _post(address: str, secret: str) -> tuple[int, str]:
    push = {"ref": "refs/heads/main", "after": uuid.uuid4().hex, "repository": {"id": 1001, "default_branch": "main"}}
    body = json.dumps(push).encode()
    headers = {
        "Content-Type": "application/json",
        "X-GitHub-Event": "push",
        "X-GitHub-Delivery": str(uuid.uuid4()),
        "X-Hub-Signature-256": "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest(),
    }
    answer = requests.post(address, body, headers=headers, timeout=60)
    return answer.status_code, answer.text


def test_24_deliveries_are_answered_while_connection_and_scan_stay_locked(connection, deliver):
    with transaction.atomic():
        GitHubConnection.objects.locked().get(pk=connection.pk)
        Scan.objects.select_for_update(no_key=True).get(connection=connection)
        assert deliver(24) == [(202, "queued")] * 24
        with connections.create_connection("default").cursor() as other:
            other.execute("SELECT count(*) FROM modules_delivery WHERE is_waiting")
            assert other.fetchone() == (24,)
            other.connection.close()
        assert database.in_atomic_block  # all of them were answered before the locks were released


def test_refused_deliveries_are_answered_while_the_connection_stays_locked(connection, deliver):
    with transaction.atomic():
        GitHubConnection.objects.locked().get(pk=connection.pk)
        refused = (403, REFUSED)
        assert deliver(24, secret="a wrong secret") == [refused] * 24
    assert deliver(1, secret="a wrong secret") == [refused]
    connection.refresh_from_db()
    assert connection.delivery_refused_at


def test_housekeeping_passes_over_a_connection_that_is_locked(connection, deliver):
    deliver(1)
    other = connections.create_connection("default")
    with other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT 1 FROM accounts_githubconnection FOR NO KEY UPDATE")
        webhooks.heed_waiting()
        assert Delivery.objects.filter(is_waiting=True).count() == 1
        cursor.execute("ROLLBACK")
    other.close()
    webhooks.heed_waiting()
    assert Delivery.objects.filter(is_waiting=True).count() == 0


def test_150_deliveries_make_one_scan_that_runs_and_one_that_follows(connection, deliver, record_property):
    answers = deliver(150)
    assert answers == [(202, "queued")] * 150
    polling.poll_scans()
    (running,) = Scan.objects.all()
    assert running.status == "running"
    Scan.objects.filter(pk=running.pk).update(status="succeeded", finished_at=Now())
    for _ in range(3):
        polling.poll_scans()
    (waiting,) = Scan.objects.exclude(pk=running.pk)
    assert waiting.status == "pending"
    Scan.objects.filter(pk=waiting.pk).update(status="succeeded", started_at=Now(), finished_at=Now())
    polling.poll_scans()
    assert (Scan.objects.count(), Delivery.objects.count()) == (2, 150)
    record_property("scans of 150 deliveries", 2)
