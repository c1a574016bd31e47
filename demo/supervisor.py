"""Starts the parts of the demo, watches them, and stops them all without leftovers."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import psutil

from embedded import postgres, processes, redis

BASE_DIR = Path(__file__).resolve().parent.parent
PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
PATIENCE_SECONDS = 6
LINE_SECONDS = 60


class Supervisor:
    """The parts of one demo; their logs are in `logs`, their environment is ours plus `environment`."""

    def __init__(self, logs: Path, environment: dict[str, str]):
        self.logs = logs
        self.environment = environment
        self._servers: dict[str, postgres.Postgres | redis.Redis] = {}
        self._children: dict[str, subprocess.Popen] = {}
        self._tools: dict[str, subprocess.Popen] = {}
        if sys.platform == "linux":  # orphans of our children become ours, so stop() can end them
            ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)

    def start_servers(self, path: Path) -> bool:
        """Start PostgreSQL and Redis, add their URLs to the environment, return whether the database is new."""
        os.environ.update(self.environment)
        server = self._servers["postgres"] = postgres.start(path / "postgres")
        broker = self._servers["redis"] = redis.start(path / "redis")
        self.environment |= server.urls("portal") | {"REDIS_URL": broker.url()}
        return server.ensure_database("portal")

    def start(self, name: str, *command: str) -> Path:
        """Start `python -m <command>`; returns the path of its new log."""
        log = self._new_log(name)
        self._children[name] = processes.start(
            [sys.executable, "-m", *command], log=log, environment=os.environ | self.environment, cwd=BASE_DIR
        )
        return log

    def begin(self, name: str, *command: str) -> None:
        """Start `python <command>`; `finish` waits for it."""
        log = self._new_log(name)
        self._tools[name] = processes.start(
            [sys.executable, *command], log=log, environment=os.environ | self.environment, cwd=BASE_DIR
        )

    def finish(self, name: str, *, is_shown: bool = False) -> None:
        """Wait for a command of `begin`, printing its output if `is_shown`; SystemExit if it fails."""
        log, process = self.logs / f"{name}.log", self._tools[name]
        with log.open(errors="replace") as lines:
            while process.poll() is None:
                time.sleep(0.05)
                _show(lines if is_shown else [])
            _show(lines if is_shown and not process.returncode else [])
        if process.returncode:
            raise SystemExit(f"{name} failed: {_last_line(log)} (see {log})")

    def wait_for_line(self, log: Path, start: str) -> str:
        """Waits for a line that begins with `start` and returns the rest; SystemExit after LINE_SECONDS."""
        deadline = time.monotonic() + LINE_SECONDS
        while time.monotonic() < deadline:
            for line in log.read_text(errors="replace").splitlines(keepends=True):
                if line.startswith(start) and line.endswith("\n"):
                    return line.removeprefix(start).strip()
            self.fail_when_one_ended()
            time.sleep(0.05)
        raise SystemExit(f"{log.stem} did not start in {LINE_SECONDS} s: see {log}.")

    def fail_when_one_ended(self) -> None:
        """SystemExit, naming the part, if one has ended."""
        servers = {name: server.process for name, server in self._servers.items()}
        for name, process in (servers | self._children).items():
            if process.poll() is not None:
                log = self.logs / f"{name}.log"
                hint = f": {_last_line(log)} (see {log})" if log.exists() else "."
                raise SystemExit(f"The demo stopped because {name} ended{hint}")

    def watch(self) -> None:
        """Never returns; SystemExit when a part has ended."""
        while True:
            self.fail_when_one_ended()
            time.sleep(0.5)

    def stop(self) -> None:
        """Stop the parts, then the servers that they use, then leftover processes."""
        parts = [*self._tools.values(), *self._children.values()]
        for process in parts:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        deadline = time.monotonic() + PATIENCE_SECONDS
        for process in parts:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0, deadline - time.monotonic()))
        for process in parts:
            processes.stop(process, ask=signal.SIGKILL)
        for server in self._servers.values():
            server.stop()
        _end_descendants()

    def _new_log(self, name: str) -> Path:
        log = self.logs / f"{name}.log"
        log.unlink(missing_ok=True)
        return log


def _end_descendants() -> None:
    rest = psutil.Process().children(recursive=True)
    for process in rest:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(rest, timeout=5)


def _show(lines: Iterable[str]) -> None:
    for line in lines:
        print(line.rstrip(), flush=True)


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"
