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
]
collect_ignore = [] if environment.chromium() else ["tests/browser"]


def pytest_configure(config):
    if collect_ignore and os.environ.get("REQUIRE_BROWSER"):
        raise pytest.UsageError("REQUIRE_BROWSER is set, and there is no Chromium on this machine.")


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config):
    if collect_ignore and not os.environ.get("PYTEST_XDIST_WORKER"):
        print("The browser journey was not run: no Chromium was found (Debian: apt-get install chromium).")
