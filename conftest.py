"""Every test runs on real parts: the servers start here, before Django reads its settings."""

import django

from tests import environment

environment.prepare()
django.setup()

pytest_plugins = ["tests.fixtures.people", "tests.fixtures.live", "tests.fixtures.processes", "tests.fixtures.github"]
