"""The demo's data directory: locked by one demo at a time; its content is kept between demos."""

import base64
import contextlib
import fcntl
import os
import secrets
import shutil
import time
from pathlib import Path

import psutil

MARK = "PORTAL_DEMO_DATA"  # environment variable that marks every process of a demo with its data directory
CONTENTS = ("postgres", "redis", "github", "mail", "runs", "logs", "secrets")
LEFTOVER_SECONDS = 10


class DataDirectory:
    """A directory that this process locks until it exits; SystemExit with a sentence if another holds it."""

    def __init__(self, path: Path):
        self.path = path.expanduser().resolve()
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(self.path / "lock", os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as error:
            raise SystemExit(f"The demo cannot store its data in {self.path}: {error.strerror}.") from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit(
                f"Another demo is using {self.path}. Stop it, or set PORTAL_DATA_DIR to another folder."
            ) from None

    def end_leftovers(self) -> None:
        """End leftover processes of a killed demo on this directory; embedded.postgres ends its server itself.

        One that is killed holds its port until it has ended, and may have started another meanwhile.
        """
        deadline = time.monotonic() + LEFTOVER_SECONDS
        while (left := self._leftovers()) and time.monotonic() < deadline:
            for process in left:
                with contextlib.suppress(psutil.Error):
                    process.kill()
            while any(map(_goes_on, left)) and time.monotonic() < deadline:
                time.sleep(0.01)

    def _leftovers(self) -> list[psutil.Process]:
        found = []
        for process in psutil.process_iter(["name"]):
            with contextlib.suppress(psutil.Error):
                if process.info["name"] != "postgres" and process.environ().get(MARK) == str(self.path):
                    found.append(process)
        return found

    def reset(self) -> None:
        """Delete the demo's files, and no others that may be in the directory."""
        for name in CONTENTS:
            path = self.path / name
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)

    def folder(self, name: str) -> Path:
        path = self.path / name
        path.mkdir(exist_ok=True)
        return path

    def secrets(self) -> dict[str, str]:
        """SECRET_KEY and PORTAL_KEYS, created at the first start and readable only by the owner."""
        path = self.path / "secrets"
        if not path.exists():
            key = base64.b64encode(secrets.token_bytes(32)).decode()
            text = f"SECRET_KEY={secrets.token_urlsafe(50)}\nPORTAL_KEYS=demo:{key}\n"
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(handle, "w") as file:
                file.write(text)
        return dict(line.split("=", 1) for line in path.read_text().splitlines())


def _goes_on(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
