import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from embedded import postgres, redis
from foundation.models import Fault, Heartbeat
from partnerportal import __version__

QUICK = {"WORKER_BEAT": "0.4"}
OK = {"status": "ok", "version": __version__}


def ask(server, probe="healthz"):
    """Status, report and seconds of one GET of a probe."""
    began = time.monotonic()
    try:
        answer = urllib.request.urlopen(f"{server.url}/{probe}", timeout=20)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        return answer.status, json.load(answer), time.monotonic() - began


def wait_for(server, status):
    """The report of the first response with this status; fails after 20 s."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        found, report, _ = ask(server)
        if found == status:
            return report
        time.sleep(0.1)
    return pytest.fail(f"/healthz did not become {status}: {report}")


@pytest.fixture
def own_redis(tmp_path):
    own = redis.start(tmp_path / "own-redis")
    yield own
    own.stop()


@pytest.fixture
def own_postgres():
    with tempfile.TemporaryDirectory(dir=os.environ["PORTAL_TEST_DIR"]) as path:
        own = postgres.start(Path(path) / "postgres", durable=False)
        own.ensure_database("portal")
        environment = os.environ | own.urls("portal")
        migrate = [sys.executable, "manage.py", "migrate", "foundation", "--verbosity", "0"]
        subprocess.run(migrate, cwd=settings.BASE_DIR, env=environment, check=True)
        yield own
        own.process.send_signal(signal.SIGCONT)
        own.stop()


def test_all_parts_there(server, worker):
    worker(["runs"], concurrency=1)
    worker(["work"], concurrency=1)
    worker(["default"], concurrency=1)
    report = wait_for(server(), 200)
    assert report == {
        "status": "ok",
        "version": __version__,
        "database": "ok",
        "broker": "ok",
        "workers": {"runs": "ok", "work": "ok", "default": "ok"},
        "beat": {},
        "late": [],
        "full_disks": [],
    }


def test_a_killed_worker_is_missed_and_its_successor_seen(server, worker):
    portal = server()
    worker(["work", "default"], concurrency=1, env=QUICK)
    doomed = worker(["runs"], concurrency=1, env=QUICK)
    wait_for(portal, 200)
    doomed.kill()
    report = wait_for(portal, 503)
    assert report["workers"] == {"runs": "gone", "work": "ok", "default": "ok"}
    assert report["status"] == "degraded"
    worker(["runs"], concurrency=1, env=QUICK)
    wait_for(portal, 200)


def test_a_killed_broker_is_missed_within_seconds(server, own_redis):
    portal = server(env={"REDIS_URL": own_redis.url()})
    assert ask(portal)[1]["broker"] == "ok"
    own_redis.process.kill()
    own_redis.process.wait()
    status, report, seconds = ask(portal)
    assert (status, report["broker"], report["database"]) == (503, "gone", "ok")
    assert report["workers"] == {"runs": "gone", "work": "gone", "default": "gone"}
    assert seconds < 3


def test_a_broker_that_hangs_is_missed_within_seconds(server, own_redis):
    portal = server(env={"REDIS_URL": own_redis.url()})
    own_redis.process.send_signal(signal.SIGSTOP)
    status, report, seconds = ask(portal)
    own_redis.process.send_signal(signal.SIGCONT)
    assert (status, report["broker"]) == (503, "gone")
    assert seconds < 4


def test_a_killed_database_is_missed_within_seconds(server, own_postgres):
    portal = server(env={"DATABASE_URL": own_postgres.url("portal")})
    assert ask(portal)[1]["database"] == "ok"
    own_postgres.process.kill()
    own_postgres.process.wait()
    status, report, seconds = ask(portal)
    assert (status, report["database"], report["broker"], report["beat"]) == (503, "gone", "ok", {})
    assert seconds < 4


def test_a_database_that_hangs_is_missed_within_seconds(server, own_postgres):
    portal = server(env={"DATABASE_URL": own_postgres.url("portal")})
    own_postgres.process.send_signal(signal.SIGSTOP)
    status, report, seconds = ask(portal)
    assert (status, report["database"]) == (503, "gone")
    assert seconds < 4


def test_it_tells_when_beats_tasks_last_succeeded(server, worker, beat):
    portal = server()
    worker(["default"], concurrency=1)
    beat(env={"SCAN_POLL": "1"})
    deadline = time.monotonic() + 30
    while "accounts.poll_refreshes" not in (report := ask(portal)[1])["beat"]:
        assert time.monotonic() < deadline, report
        time.sleep(0.2)
    assert 0 <= report["beat"]["accounts.poll_refreshes"] < 5


def test_a_task_that_is_late_by_three_of_its_intervals_is_named(live_db, server, worker):
    worker(["runs", "work", "default"], concurrency=1)
    portal = server()
    wait_for(portal, 200)
    Heartbeat.objects.create(name="modules.watch_tags", at=timezone.now() - timedelta(seconds=4 * 3600 - 60))
    Heartbeat.objects.create(name="billing.grant_allowances", at=timezone.now() - timedelta(seconds=4 * 600 + 1))
    status, report, _ = ask(portal)
    assert (status, report["status"], report["late"]) == (503, "degraded", ["billing.grant_allowances"])


def test_a_web_server_without_workers_is_alive_and_ready(server):
    portal = server()
    assert [ask(portal, probe)[:2] for probe in ("livez", "readyz")] == [(200, OK), (200, OK)]
    assert ask(portal)[0] == 503


def test_a_web_server_without_a_database_is_alive_and_not_ready(server, own_postgres):
    portal = server(env={"DATABASE_URL": own_postgres.url("portal")})
    own_postgres.process.kill()
    own_postgres.process.wait()
    assert ask(portal, "livez")[:2] == (200, OK)
    assert ask(portal, "readyz")[:2] == (503, OK | {"status": "gone"})


def test_a_web_server_before_its_first_migration_is_not_ready(server, bare_db, monkeypatch):
    portal = server(env={"DATABASE_URL": bare_db()})
    assert ask(portal, "readyz")[0] == 503


def test_liveness_asks_no_database(client):
    assert client.get("/livez").json() == OK  # pytest-django fails a test that queries without asking for a database


@pytest.mark.django_db
@pytest.mark.parametrize("probe", ["livez", "readyz"])
def test_a_probe_is_answered_over_http_whatever_host_it_names(client, settings, probe):
    settings.SECURE_SSL_REDIRECT, settings.ALLOWED_HOSTS = True, ["portal.example.com"]
    for host in ("10.42.0.17:8000", "127.0.0.1:8000", "[fd00::7]:8000", "web"):
        assert client.get(f"/{probe}", headers={"host": host}).status_code == 200
        assert client.head(f"/{probe}", headers={"host": host}).status_code == 200


@pytest.mark.django_db
def test_pages_still_want_https_and_a_known_host(client, settings):
    settings.SECURE_SSL_REDIRECT, settings.ALLOWED_HOSTS = True, ["portal.example.com"]
    at_home = {"host": "portal.example.com"}
    assert client.get("/accounts/login/", headers=at_home)["Location"] == "https://portal.example.com/accounts/login/"
    assert client.get("/livez/x", headers=at_home).status_code == 301
    assert client.get("/accounts/login/", headers={"host": "10.42.0.17:8000"}).status_code == 400


@pytest.mark.parametrize("probe", ["livez", "readyz", "healthz"])
def test_it_only_reads(client, db, probe):
    assert client.post(f"/{probe}").status_code == 405


def test_a_worker_whose_disk_is_full_is_named_until_it_says_nothing_more_of_it(live_db, server):
    now = timezone.now()
    Fault.objects.create(kind=Fault.Kind.ROOM, subject="tf-1", seen_at=now)
    Fault.objects.create(kind=Fault.Kind.ROOM, subject="tf-2", seen_at=now - timedelta(hours=1))
    status, report, _ = ask(server())
    assert (status, report["full_disks"]) == (503, ["tf-1"])
