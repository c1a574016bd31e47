"""Repositories that are slow to read, and links that lead to links: what they cost is theirs alone."""

import json
import random

import pytest
from django.conf import settings
from django.db.models import Sum

from foundation import outbox
from foundation.models import Heartbeat, OutboxMessage
from foundation.wake import wake
from modules.models import ArchiveFile, Blob, Scan
from modules.reading import found
from modules.scanning.services import start_scan
from modules.tests.catalogues import GREETING, connect, scan
from modules.tests.waiting import wait_until
from partnerportal import periodic

HOUSEKEEPING = sorted(periodic.intervals().keys() & set(settings.TASKS[settings.QUEUE_DEFAULT]))


def test_housekeeping_goes_on_while_two_owners_slow_repositories_hold_all_places(
    live_db, alice, bob, github, worker, post_office
):
    worker(["work"], concurrency=2, env={"GITHUB_TIMEOUT": "300"})
    github.fail("hang", origin="codeload")
    slow = [
        start_scan(connect(github, owner, name=f"{name}-example/slow", files={"a/main.tf": GREETING}), by=owner)
        for owner, name in ((alice, "alice"), (bob, "bob"))
    ]
    running = Scan.objects.filter(pk__in=[row.pk for row in slow], status="running", commit__gt="")
    wait_until(lambda: running.count() == 2, seconds=60)
    worker(["default"], concurrency=1)
    outbox.post(key="mail", to="carol@example.com", subject="Meanwhile", text="Hello", why="you asked", stop="Stop")
    for task in HOUSEKEEPING:
        wake(task)
    wait_until(lambda: Heartbeat.objects.filter(name__in=HOUSEKEEPING).count() == len(HOUSEKEEPING), seconds=60)
    wait_until(lambda: OutboxMessage.objects.filter(subject__contains="Meanwhile", sent_at__isnull=False).exists())
    assert running.count() == 2  # both places were held all the time
    assert len(HOUSEKEEPING) >= 9


IN_A_ROW = {f"d{number}/n": f"../d{number + 1}" for number in range(700)}
DOUBLING = {f"d{number}/{side}": f"../d{number + 1}" for number in range(1_000) for side in "ab"}
IN_A_CIRCLE = {f"d{number}/n": f"../d{(number + 1) % 2_000}" for number in range(2_000)}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "links",
    [
        pytest.param(IN_A_ROW, id="700 in a row"),
        pytest.param(DOUBLING, id="2,000 that double", marks=pytest.mark.whole),
        pytest.param(IN_A_CIRCLE, id="2,000 in a circle", marks=pytest.mark.whole),
    ],
)
def test_links_to_links_spoil_no_other_folder(alice, github, links):
    files = {"good/main.tf": GREETING, "d0/main.tf": GREETING}
    row = scan(connect(github, alice, name="alice-example/links", files=files, symlinks=links))
    assert (row.status, row.error) == ("succeeded", "")
    good, bomb = row.found.get(path="good"), row.found.get(path="d0")
    assert (good.is_valid, bomb.is_valid) == (True, False)
    assert {finding["code"] for finding in bomb.findings if finding["level"] == "error"} == {"path"}


def push_and_count(connection, github, *, modules, megabytes) -> tuple[int, int]:
    """Pushes other random files, four times, scans each, and gives the bytes of all stored files after the second and
    the last scan."""
    noise, sizes = random.Random(7), []
    for _ in range(4):
        names = {f"shared/{n}.bin": noise.randbytes(1024**2) for n in range(megabytes)}
        calls = {
            f"m{n}/main.tf": f'module "s" {{\n  source = "../shared"\n}}\n# {noise.random()}\n' for n in range(modules)
        }
        github.commit(connection.repository_name, names | calls)
        assert scan(connection).status == "succeeded"
        sizes.append(Blob.objects.aggregate(bytes=Sum("stored"))["bytes"])
    return sizes[1], sizes[-1]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("modules", "megabytes"), [(6, 1), pytest.param(60, 4, marks=pytest.mark.whole, id="60 modules, 4 MB")]
)
def test_modules_that_share_a_folder_put_it_into_the_database_once(alice, github, modules, megabytes, record_property):
    connection = connect(github, alice, files={"shared/main.tf": "", "m0/main.tf": GREETING})
    second, last = push_and_count(connection, github, modules=modules, megabytes=megabytes)
    assert megabytes * 1024**2 < last < megabytes * 1.1 * 1024**2
    assert abs(last - second) < 50_000  # pushes that nobody publishes leave nothing behind
    assert ArchiveFile.objects.count() == modules + megabytes + 1
    record_property(f"MB of {modules} modules that share {megabytes} MB, after 4 pushes", round(last / 1024**2, 2))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("modules", "calls"), [(20, 60), pytest.param(500, 100, marks=pytest.mark.whole, id="500 modules, 363 MB before")]
)
def test_modules_that_call_a_folder_stored_all_that_it_says_each(
    alice, github, monkeypatch, modules, calls, record_property
):
    """Its calls and the sentences about them stand with each module that calls it."""
    monkeypatch.setattr(found, "ALL_BYTES", found.ALL_BYTES * modules // 500)
    lib = "".join(f'module "a{n}" {{\n  source = "../{"x" * 2_000}{n}"\n}}\n' for n in range(calls))
    files = {f"m{n}/main.tf": 'module "a" {\n  source = "../lib"\n}\n' for n in range(modules)}
    row = scan(connect(github, alice, name="alice-example/loud", files=files | {"lib/main.tf": lib, "z/main.tf": ""}))
    assert (row.status, row.found.count()) == ("succeeded", modules + 2)
    size = len(json.dumps(list(row.found.values_list("schema", "findings", "parts", "helpers"))))
    assert size < found.ALL_BYTES * 1.1
    record_property(f"MB of {modules} modules", round(size / 1024**2, 1))
