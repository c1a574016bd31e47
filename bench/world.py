"""A separate demo for the bench, started and stopped as a user would, in a temporary directory."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import requests

from demo.data import MARK
from embedded import processes

START_SECONDS = 180
REST_SECONDS, AT_REST = 60, 10  # waited at most; per cent of the processors
CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class World:
    """`python -m demo.run` on a free port; `url` ends with a slash."""

    def __init__(self, directory: Path):
        self.data = directory / "data"
        self.log = directory / "demo.log"
        self.port = processes.free_port()
        self.url = f"http://127.0.0.1:{self.port}/"
        self._process: subprocess.Popen | None = None

    def start(self) -> float:
        """Start it and return the seconds until its start page was served."""
        began = time.monotonic()
        self.log.unlink(missing_ok=True)
        environment = os.environ | {"PORT": str(self.port), "PORTAL_DATA_DIR": str(self.data), "RESET": ""}
        self._process = processes.start([sys.executable, "-m", "demo.run"], log=self.log, environment=environment)
        while "Ready: " not in self.log.read_text():
            if self._process.poll() is not None or time.monotonic() - began > START_SECONDS:
                raise SystemExit(f"The demo did not start:\n{self.log.read_text()}")
            time.sleep(0.02)
        requests.get(self.url, timeout=10).raise_for_status()
        return time.monotonic() - began

    def rest(self) -> None:
        """Wait until nothing else is at work: what a portal finds at its start, workers do once pages are served."""
        deadline = time.monotonic() + REST_SECONDS
        while psutil.cpu_percent(interval=1) > AT_REST and time.monotonic() < deadline:
            pass

    def stop(self) -> None:
        if self._process:
            processes.stop(self._process, ask=signal.SIGTERM, patience=30)
            self._process = None

    def environment(self) -> dict[str, str]:
        """The environment of the web process: database, broker and keys."""
        return self.web().environ()

    def web(self) -> psutil.Process:
        """The parent of the web processes."""
        for process in psutil.process_iter(["cmdline"]):
            is_web = "partnerportal.serve" in (process.info["cmdline"] or [])
            if is_web and process.environ().get(MARK) == str(self.data):
                return process
        raise SystemExit("The demo has no web process.")

    def postgres(self) -> psutil.Process:
        """The parent of PostgreSQL's processes."""
        for process in psutil.process_iter(["name", "cmdline"]):
            if process.info["name"] == "postgres" and f"{self.data}/postgres" in (process.info["cmdline"] or []):
                return process
        raise SystemExit("The demo has no PostgreSQL.")


def sign_in(url: str, email: str, password: str) -> requests.Session:
    """A signed-in session, by posting the form as a browser does."""
    session = requests.Session()
    address = f"{url}accounts/login/"
    token = CSRF.search(session.get(address, timeout=10).text)
    answer = session.post(
        address,
        data={"csrfmiddlewaretoken": token[1], "login": email, "password": password},
        headers={"Referer": address},
        allow_redirects=False,
        timeout=10,
    )
    if answer.status_code != 302:
        raise SystemExit(f"{email} could not sign in: {answer.status_code}")
    return session
