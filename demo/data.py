"""The demo's data directory: one demo at a time holds it, and finds in it what the last one left."""

import base64
import contextlib
import fcntl
import os
import secrets
import shutil
import signal
from pathlib import Path

import psutil

MARK = "PORTAL_DEMO_DATA"  # in the environment of every process of a demo: whose it is
CONTENTS = ("postgres", "redis", "github", "mail", "runs", "logs", "secrets")


class DataDirectory:
    """A directory that this process holds until it ends; SystemExit with a sentence when it cannot."""

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
        """End processes of an earlier demo on this directory that was killed; PostgreSQL ends its own."""
        for process in psutil.process_iter(["name"]):
            with contextlib.suppress(psutil.Error):
                if process.info["name"] != "postgres" and process.environ().get(MARK) == str(self.path):
                    process.send_signal(signal.SIGKILL)

    def reset(self) -> None:
        """Forget everything of the demo, and nothing else that may lie here."""
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
        """SECRET_KEY and PORTAL_KEYS of this demo, made at its first start and readable by its owner alone."""
        path = self.path / "secrets"
        if not path.exists():
            key = base64.b64encode(secrets.token_bytes(32)).decode()
            text = f"SECRET_KEY={secrets.token_urlsafe(50)}\nPORTAL_KEYS=demo:{key}\n"
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(handle, "w") as file:
                file.write(text)
        return dict(line.split("=", 1) for line in path.read_text().splitlines())
