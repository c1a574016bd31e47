"""A scan is saved a piece at a time: nothing half-saved is seen, published from, or kept by who takes it over."""

import pytest
from django.db import DatabaseError

from modules.models import Module, ModuleVersion, Scan, ScannedModule
from modules.publishing import candidates, services
from modules.scanning import saving, scanner
from modules.scanning.services import start_scan
from modules.tests.catalogues import GREETING, NAME, connect, publish, scan

pytestmark = pytest.mark.django_db
NEWER = f'{GREETING}output "more" {{\n  value = 1\n}}\n'


@pytest.fixture
def connection(alice, github, monkeypatch):
    """Alice's repository of two modules, `a` published, with a newer commit that is saved one folder at a time."""
    monkeypatch.setattr(saving, "AT_ONCE", 1)
    made = connect(github, alice, files={"a/main.tf": GREETING, "b/main.tf": GREETING})
    publish(made, "a")
    github.commit(NAME, {"a/main.tf": NEWER, "b/main.tf": NEWER})
    return made


def during(monkeypatch, deed, *, folder="b"):
    """Do something when the folders before this one are saved."""
    add = saving.add

    def add_after(row, piece, tree):
        if piece[0].path == folder:
            deed()
        add(row, piece, tree)

    monkeypatch.setattr(saving, "add", add_after)


def shown(connection) -> list[str]:
    """The newest scan's folders that differ from what is published, as the Publish page asks for them."""
    newest = candidates.newest_scan(connection)
    return [each.path for each in candidates.of_repository(connection, newest) if each.has_new_content]


def test_nobody_sees_a_scan_before_all_of_it_is_saved(connection, alice, monkeypatch):
    before = candidates.newest_scan(connection)
    seen = []

    def look():
        half = ScannedModule.objects.filter(scan=Scan.objects.get(status="running"))
        seen.append((half.count(), candidates.newest_scan(connection), shown(connection)))

    during(monkeypatch, look)
    after = scan(connection)
    assert seen == [(1, before, ["b"])]
    assert (candidates.newest_scan(connection), shown(connection)) == (after, ["a", "b"])


def test_publishing_while_a_scan_is_saved_publishes_what_was_shown(connection, alice, monkeypatch):
    before = candidates.newest_scan(connection)
    during(monkeypatch, lambda: services.publish(connection, scan=before, paths={"a", "b"}, by=alice))
    after = scan(connection)
    versions = ModuleVersion.objects.order_by("path").values_list("path", "semver", "commit")
    assert list(versions) == [("a", "1.0.0", before.commit), ("b", "1.0.0", before.commit)]
    services.publish(connection, scan=after, paths={"a", "b"}, by=alice)
    current = Module.objects.order_by("path").values_list("current_version__semver", "current_version__commit")
    assert list(current) == [("1.1.0", after.commit), ("1.1.0", after.commit)]


def test_who_takes_a_scan_over_begins_anew(connection, alice, monkeypatch):
    row = start_scan(connection, by=alice)

    def lose_the_database():
        monkeypatch.undo()
        raise DatabaseError

    during(monkeypatch, lose_the_database)
    with pytest.raises(DatabaseError):
        scanner.scan_repository(row.pk)
    assert ScannedModule.objects.filter(scan=row).count() == 1
    scanner.scan_repository(row.pk)
    row.refresh_from_db()
    assert (row.status, row.attempts, [found.path for found in row.found]) == ("succeeded", 2, ["a", "b"])


def test_who_lost_a_scan_adds_nothing_to_it(connection, alice, monkeypatch):
    row = start_scan(connection, by=alice)
    during(monkeypatch, lambda: Scan.objects.filter(pk=row.pk).update(token=9))
    scanner.scan_repository(row.pk)
    row.refresh_from_db()
    assert (row.status, [found.path for found in ScannedModule.objects.filter(scan=row)]) == ("running", ["a"])
