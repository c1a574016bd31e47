"""500 people watch one live log: how far they are behind, what other pages and the database feel of it."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.models import PlatformSettings, User
from bench.figures import Figure, p95
from bench.pages import PAGES
from bench.world import sign_in
from deployments.models import Deployment, Run, RunLog
from deployments.runs.log import publish

NUMBER = 500
WRITE_EVERY = 0.3  # seconds, as a worker does
SECONDS = 20


def main() -> None:
    """Print the figures as JSON; the portal's address is the first argument."""
    url = sys.argv[1]
    PlatformSettings.objects.update(private_mode=True)
    alone, _ = _meanwhile(url, _run())
    run, sessions = _run(), [_session(number) for number in range(NUMBER)]
    with _client(url, run, sessions) as client:
        connected = json.loads(client.stdout.readline())["connected"]
        pages, most = _meanwhile(url, run)
        lags = json.loads(client.stdout.readline())
    figures = [
        Figure("log.watchers_500", "a line to 500 watchers of one live log, 95th percentile", "s", [p95(lags)]),
        Figure("log.watchers_500.connected", "watchers who got a stream", "people", [connected]),
        Figure(
            "log.watchers_500.lines", "lines that reached all of them, of those written", "share", [_share(lags, run)]
        ),
        Figure(
            "log.watchers_500.pages",
            "other pages meanwhile, 95th percentile",
            "s",
            [p95(pages)],
            baseline=[p95(alone)],
            baseline_is="the same while the log is written and nobody watches",
        ),
        Figure("log.watchers_500.connections", "connections to the database meanwhile, most", "", [most]),
    ]
    print(json.dumps([asdict(figure) for figure in figures]))


def _run() -> Run:
    """A run that seems to be with a worker, and is written by this process."""
    deployment = Deployment.objects.filter(owner__email="alice@example.com", destroyed_at=None).latest("pk")
    last = deployment.runs.latest("number")
    return Run.objects.create(
        deployment=deployment,
        number=last.number + 1,
        action=Run.Action.UPDATE,
        version=deployment.version,
        by=deployment.owner,
        status=Run.Status.APPLYING,
        phases={"applying": timezone.now().isoformat()},
        lease_expires_at=timezone.now() + timedelta(days=1),
        started_at=timezone.now(),
    )


def _session(number: int) -> str:
    email = f"watcher{number}@example.com"
    person = User.objects.filter(email=email).first() or User.objects.create_user(email, is_partner=True)
    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(person.pk), settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    return session.session_key


@contextmanager
def _client(url: str, run: Run, sessions: list[str]) -> Iterator[subprocess.Popen[str]]:
    path = reverse("deployments:run-log", args=[run.deployment.ref, run.number])
    address = urlsplit(url)
    command = [sys.executable, "-m", "bench.log_client", address.hostname, str(address.port), path]
    client = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    client.stdin.write("\n".join(sessions))
    client.stdin.close()
    try:
        yield client
    finally:
        client.kill()
        client.wait()


def _meanwhile(url: str, run: Run) -> tuple[list[float], int]:
    """Write the log for some seconds; returns the times of pages, and the most connections that were open."""
    times: list[float] = []
    is_over = threading.Event()
    browser = threading.Thread(target=_browse, args=(url, times, is_over))
    browser.start()
    most = sequence = 0
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        sequence += 1
        RunLog.objects.create(run=run, sequence=sequence, text=f" sent at {time.time()}")
        publish(run.pk)
        most = max(most, _connections())
        time.sleep(WRITE_EVERY)
    is_over.set()
    browser.join()
    Run.objects.filter(pk=run.pk).update(status=Run.Status.FAILED, finished_at=timezone.now())
    publish(run.pk)
    return times, most


def _browse(url: str, times: list[float], is_over: threading.Event) -> None:
    session = sign_in(url, "alice@example.com", "demo-portal")
    addresses = [url.rstrip("/") + page for page in PAGES]
    _times(session, addresses)  # templates are compiled at first use
    while not is_over.wait(0.1):
        times += _times(session, addresses)


def _times(session: requests.Session, addresses: list[str]) -> list[float]:
    times = []
    for address in addresses:
        began = time.perf_counter()
        session.get(address, timeout=30).raise_for_status()
        times.append(time.perf_counter() - began)
    return times


def _connections() -> int:
    """Those of the portal: of all its processes, without the one that asks."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        return cursor.fetchone()[0]


def _share(lags: list[float], run: Run) -> float:
    return len(lags) / (NUMBER * run.log.count())
