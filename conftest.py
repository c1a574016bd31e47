"""Starts the servers that all tests use, before Django reads its settings."""

import os

import django
import pytest

from tests import environment

environment.prepare()
django.setup()
# If inherited, pytest-django would read the settings in a pytest-xdist process before this file runs there, with this
# process's Redis number and queues.
del os.environ["DJANGO_SETTINGS_MODULE"]

pytest_plugins = [
    "tests.fixtures.people",
    "tests.fixtures.live",
    "tests.fixtures.processes",
    "tests.fixtures.github",
    "tests.fixtures.mail",
    "tests.fixtures.postgres",
]
collect_ignore = [] if environment.chromium() else ["tests/browser"]


def pytest_configure(config):
    if collect_ignore and os.environ.get("REQUIRE_BROWSER"):
        raise pytest.UsageError("REQUIRE_BROWSER is set, and there is no Chromium on this machine.")


def pytest_collection_modifyitems(items):
    if not os.environ.get("ATTACKS"):
        reason = pytest.mark.skip(reason="an attack in its full size: make attacks")
        for item in items:
            if item.get_closest_marker("whole"):
                item.add_marker(reason)


def pytest_terminal_summary(terminalreporter):
    """Show what tests recorded with `record_property`: the figures of `make attacks`."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties if report.when == "call" else []:
            terminalreporter.write_line(f"{report.nodeid.rpartition('::')[2]}  {name}: {value}")


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config):
    if collect_ignore and not os.environ.get("PYTEST_XDIST_WORKER"):
        print("The browser journey was not run: no Chromium was found (Debian: apt-get install chromium).")
