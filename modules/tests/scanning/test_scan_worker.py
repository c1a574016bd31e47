"""Scans by a real Celery worker, which is killed during the work."""

import time

from modules.models import Scan
from modules.scanning import polling
from modules.scanning.services import start_scan
from modules.tests.catalogues import GREETING, connect
from modules.tests.waiting import wait_until

SHORT = {"SCAN_LEASE": "2", "GITHUB_TIMEOUT": "30"}


def has(row, **facts):
    return lambda: Scan.objects.filter(pk=row.pk, **facts).exists()


def test_worker_is_woken_and_reads_the_repository(live_db, alice, github, worker):
    worker(queues=["work"])
    row = start_scan(connect(github, alice, files={"greeting/main.tf": GREETING}), by=alice)
    wait_until(has(row, status="succeeded", read=1, total=1))


def test_scan_ends_although_its_worker_was_killed(live_db, alice, github, worker):
    first = worker(queues=["work"], env=SHORT)
    connection = connect(github, alice, files={"greeting/main.tf": GREETING})
    github.fail("hang", origin="codeload")
    row = start_scan(connection, by=alice)
    wait_until(has(row, status="running", commit__gt=""))
    first.kill()
    github.clear()
    worker(queues=["work"], env=SHORT)
    is_read = has(row, status="succeeded", attempts=2, token=2)
    wait_until(lambda: polling.poll_scans() or is_read())


def test_living_worker_keeps_its_lease(live_db, alice, github, worker):
    worker(queues=["work"], env=SHORT)
    connection = connect(github, alice, files={"greeting/main.tf": GREETING})
    github.fail("hang", origin="codeload", times=1)
    row = start_scan(connection, by=alice)
    wait_until(has(row, status="running", commit__gt=""))
    time.sleep(4)
    assert not Scan.objects.claimable().exists()
    github.clear()
    wait_until(has(row, token=1, status__in=["failed", "succeeded"]), seconds=40)
