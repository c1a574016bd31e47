"""The table of routes and limits, walked against every URL of the portal."""

import pytest
from django.conf import settings
from django.urls import reverse

from partnerportal.body_limits import DEFAULT, LIMITS, MB, MOST, limit_of
from tests.leaks.walk import patterns

BYTES = {
    "deployments:deployment-create": 10 * MB,
    "deployments:deployment-update": 10 * MB,
    "deployments:form-trial": 10 * MB,
    "modules:github-hook": 1 * MB,
}


def test_every_url_reads_two_megabytes_unless_the_table_says_otherwise():
    names = patterns()
    assert set(LIMITS) <= set(names)
    assert {name: LIMITS[name].bytes for name in names if name in LIMITS} == BYTES
    assert DEFAULT.bytes == 2 * MB


def test_what_is_larger_than_usual_is_read_only_of_people_who_are_signed_in():
    assert {name for name, limit in LIMITS.items() if limit.bytes > DEFAULT.bytes and not limit.signed_in} == set()


def test_django_reads_what_the_table_allows_and_no_more():
    assert settings.DATA_UPLOAD_MAX_MEMORY_SIZE == MOST


@pytest.mark.parametrize(
    ("path", "most"),
    [
        (reverse("deployments:deployment-create", args=["k7f3kabcde"]), 10 * MB),
        (reverse("modules:github-hook", args=["k7f3kabcde"]), 1 * MB),
        (reverse("account_login"), 2 * MB),
        (reverse("admin:index"), 2 * MB),
        ("/nowhere/at/all", 2 * MB),
        ("//\0", 2 * MB),
    ],
)
def test_the_limit_of_an_address(path, most):
    assert limit_of(path).bytes == most
