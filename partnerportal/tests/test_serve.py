"""The web server as it is started: its processes, and what they divide among them."""

import os
import signal
import time

import psutil
import pytest
import requests

from partnerportal.settings import web


def processes_of(child):
    """The processes that serve: those of the parent which import the portal."""
    family = psutil.Process(child.pid).children()
    return [process for process in family if serves(process)]


def serves(process):
    try:
        return "spawn_main" in " ".join(process.cmdline())
    except psutil.NoSuchProcess:  # also a zombie
        return False


def until(is_so, *, seconds=30):
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_process_that_dies_is_replaced_and_the_portal_is_served_meanwhile(server):
    child = server(env={"WEB_PROCESSES": "2"})
    until(lambda: len(processes_of(child)) == 2)
    first, other = processes_of(child)
    first.kill()
    assert requests.get(f"{child.url}/livez", timeout=20).status_code == 200
    until(lambda: len({process.pid for process in processes_of(child)} - {first.pid}) == 2)
    assert other.is_running()
    os.kill(child.pid, signal.SIGTERM)
    assert child.process.wait(20) == 0
    assert not other.is_running()


@pytest.mark.parametrize(("whole", "share"), [(24, 12), (25, 13), (1, 2), (0, 0)])
def test_places_are_divided_among_the_processes(monkeypatch, whole, share):
    monkeypatch.setattr(web, "WEB_PROCESSES", 2)
    assert web._share(whole, least=2) == share
