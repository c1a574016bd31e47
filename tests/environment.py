"""One embedded PostgreSQL and Redis for a whole test run, shared by the processes of pytest-xdist."""

import atexit
import fcntl
import os
import shutil
import tempfile
import time
from contextlib import closing
from pathlib import Path

import psycopg2

from embedded import postgres, processes, redis

PREFIX = "partnerportal-tests-"
STALE_SECONDS = 60
SERVERS = ("PORTAL_TEST_DIR", "PORTAL_TEST_POSTGRES", "PORTAL_TEST_REDIS")
SECRET_KEY = "a secret of the tests alone, long enough to satisfy the checks"
KEYS = "test:" + "dGVzdHMgYWxvbmUgdXNlIHRoZXNlIDMyIGJ5dGVzISE="
OWNER = "postgres"
ROLES = {
    "DATABASE_URL": "portal_app",
    "RETENTION_DATABASE_URL": "portal_retention",
    "MIGRATE_DATABASE_URL": OWNER,
}
NOWHERE = "http://127.0.0.1:9"  # the discard port: no test may reach the real GitHub


def prepare() -> None:
    """Start the servers, or use those of the controlling process, and set the environment for Django."""
    process = os.environ.get("PYTEST_XDIST_WORKER", "")
    if not process:
        _start_servers()
    number = int(process.removeprefix("gw")) + 1 if process else 0
    directory = Path(os.environ["PORTAL_TEST_DIR"]) / (process or "main")
    directory.mkdir(exist_ok=True)
    os.environ.update(
        DJANGO_SETTINGS_MODULE="partnerportal.settings",
        SECRET_KEY=SECRET_KEY,
        PORTAL_KEYS=KEYS,
        REDIS_URL=f"{os.environ['PORTAL_TEST_REDIS']}{number}",
        CELERY_QUEUE_PREFIX=f"{process or 'main'}-",
        PORTAL_RUNS_DIR=str(directory / "runs"),
        ALLOWED_HOSTS="testserver,127.0.0.1,localhost",
        INSECURE_HTTP="1",
        PLAIN_STATIC="1",
        GITHUB_API_URL=NOWHERE,
        LOG_LEVEL="WARNING",
        **urls("portal"),
    )


def urls(database: str) -> dict[str, str]:
    """The portal's settings of its three roles for a database of the tests' server."""
    server = os.environ["PORTAL_TEST_POSTGRES"]
    return {name: server.replace(f"//{OWNER}@/postgres?", f"//{role}@/{database}?") for name, role in ROLES.items()}


def chromium() -> str:
    """Path of the Chromium that drives the browser journey: CHROMIUM, or one on PATH; empty if there is none."""
    names = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    return next((path for path in map(shutil.which, filter(None, names)) if path), "")


def _start_servers() -> None:
    _remove_stale()
    directory = _locked_directory()
    server = postgres.start(directory / "postgres", durable=False)
    _make_roles(server.url())
    broker = redis.start(directory / "redis")
    os.environ.update(zip(SERVERS, (str(directory), server.url(), broker.url().removesuffix("0")), strict=True))

    def stop() -> None:
        server.stop()
        broker.stop()
        shutil.rmtree(directory, ignore_errors=True)

    atexit.register(stop)
    processes.end_on_signals()  # pytest then ends cleanly, as on Ctrl-C


def _make_roles(url: str) -> None:
    """The roles of the portal, once for all processes. That of the tests may become the owner: see fixture `owner`."""
    with closing(psycopg2.connect(url)) as server, server, server.cursor() as cursor:
        cursor.execute("CREATE ROLE portal_app LOGIN; CREATE ROLE portal_retention LOGIN")
        cursor.execute(f"GRANT {OWNER} TO portal_app WITH INHERIT FALSE")


def _locked_directory() -> Path:
    directory = Path(tempfile.mkdtemp(prefix=PREFIX))
    lock = os.open(directory / "lock", os.O_CREAT | os.O_RDWR)  # stays open, and so locked, until this process ends
    fcntl.flock(lock, fcntl.LOCK_EX)
    return directory


def _remove_stale() -> None:
    """Remove leftover files of killed test runs; their servers died with them."""
    for lock in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/lock"):
        try:
            if time.time() - lock.stat().st_mtime > STALE_SECONDS and _is_free(lock):
                shutil.rmtree(lock.parent, ignore_errors=True)
        except OSError:  # belongs to another user, or was just removed by another run
            continue


def _is_free(lock: Path) -> bool:
    with lock.open("r+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True
