"""`python -m bench.ledger`: movements of credits per second, with 8 processes on a separate durable PostgreSQL.

One movement is one committed transaction: a hold, or the capture of one.
"""

import base64
import json
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from embedded import postgres

PROCESSES = 8
SECONDS = 10
WALLETS = 1_000
BASE_DIR = Path(__file__).resolve().parent.parent


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="portal-ledger-") as directory:
        Path(directory).chmod(0o755)  # PostgreSQL's user has to traverse it
        server = postgres.start(Path(directory) / "postgres", durable=True)
        try:
            server.ensure_database("ledger")
            measure(_environment(server.url("ledger")))
        finally:
            server.stop()


def measure(environment: dict[str, str]) -> None:
    _run(environment, "-m", "django", "migrate", "-v0", "--skip-checks")
    _run(environment, "-m", "bench.ledger_client", "fill", str(WALLETS))
    print(f"{'wallets':>8} {'movements/s':>12} {'p50 ms':>8} {'p99 ms':>8}")
    for wallets in (WALLETS, 1):
        times = _race(environment, wallets)
        p99 = statistics.quantiles(times, n=100)[98]
        print(f"{wallets:>8} {len(times) / SECONDS:>12.0f} {statistics.median(times):>8.1f} {p99:>8.1f}")
    _run(environment, "-m", "django", "ledger_verify", "--skip-checks")


def _race(environment: dict[str, str], wallets: int) -> list[float]:
    """Milliseconds of every movement of all processes."""
    start = time.time() + 10
    command = [sys.executable, "-m", "bench.ledger_client", "move", str(wallets), str(start), str(SECONDS)]
    clients = [
        subprocess.Popen(command, env=environment, cwd=BASE_DIR, stdout=subprocess.PIPE, text=True)
        for _ in range(PROCESSES)
    ]
    return [moment for client in clients for moment in json.loads(client.communicate()[0])]


def _run(environment: dict[str, str], *arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], env=environment, cwd=BASE_DIR, check=True)


def _environment(url: str) -> dict[str, str]:
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "partnerportal.settings",
        "DATABASE_URL": url,
        "REDIS_URL": "redis://127.0.0.1:9/0",  # nothing here sends a message
        "SECRET_KEY": secrets.token_hex(32),
        "PORTAL_KEYS": "bench:" + base64.b64encode(os.urandom(32)).decode(),
        "ALLOWED_HOSTS": "localhost",
        "INSECURE_HTTP": "1",
    }


if __name__ == "__main__":
    main()
