import gzip
import io
import subprocess

import pytest
from django.core.management import call_command

from embedded import postgres
from workshop import dump


@pytest.fixture(params=dump.kept(), ids=lambda path: path.name)
def earlier_release(request, bare_db):
    """The dump of an earlier release, not migrated yet; returns the URL of its database."""
    url = bare_db()
    command = [postgres.BINARIES / "psql", "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", url]
    subprocess.run(command, input=gzip.decompress(request.param.read_bytes()), check=True, stdout=subprocess.DEVNULL)
    return url


@pytest.fixture
def manage():
    """Runs a command of `manage.py` on the test's database and returns its output."""

    def run(*arguments):
        printed = io.StringIO()
        call_command(*arguments, stdout=printed)
        return printed.getvalue()

    return run
