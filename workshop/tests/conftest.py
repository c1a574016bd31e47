import gzip
import io
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

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
    """Runs a command of `manage.py` on the database of the test, and gives what it printed."""

    def run(*arguments):
        printed = io.StringIO()
        call_command(*arguments, stdout=printed)
        return printed.getvalue()

    return run
