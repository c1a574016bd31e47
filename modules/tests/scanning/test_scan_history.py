"""What a scan keeps of the branch's history and of the tags."""

import pytest
from django.utils import timezone

from accounts.models import GitHubConnection
from modules.models import Scan, Tag, Watch
from modules.scanning import scanner
from modules.tests.catalogues import GREETING, NAME, connect, scan

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection(alice, github):
    return connect(github, alice, files={"greeting/main.tf": GREETING})


def paths(github):
    return [(line.path.split("/")[3], line.status) for line in github.requests if line.origin == "api"]


def tags_of(connection):
    return dict(Tag.objects.filter(connection=connection).values_list("name", "commit"))


def test_scan_keeps_history_and_tags(github, connection):
    first = github.head(NAME)
    github.add_tag(NAME, "v1.0.0")
    second = github.commit(NAME, {"note": ""}, message="Note it\n\nat length")
    row = scan(connection)
    assert row.history == [
        {"sha": second, "subject": "Note it", "author": "Demo Author", "at": "2026-01-05T15:00:00Z"},
        {"sha": first, "subject": "Add the modules", "author": "Demo Author", "at": "2026-01-05T09:00:00Z"},
    ]
    assert row.history_is_whole is True
    assert tags_of(connection) == {"v1.0.0": first}


def test_history_beyond_the_limit_is_a_part(github, connection, monkeypatch):
    monkeypatch.setattr(scanner, "KEPT_COMMITS", 1)
    github.commit(NAME, {"note": ""})
    row = scan(connection)
    assert (len(row.history), row.history_is_whole) == (1, False)


def test_unchanged_branch_carries_its_history_over(github, connection):
    first = scan(connection)
    second, third = scan(connection), scan(connection)
    assert first.history == second.history == third.history != []
    assert (second.history_is_whole, third.history_is_whole) == (True, True)


def test_new_commit_of_the_same_files_has_a_new_history(github, connection):
    scan(connection)
    github.commit(NAME, {}, message="Say it again")
    github.clear()
    row = scan(connection)
    assert [commit["subject"] for commit in row.history] == ["Say it again", "Add the modules"]
    assert paths(github) == [("branches", 200), ("commits", 200), ("tags", 200)]


def test_changed_branch_replaces_the_tags_as_a_whole(github, connection):
    first = github.add_tag(NAME, "v1.0.0")
    scan(connection)
    github.delete_tag(NAME, "v1.0.0")
    github.add_tag(NAME, "v0.9.0")
    github.commit(NAME, {"note": ""})
    scan(connection)
    assert tags_of(connection) == {"v0.9.0": first}


def test_tag_name_that_no_row_can_hold_is_left_out(github, connection):
    first = github.add_tag(NAME, "v1.0.0")
    github.add_tag(NAME, f"{'x' * 200}/{'y' * 200}")
    scan(connection)
    assert tags_of(connection) == {"v1.0.0": first}


@pytest.mark.parametrize("part", ["commits", "tags"])
def test_scan_whose_history_github_refuses_fails_like_others(github, connection, part):
    github.fail("5xx", path_prefix=f"/repositories/{connection.repository_id}/{part}")
    row = scan(connection)
    assert (row.status, row.history, Tag.objects.count()) == ("failed", [], 0)
    assert "GitHub has a problem" in row.error


def test_worker_that_lost_its_claim_keeps_the_tags_as_they_were(github, connection, monkeypatch):
    github.add_tag(NAME, "v1.0.0")
    scan(connection)
    github.delete_tag(NAME, "v1.0.0")
    github.commit(NAME, {"greeting/main.tf": "# new\n" + GREETING})
    read = scanner.read_tarball

    def overtaken(*arguments, **options):
        Scan.objects.filter(status="running").update(token=9)
        return read(*arguments, **options)

    monkeypatch.setattr(scanner, "read_tarball", overtaken)
    assert scan(connection).status == "running"
    assert list(tags_of(connection)) == ["v1.0.0"]


def test_reading_without_a_history_is_read_anew(github, connection):
    Scan.objects.filter(pk=scan(connection).pk).update(history=[])
    assert scan(connection).history[0]["sha"] == github.head(NAME)


def test_scan_asked_for_by_hand_looks_at_the_tags_of_an_unchanged_branch(alice, github, connection):
    scan(connection, by=alice)
    github.clear()
    scan(connection, by=alice)
    assert paths(github) == [("branches", 304), ("tags", 304)]
    sha = github.add_tag(NAME, "v1.0.0")
    scan(connection, by=alice)
    assert tags_of(connection) == {"v1.0.0": sha}


def test_pushed_tag_is_looked_at_once_although_no_commit_is_new(github, connection):
    scan(connection)
    sha = github.add_tag(NAME, "v1.0.0")
    GitHubConnection.objects.update(pushed_at=timezone.now())
    github.clear()
    scan(connection)
    scan(connection)
    assert paths(github)[0] == ("branches", 304)
    assert [status for path, status in paths(github) if path == "tags"] == [200, 200]  # not as it was, then as it is
    assert tags_of(connection) == {"v1.0.0": sha}


def test_scan_by_hand_of_a_changed_branch_asks_for_tags_once(alice, github, connection):
    scan(connection, by=alice)
    github.commit(NAME, {"note": ""})
    github.clear()
    scan(connection, by=alice)
    assert [path for path, _ in paths(github)].count("tags") == 1


def test_deleted_branch_ends_the_scan_with_what_to_do(github, connection):
    github.commit(NAME, {"x": ""}, branch="next")
    github.delete_branch(NAME, "main")
    row = scan(connection)
    assert row.error == (
        "GitHub cannot find this branch: it was deleted or renamed. Choose another branch on your profile. "
        "Published modules are not affected."
    )


@pytest.mark.parametrize("scans_before", [0, 1])
def test_renamed_branch_ends_the_scan_with_its_new_name(github, connection, scans_before):
    for _ in range(scans_before):
        scan(connection)
    github.rename_branch(NAME, "main", "trunk")
    row = scan(connection)
    assert (row.status, row.error) == (
        "failed",
        "The branch main was renamed to trunk on GitHub. Choose trunk on your profile. "
        "Published modules are not affected.",
    )


def test_watch_remembers_the_state_of_the_tags(github, connection):
    scan(connection)
    watch = Watch.objects.get(connection=connection, repository_id=connection.repository_id)
    assert (len(watch.tag_etags), watch.tags_are_whole) == (1, True)
