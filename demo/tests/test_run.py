import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest
import requests
from django.conf import settings

from demo.data import MARK
from embedded import processes
from tests.fixtures.processes import ignore_interrupts

START_SECONDS = 300
PATIENCE = 300  # seconds for a demo to end; it takes a few unless the machine is busy


class Demo:
    """A demo in a separate process, as `make demo &` in a script starts it."""

    def __init__(self, data: Path, port: int, **environment: str):
        self.data, self.url = data, f"http://127.0.0.1:{port}/"
        outside = {name: value for name, value in os.environ.items() if name not in settings_of_this_test()}
        self.output = data.parent / f"{data.name}-{time.monotonic_ns()}.txt"
        self.began = time.monotonic()
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "demo.run"],
                cwd=settings.BASE_DIR,
                env=outside | {"PORT": str(port), "PORTAL_DATA_DIR": str(data)} | environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                preexec_fn=ignore_interrupts,
            )

    def text(self) -> str:
        return self.output.read_text()

    def wait_until_ready(self) -> None:
        """Wait for the "Ready:" line; fails with the output if the demo ends before."""
        while f"Ready: {self.url}\n" not in self.text():
            if self.process.poll() is not None or time.monotonic() - self.began > START_SECONDS:
                pytest.fail(f"the demo was not ready:\n{self.text()}")
            time.sleep(0.05)

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def processes(self) -> list[psutil.Process]:
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if process.environ().get(MARK) == str(self.data):
                    found.append(process)
        return found


def settings_of_this_test():
    source = (settings.BASE_DIR / "tests" / "environment.py").read_text()
    return set(re.findall(r"^        ([A-Z_]+)=", source, re.MULTILINE))


@contextlib.contextmanager
def folder_of_ours():
    with tempfile.TemporaryDirectory(dir=os.environ["PORTAL_TEST_DIR"], ignore_cleanup_errors=True) as path:
        yield Path(path)


@pytest.fixture(scope="module")
def seeded():
    """The data of a first start, and its output."""
    with folder_of_ours() as folder:
        first = Demo(folder / "data", processes.free_port())
        first.wait_until_ready()
        first.status = requests.get(f"{first.url}healthz", timeout=60).json()
        first.returned = first.end(signal.SIGTERM)
        first.left = first.processes()
        yield first


@pytest.fixture
def demo(seeded):
    """Starts demos on copies of the seeded data: `demo("a", port)`; all are stopped after the test."""
    demos = []

    def start(name="data", port=None, **environment):
        if not (folder / name).exists():
            subprocess.run(["cp", "-a", seeded.data, folder / name], check=True)
        demos.append(Demo(folder / name, port or processes.free_port(), **environment))
        return demos[-1]

    with folder_of_ours() as folder:
        yield start
        for one in demos:
            one.process.kill()
            one.process.wait()
            for process in one.processes():
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()


def sign_in(demo, email):
    """The response after signing in."""
    session = requests.Session()
    session.get(f"{demo.url}accounts/login/", timeout=60)
    form = {"login": email, "password": "demo-portal", "csrfmiddlewaretoken": session.cookies["csrftoken"]}
    return session.post(f"{demo.url}accounts/login/", data=form, timeout=60)


def test_it_starts_and_ends_with_nothing_left(seeded):
    assert seeded.status["workers"] == {"runs": "ok", "work": "ok", "default": "ok"}
    assert seeded.text().count("Ready: ") == 1
    assert f"Ready: {seeded.url}\nStopping.\n" in seeded.text()
    assert (seeded.data / "secrets").stat().st_mode & 0o777 == 0o600
    assert seeded.returned == 0
    assert seeded.left == []


def test_a_second_start_finds_its_data(demo, seeded):
    again = demo()
    again.wait_until_ready()
    assert sign_in(again, "alice@example.com").url == again.url
    assert (again.data / "secrets").read_text() == (seeded.data / "secrets").read_text()
    assert again.end(signal.SIGINT) == 0
    assert again.processes() == []


def test_reset_starts_anew_and_keeps_what_is_not_its_own(demo, seeded):
    copy = demo(PORT="none")
    assert copy.process.wait(PATIENCE) == 1
    (copy.data / "thesis.txt").write_text("mine")
    anew = demo(RESET="1")
    anew.wait_until_ready()
    assert (anew.data / "secrets").read_text() != (seeded.data / "secrets").read_text()
    assert (anew.data / "thesis.txt").read_text() == "mine"


def test_killed_demo_leaves_nothing_that_hinders_the_next(demo):
    killed = demo(port=processes.free_port())
    killed.wait_until_ready()
    left = killed.processes()
    assert len(left) > 8
    killed.end(signal.SIGKILL)
    again = demo(port=int(killed.url.rsplit(":")[-1].strip("/")))
    again.wait_until_ready()
    assert psutil.wait_procs(left, timeout=60)[1] == []


def test_two_demos_run_side_by_side(demo):
    one, other = demo("one"), demo("other")
    one.wait_until_ready()
    other.wait_until_ready()
    one.end()
    assert sign_in(other, "bob@example.com").url == other.url


def test_one_data_directory_serves_one_demo(demo):
    first = demo()
    first.wait_until_ready()
    second = demo()
    assert second.process.wait(PATIENCE) == 1
    assert second.text() == (
        f"Another demo is using {first.data}. Stop it, or set PORTAL_DATA_DIR to another folder.\n"
    )
    assert requests.get(f"{first.url}healthz", timeout=60).status_code == 200


def test_a_taken_port_is_one_sentence(demo):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = demo(port=port)
        assert refused.process.wait(PATIENCE) == 1
    assert refused.text() == f"Port {port} is in use. Try `make demo PORT={port + 1}`.\n"


def test_a_port_that_is_none_is_one_sentence(demo):
    refused = demo(PORT="eight")
    assert refused.process.wait(PATIENCE) == 1
    assert refused.text() == "PORT is 'eight', which is not a port number. Try `make demo PORT=8000`.\n"


def test_a_part_that_ends_is_named_and_all_end(demo):
    broken = demo()
    broken.wait_until_ready()
    beat = next(process for process in broken.processes() if "beat" in process.cmdline())
    beat.kill()
    assert broken.process.wait(PATIENCE) == 1
    assert "The demo stopped because beat ended" in broken.text()
    assert broken.processes() == []
