"""The world of `make bench ONLY=scale` in small: it is whole, and no page of it asks for more the more there is."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from accounts.models import User
from bench.scale.counting import OFFSETS, QUERIES
from bench.scale.pages import facts, pages
from bench.scale.size import Size
from billing.models import Hold, Transfer
from deployments import recount
from deployments.models import Deployment, Run
from modules.models import Module
from tests.fixtures.live import own_database

SIZE = Size(0.2)
MOST_QUERIES = 12


@pytest.fixture(scope="module")
def world(template_db, django_db_blocker, tmp_path_factory):
    """A database with 21 people, 100 deployments and their money, made as the bench makes its large one."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, own_database(template_db, patch) as urls:
        owner = urls["MIGRATE_DATABASE_URL"]  # rows are written with keys of their own
        folder = tmp_path_factory.mktemp("scale")
        subprocess.run(
            [sys.executable, "-m", "bench.scale.fill", str(SIZE.percent), str(folder)],
            cwd=settings.BASE_DIR,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "partnerportal.settings", "DATABASE_URL": owner},
            check=True,
            stdout=subprocess.DEVNULL,
        )
        yield


def test_the_small_world_has_all_that_the_large_one_has(world):
    """`bench.scale.fill` has checked the ledger before."""
    assert User.objects.count() == SIZE.people + 1
    assert Module.objects.published().count() == SIZE.of_platform + SIZE.of_alice + SIZE.of_others
    assert Deployment.objects.count() == SIZE.deployments
    assert Run.objects.count() == SIZE.runs
    assert set(Run.objects.values_list("status", flat=True)) >= {"succeeded", "failed", "lost", "cancelled"}
    movements = Transfer.objects.count() + Hold.objects.count() + Hold.objects.filter(state="released").count()
    assert movements > SIZE.movements / 2


def answers(settings):
    """Each page that the bench measures, with its answer."""
    settings.MIDDLEWARE = ["bench.scale.counting.Counting", *settings.MIDDLEWARE]
    with connection.cursor() as cursor:
        known = facts(cursor, SIZE.large_run)
    for page in pages(known):
        client = Client()
        client.force_login(User.objects.get(email=f"{page.person}@example.com"))
        yield page, client.get(page.path)


def test_no_page_skips_rows_or_asks_without_end(world, settings):
    for page, answer in answers(settings):
        assert answer.status_code == 200, page.name
        is_bounded = page.path.startswith("/admin/")  # its pages end after 1,000 rows
        assert is_bounded or answer.headers[OFFSETS] == "0", page.name
        assert int(answer.headers[QUERIES]) <= MOST_QUERIES, page.name


def test_what_is_kept_is_what_counting_gives(world):
    assert recount.faults() == []
