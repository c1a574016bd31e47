"""The lock files match the requirements, are complete, and name no index and no path."""

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
NAMES = ["requirements", "requirements-demo", "requirements-dev"]
PIN = re.compile(r"^([A-Za-z0-9_.-]+)==([^\s;\\]+)", re.MULTILINE)


def pins(text):
    """Versions by normalized name (PEP 503), of requirements and of locks alike."""
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in PIN.findall(text)}


def wanted(name):
    """Pins of a requirements file, and of those that it includes."""
    text = (ROOT / f"{name}.txt").read_text()
    included = re.findall(r"^-r (\S+)\.txt", text, re.MULTILINE)
    return pins(text) | {key: version for other in included for key, version in wanted(other).items()}


def locked(name):
    return (ROOT / f"{name}.lock").read_text()


@pytest.mark.parametrize("name", NAMES)
def test_a_lock_holds_the_pins_of_its_requirements(name):
    found = pins(locked(name))
    assert {key: found.get(key) for key in wanted(name)} == wanted(name), "run `make lock`"


@pytest.mark.parametrize("name", NAMES)
def test_each_locked_package_has_hashes(name):
    for block in re.split(r"\n(?=[A-Za-z0-9])", locked(name))[1:]:
        assert re.search(r"\\\n    --hash=sha256:[0-9a-f]{64}", block), block


@pytest.mark.parametrize("name", NAMES)
def test_a_lock_names_no_index_and_no_path(name):
    assert re.findall(r"\S*://\S*|^--\S+|\s@\s.*|/\S+/\S*", locked(name), re.MULTILINE) == []


@pytest.mark.parametrize("name", ["requirements", "requirements-demo"])
def test_what_runs_in_production_is_what_was_tested(name):
    assert pins(locked(name)).items() <= pins(locked("requirements-dev")).items()
