"""A test run leaves no process or file behind, however it ends."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest
from django.conf import settings

from tests.fixtures.processes import ignore_interrupts

SLOW = """
import time

def test_slow(db):
    time.sleep(300)
"""
OURS = ("PYTEST_XDIST_WORKER", "PYTEST_XDIST_TESTRUNUID", "PYTEST_ADDOPTS", "PYTEST_CURRENT_TEST")


@pytest.fixture
def folder():
    with tempfile.TemporaryDirectory(dir=os.environ["PORTAL_TEST_DIR"]) as path:
        yield Path(path)


@pytest.fixture
def run(folder):
    """A pytest in the background with one xdist process, in the middle of a test; its files are in `folder`."""
    test = folder / "test_slow.py"
    test.write_text(SLOW)
    environment = {name: value for name, value in os.environ.items() if name not in OURS}
    # The test is outside the project, so that no other run collects it; hence `-p conftest`.
    command = [sys.executable, "-m", "pytest", "-p", "conftest", "-c", "pytest.ini", "-n", "1", str(test)]
    process = subprocess.Popen(
        command,
        cwd=settings.BASE_DIR,
        env=environment | {"TMPDIR": str(folder)},
        stdout=subprocess.DEVNULL,
        preexec_fn=ignore_interrupts,
    )
    yield process
    process.kill()
    process.wait()


def servers_of(process, folder):
    """Wait until its servers and a test run; returns its descendants."""
    deadline = time.monotonic() + 60
    while not list(folder.glob("partnerportal-tests-*/gw0")):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
    found = psutil.Process(process.pid).children(recursive=True)
    assert {"postgres", "valkey-server"} <= {one.name() for one in found}
    return found


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_interrupted_run_leaves_neither_process_nor_file(run, folder, number):
    found = servers_of(run, folder)
    run.send_signal(number)
    run.wait(300)
    assert psutil.wait_procs(found, timeout=60)[1] == []
    assert list(folder.glob("partnerportal-*")) == []


def test_a_killed_run_leaves_no_process(run, folder):
    found = servers_of(run, folder)
    run.kill()
    run.wait()
    assert psutil.wait_procs(found, timeout=60)[1] == []
