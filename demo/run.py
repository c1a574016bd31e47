"""
The whole portal on this machine: `make demo`, or `python -m demo.run`.

PORT (8000), PORTAL_DATA_DIR (.data) and RESET=1 come from the environment. Stops everything on Ctrl-C or SIGTERM,
or when one of the parts ends.
"""

import contextlib
import os
import signal
import socket
import time
import urllib.error
import urllib.request
from pathlib import Path

from demo.data import MARK, DataDirectory
from demo.supervisor import Supervisor
from embedded import EmbeddedUnavailable, processes

BASE_DIR = Path(__file__).resolve().parent.parent
READY_SECONDS = 60
LOGINS = """
  alice@example.com  partner        bob@example.com    partner
  carol@example.com  user           admin@example.com  admin
  The password of all four is demo-portal. Sent e-mail: {url}demo/mail/
"""


def main() -> None:
    port = _port()
    data = DataDirectory(Path(os.environ.get("PORTAL_DATA_DIR") or BASE_DIR / ".data"))
    data.end_leftovers()
    _refuse_taken(port)
    if os.environ.get("RESET", "") not in ("", "0"):
        data.reset()
    processes.end_on_signals()
    supervisor = Supervisor(data.folder("logs"), {MARK: str(data.path)})
    try:
        _start(supervisor, data, port)
        supervisor.watch()
    except KeyboardInterrupt:
        with contextlib.suppress(OSError):  # stdout may be closed
            print("Stopping.", flush=True)
    except (EmbeddedUnavailable, OSError) as error:
        raise SystemExit(str(error)) from error
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        supervisor.stop()


def _start(supervisor: Supervisor, data: DataDirectory, port: int) -> None:
    print(f"Starting Partner Portal on {data.path}", flush=True)
    supervisor.environment |= _environment(data, port)
    is_new = supervisor.start_servers(data.path)
    github = supervisor.start("github", "demo.github", "--data", str(data.folder("github")))
    supervisor.begin("migrate", "manage.py", "migrate", "--no-input")
    supervisor.environment["GITHUB_API_URL"] = supervisor.wait_for_line(github, "Listening ")
    if not is_new:  # start the web server in parallel: probably nothing to migrate
        _start_web(supervisor, port)
    supervisor.finish("migrate")
    if is_new:
        _start_web(supervisor, port)
    _start_workers(supervisor, data)
    supervisor.begin("seed", "manage.py", "seed")
    supervisor.finish("seed", is_shown=True)
    url = f"http://127.0.0.1:{port}/"
    _wait_until_healthy(supervisor, url)
    print(LOGINS.format(url=url))
    print(f"Ready: {url}", flush=True)


def _start_web(supervisor: Supervisor, port: int) -> None:
    supervisor.start("web", "partnerportal.serve", "--port", str(port), "--grace", "2")


def _start_workers(supervisor: Supervisor, data: DataDirectory) -> None:
    celery = ("celery", "-A", "partnerportal")
    worker = (*celery, "worker", "--without-gossip", "--without-mingle", "--loglevel", "INFO", "--concurrency", "2")
    supervisor.start("worker-runs", *worker, "--queues", "runs", "--hostname", "runs@demo")
    supervisor.start("worker-work", *worker, "--queues", "work", "--hostname", "work@demo")
    supervisor.start("worker-default", *worker, "--queues", "default", "--hostname", "default@demo")
    supervisor.start("beat", *celery, "beat", "--schedule", str(data.path / "logs" / "beat-schedule"))


def _environment(data: DataDirectory, port: int) -> dict[str, str]:
    return data.secrets() | {
        "DJANGO_SETTINGS_MODULE": "demo.settings",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "INSECURE_HTTP": "1",
        "PORTAL_URL": f"http://127.0.0.1:{port}",
        "PLAIN_STATIC": "1",
        "PORTAL_RUNS_DIR": str(data.folder("runs")),
        "DEMO_MAIL_DIR": str(data.folder("mail")),
        "CELERY_QUEUE_PREFIX": "",
        "PYTHONUNBUFFERED": "1",
    }


def _port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise SystemExit(f"PORT is {text!r}, which is not a port number. Try `make demo PORT=8000`.")
    return int(text)


def _refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise SystemExit(f"You do not have permission to use port {port}. Try `make demo PORT=8000`.") from None
        except OSError:
            raise SystemExit(f"Port {port} is in use. Try `make demo PORT={port + 1}`.") from None


def _wait_until_healthy(supervisor: Supervisor, url: str) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        supervisor.fail_when_one_ended()
        try:
            urllib.request.urlopen(f"{url}healthz", timeout=5).close()
            return
        except OSError:  # not listening yet, or 503 while the workers start
            time.sleep(0.1)
    raise SystemExit(f"The portal did not become healthy in {READY_SECONDS} s: see {supervisor.logs}.")


if __name__ == "__main__":
    main()
