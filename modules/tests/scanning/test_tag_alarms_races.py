"""Alarms with real commits: two checks at one moment, and a worker that is killed before its check."""

import threading

from django.db import connection as database

from foundation.models import AuditEvent, OutboxMessage
from modules.models import Alarm, Scan
from modules.scanning import polling, tag_alarms
from modules.scanning.services import start_scan
from modules.tests.catalogues import GREETING, NAME, connect, publish, scan
from modules.tests.waiting import wait_until
from tests.fixtures.live import owning


def rewritten(github, owner):
    """A connection with two published modules, of which git's history knows nothing any more."""
    connection = connect(github, owner, files={"a/main.tf": f"# a\n{GREETING}", "b/main.tf": f"# b\n{GREETING}"})
    publish(connection, "a", "b")
    github.commit(NAME, {"note": "x"}, parent="")
    return connection


def mails():
    return OutboxMessage.objects.filter(key__startswith="alarm:").count()


def test_looks_at_one_moment_raise_each_alarm_once(live_db, alice, github, monkeypatch):
    connection = rewritten(github, alice)
    with monkeypatch.context() as blind:
        blind.setattr(tag_alarms, "look", lambda connection, scan: None)
        row = scan(connection)
    barrier, failures = threading.Barrier(4), []

    def look():
        try:
            barrier.wait(10)
            tag_alarms.look(connection, row)
        except Exception as error:  # noqa: BLE001
            failures.append(error)
        finally:
            database.close()

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (failures, Alarm.objects.count()) == ([], 2)
    assert AuditEvent.objects.filter(verb="alarm.raised").count() == 2
    assert mails() == 1


def test_worker_killed_between_scan_and_alarms_loses_nothing(live_db, alice, github, worker):
    connection = rewritten(github, alice)
    scan(connection)  # the next one finds an unchanged branch, so that it ends before it looks at the tags
    with owning():
        Alarm.objects.all().delete()
        OutboxMessage.objects.all().delete()
    first = worker(queues=["work"], env={"SCAN_LEASE": "2"})
    github.fail("hang", path_prefix=f"/repositories/{connection.repository_id}/tags")
    row = start_scan(connection, by=alice)
    wait_until(lambda: Scan.objects.filter(pk=row.pk, status="succeeded").exists())
    first.kill()
    github.clear()
    assert (Alarm.objects.count(), mails()) == (0, 0)
    worker(queues=["work"], env={"SCAN_LEASE": "2"})
    Scan.objects.update(finished_at="2026-01-01T00:00:00Z")
    polling.poll_scans()
    wait_until(lambda: Alarm.objects.count() == 2)
    assert mails() == 1
