"""A portal of its own in one folder: PostgreSQL, Redis and the web server; no worker changes what is measured."""

import base64
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import requests

from embedded import postgres, processes, redis

BASE_DIR = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 60
FACTS = "world.json"  # in a finished world: its size, and the seconds that each part took
PASSWORD = "bench-of-many-rows"  # noqa: S105


class Portal:
    """The servers on `folder`; `stop()` leaves the folder as something that can be copied and started again."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)  # PostgreSQL's user has to traverse it
        self.folder = folder
        self._database = postgres.start(folder / "postgres", durable=False)
        self._broker = redis.start(folder / "redis")
        self.is_new = self._database.ensure_database("portal")
        self.environment = os.environ | self._settings()
        self._web: subprocess.Popen | None = None
        self.url = ""

    def run(self, *command: str) -> None:
        """Run `python <command>` with the portal's environment; SystemExit when it fails."""
        self._run(command, stdout=None)

    def ask(self, *command: str) -> str:
        """As `run`; returns what the command prints."""
        return self._run(command, stdout=subprocess.PIPE)

    def _run(self, command: Sequence[str], *, stdout: int | None) -> str:
        ended = subprocess.run([sys.executable, *command], env=self.environment, cwd=BASE_DIR, stdout=stdout, text=True)
        if ended.returncode:
            raise SystemExit(f"{' '.join(command)} failed.")
        return ended.stdout

    def serve(self) -> None:
        """Start a web server; one that runs is stopped before."""
        self._stop_serving()
        port = processes.free_port()
        options = ("--port", str(port), "--lifespan", "off", "--no-access-log", "--no-proxy-headers")
        self._web = processes.start(
            [sys.executable, "-m", "uvicorn", "partnerportal.asgi:application", *options],
            log=self.folder / "web.log",
            environment=self.environment,
            cwd=BASE_DIR,
        )
        self.url = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                requests.get(f"{self.url}/livez", timeout=5)
                return
            except requests.ConnectionError:
                if self._web.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit(f"The web server did not start: see {self.folder / 'web.log'}.") from None
                time.sleep(0.05)

    @property
    def web(self) -> int:
        """The process id of the web server."""
        return self._web.pid

    def stop(self) -> None:
        self._stop_serving()
        self._broker.stop()
        self._database.stop()

    def _stop_serving(self) -> None:
        if self._web:
            processes.stop(self._web)
            self._web = None

    def _settings(self) -> dict[str, str]:
        kept = self.folder / "secrets"
        if not kept.exists():
            key = base64.b64encode(os.urandom(32)).decode()
            kept.write_text(f"SECRET_KEY={secrets.token_urlsafe(50)}\nPORTAL_KEYS=bench:{key}\n")
        return dict(line.split("=", 1) for line in kept.read_text().splitlines()) | {
            "DJANGO_SETTINGS_MODULE": "bench.scale.settings",
            "DATABASE_URL": self._database.url("portal"),
            "REDIS_URL": self._broker.url(),
            "ALLOWED_HOSTS": "127.0.0.1",
            "INSECURE_HTTP": "1",
            "PLAIN_STATIC": "1",
            "LOG_LEVEL": "WARNING",
            "PORTAL_RUNS_DIR": str(self.folder / "runs"),
        }
