"""`make release-dump`: dumps the database of the demo world, for the test that migrates earlier releases."""

import gzip
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from semver import Version

import partnerportal
from embedded import postgres, processes
from tests import environment

ROOT = Path(__file__).resolve().parent.parent
RELEASES = ROOT / "tests" / "releases"


def main() -> None:
    """Write `tests/releases/<version>.sql.gz`."""
    with tempfile.TemporaryDirectory(prefix="partnerportal-release-") as path:
        dump = _dump(Path(path))
    assert path.encode() not in dump, "The dump names a path of this machine."
    RELEASES.mkdir(exist_ok=True)
    target = RELEASES / f"{partnerportal.__version__}.sql.gz"
    target.write_bytes(gzip.compress(dump, mtime=0))
    print(f"{target.relative_to(ROOT)}: {target.stat().st_size // 1024} KiB. Commit it.")


def kept() -> list[Path]:
    """The existing dumps, oldest version first."""
    return sorted(RELEASES.glob("*.sql.gz"), key=lambda path: Version.parse(path.name.removesuffix(".sql.gz")))


def _dump(data: Path) -> bytes:
    """Plain SQL of a new demo world; its secrets are encrypted with the published key ring of the tests."""
    (data / "secrets").write_text(f"SECRET_KEY={environment.SECRET_KEY}\nPORTAL_KEYS={environment.KEYS}\n")
    demo = subprocess.Popen(
        [sys.executable, "-m", "demo.run"],
        cwd=ROOT,
        env=os.environ | {"PORTAL_DATA_DIR": str(data), "PORT": str(processes.free_port())},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        if not any(line.startswith("Ready:") for line in demo.stdout):
            raise SystemExit("The demo did not start.")
        return _plain_sql(data / "postgres")
    finally:
        demo.send_signal(signal.SIGINT)
        demo.wait()


def _plain_sql(socket_dir: Path) -> bytes:
    server = ["--host", str(socket_dir), "--username", postgres.SUPERUSER, "--dbname", "portal"]
    command = [str(postgres.BINARIES / "pg_dump"), *server, "--no-owner", "--no-privileges"]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout


if __name__ == "__main__":
    main()
