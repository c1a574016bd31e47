import gzip
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from embedded import postgres

ROOT = Path(settings.BASE_DIR)


@pytest.fixture
def previous_release(bare_db):
    """The demo world as the previous release left it, not migrated yet; gives the URL of its database."""
    url = bare_db()
    (dump,) = (ROOT / "tests" / "releases").glob("*.sql.gz")
    command = [postgres.BINARIES / "psql", "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", url]
    subprocess.run(command, input=gzip.decompress(dump.read_bytes()), check=True, stdout=subprocess.DEVNULL)
    return url


@pytest.fixture
def manage():
    """Runs `manage.py` on the database of the test: `manage("migrate")` gives what it printed."""

    def run(*arguments):
        command = [sys.executable, "manage.py", *arguments]
        ended = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    return run
