from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from accounts import services as accounts
from accounts import token_health
from accounts.models import GitHubConnection
from foundation.models import OutboxMessage
from modules.models import Archive, ParsedFile, Scan
from modules.reading import file_store
from modules.reading.archive import unpack
from modules.scanning import claims, polling, saving, scanner
from modules.scanning.services import NothingToScan, start_scan
from modules.tests.catalogues import GREETING, NAME, connect, scan

pytestmark = pytest.mark.django_db


def changed_and_scanned(github, connection, number):
    github.commit(NAME, {"greeting/note.txt": str(number)})
    return scan(connection)


def test_scan_finds_valid_and_invalid_modules(alice, github):
    files = {"greeting/main.tf": GREETING, "greeting/README.md": "# Hello", "broken/main.tf": "x = = 1\n"}
    connection = connect(github, alice, files=files)
    row = scan(connection, by=alice)
    assert (row.status, row.commit, row.commit_message) == ("succeeded", github.head(NAME), "Add the modules")
    assert (row.read, row.total, row.current, row.lease_expires_at) == (2, 2, "", None)
    broken, greeting = row.found.all()
    assert (greeting.path, greeting.title, greeting.is_valid, greeting.readme) == (
        "greeting",
        "Greeting",
        True,
        "# Hello",
    )
    assert [row["name"] for row in greeting.schema["variables"]] == ["name"]
    assert (greeting.folders, broken.is_valid, broken.folders) == (["greeting"], False, [])
    assert [(row["code"], row["file"], row["line"]) for row in broken.findings] == [
        ("syntax", "broken/main.tf", 1),
        ("readme", "broken", None),
    ]


def test_stored_archive_unpacks_to_the_module(alice, github, tmp_path):
    row = scan(connect(github, alice, files={"greeting/main.tf": GREETING, "other/main.tf": ""}))
    found = row.found.get(path="greeting")
    archive = file_store.Whole(row.archive).part(found.folders, content_hash=found.content_hash)
    unpack(file_store.packed(archive), tmp_path)
    assert (tmp_path / "greeting/main.tf").read_text() == GREETING
    assert not (tmp_path / "other").exists()


def test_second_scan_parses_and_stores_nothing_again(alice, github):
    connection = connect(github, alice, files={"greeting/main.tf": GREETING})
    scan(connection)
    parsed, stored = ParsedFile.objects.values_list("pk"), Archive.objects.values_list("pk")
    before = (list(parsed), list(stored))
    assert scan(connection).status == "succeeded"
    assert (list(parsed.all()), list(stored.all())) == before


def test_old_scans_are_forgotten(alice, github, monkeypatch):
    monkeypatch.setattr(saving, "KEPT_SCANS", 2)
    connection = connect(github, alice, files={"greeting/main.tf": GREETING})
    rows = [changed_and_scanned(github, connection, number) for number in range(4)]
    assert list(connection.scans.order_by("pk")) == rows[2:]


def test_scan_whose_rows_others_share_is_kept(alice, github, monkeypatch):
    monkeypatch.setattr(saving, "KEPT_SCANS", 2)
    connection = connect(github, alice, files={"greeting/main.tf": GREETING})
    rows = [scan(connection) for _ in range(4)]
    assert list(connection.scans.order_by("pk")) == [rows[0], *rows[2:]]
    assert [found.path for found in rows[3].found] == ["greeting"]


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("401", "rejected this token"),
        ("403", "does not let this token"),
        ("404", "cannot find it"),
        ("rate_limit", "reached GitHub's rate limit"),
        ("5xx", "has a problem at the moment"),
        ("redirect", "another address"),
    ],
)
def test_what_github_refuses_ends_the_scan_with_a_sentence(alice, github, mode, words):
    connection = connect(github, alice, files={"greeting/main.tf": GREETING})
    github.fail(mode)
    row = scan(connection)
    assert (row.status, row.lease_expires_at) == ("failed", None)
    assert words in row.error


def test_token_revoked_meanwhile_is_told_at_once_and_once(alice, github):
    connection = connect(github, alice, files={"greeting/main.tf": GREETING})
    github.world.tokens[connection.token].revoked = True
    assert "rejected this token" in scan(connection).error
    connection.refresh_from_db()
    assert token_health.trouble_of(connection).title == "Your GitHub token no longer works"
    checked_at = connection.checked_at
    scan(connection)
    connection.refresh_from_db()
    assert connection.checked_at == checked_at
    mails = OutboxMessage.objects.values_list("to", "subject")
    assert list(mails) == [("alice@example.com", "Your GitHub token no longer works")]


@pytest.mark.parametrize("mode", ["404", "5xx", "rate_limit"])
def test_outage_that_ends_a_scan_says_nothing_of_the_token(alice, github, mode):
    connection = connect(github, alice, files={"greeting/main.tf": GREETING})
    github.fail(mode)
    assert scan(connection).status == "failed"
    connection.refresh_from_db()
    assert (token_health.trouble_of(connection), connection.problem, OutboxMessage.objects.count()) == (None, "", 0)


def test_scan_whose_connection_is_removed_with_its_token_revoked_ends_quietly(alice, github, monkeypatch):
    connection = connect(github, alice, files={"greeting/main.tf": GREETING})
    github.world.tokens[connection.token].revoked = True
    row = start_scan(connection, by=alice)
    end = claims.end

    def end_and_remove(row, **fields):
        end(row, **fields)
        accounts.remove_connection(connection, by=alice)

    monkeypatch.setattr(claims, "end", end_and_remove)
    scanner.scan_repository(row.pk)
    assert (Scan.objects.count(), OutboxMessage.objects.count()) == (0, 0)


def test_archive_that_github_does_not_give_ends_the_scan(alice, github):
    connection = connect(github, alice, files={"greeting/main.tf": GREETING})
    github.fail("5xx", origin="codeload")
    assert scan(connection).status == "failed"


def test_repository_beyond_the_limits_ends_with_a_sentence(alice, github, settings):
    settings.ARCHIVE_ENTRIES = 3
    row = scan(connect(github, alice, files={f"greeting/{number}.tf": "" for number in range(5)}))
    assert (row.status, row.error) == ("failed", "The archive has more than 3 entries.")


def test_unfinished_scan_is_given_back_instead_of_a_second(alice, github):
    connection = connect(github, alice, files={"greeting/main.tf": GREETING})
    first = start_scan(connection, by=alice)
    assert start_scan(connection, by=alice) == first
    assert Scan.objects.count() == 1


def test_scan_of_a_repository_no_longer_chosen_is_given_up(alice, github):
    connection = connect(github, alice, files={"greeting/main.tf": GREETING})
    first = start_scan(connection, by=alice)
    connection = connect(github, alice, name="alice-example/others", files={"a/main.tf": ""})
    second = start_scan(connection, by=alice)
    first.refresh_from_db()
    assert (first.status, first.error) == (
        "failed",
        "Another repository, branch or depth was selected in the meantime.",
    )
    assert second.repository_name == "alice-example/others"


def test_running_scan_of_the_default_branch_is_not_given_up_for_its_name(alice, github):
    connection = connect(github, alice, files={"greeting/main.tf": GREETING})
    GitHubConnection.objects.filter(pk=connection.pk).update(branch="")
    first = start_scan(connection, by=alice)
    Scan.objects.filter(pk=first.pk).update(status="running", branch="main")  # as a worker that has asked GitHub
    assert start_scan(connection, by=alice) == first
    first.refresh_from_db()
    assert first.status == "running"


def test_connection_without_repository_has_nothing_to_scan(alice, github):
    connection = connect(github, alice, files={"greeting/main.tf": GREETING})
    connection.repository_id = None
    connection.save()
    with pytest.raises(NothingToScan):
        start_scan(connection, by=alice)


def test_scan_held_by_another_worker_is_left_alone(alice, github):
    row = start_scan(connect(github, alice, files={"greeting/main.tf": GREETING}), by=alice)
    Scan.objects.filter(pk=row.pk).update(status="running", token=7, lease_expires_at=Now() + timedelta(seconds=30))
    scanner.scan_repository(row.pk)
    row.refresh_from_db()
    assert (row.status, row.token) == ("running", 7)


def test_finished_scan_is_not_read_again(alice, github):
    row = scan(connect(github, alice, files={"greeting/main.tf": GREETING}))
    scanner.scan_repository(row.pk)
    assert Scan.objects.get().token == 1


def test_worker_that_lost_its_claim_writes_nothing(alice, github, monkeypatch):
    row = start_scan(connect(github, alice, files={"greeting/main.tf": GREETING}), by=alice)
    read = scanner.read_tarball

    def overtaken(*arguments, **options):
        Scan.objects.filter(pk=row.pk).update(token=9)
        return read(*arguments, **options)

    monkeypatch.setattr(scanner, "read_tarball", overtaken)
    scanner.scan_repository(row.pk)
    row.refresh_from_db()
    assert (row.status, row.token, row.found.count()) == ("running", 9, 0)


def test_scan_that_takes_too_long_ends_with_a_sentence(alice, github, settings):
    settings.SCAN_TIMEOUT = 0
    row = scan(connect(github, alice, files={"greeting/main.tf": GREETING}))
    assert (row.status, row.error, row.found.count()) == (
        "failed",
        "The scan took longer than 0 s and was stopped. Your published modules stay. Scan again, or split the "
        "repository.",
        0,
    )


def test_scan_that_breaks_off_names_the_folder_and_the_reason(alice, github, monkeypatch):
    connection = connect(github, alice, files={"a/main.tf": GREETING, "b/main.tf": GREETING})
    monkeypatch.setattr(saving, "AT_ONCE", 1)
    add = saving.add

    def deep(row, piece, tree):
        if piece[0].path == "b":
            raise RecursionError
        add(row, piece, tree)

    monkeypatch.setattr(saving, "add", deep)
    row = scan(connection)
    assert (row.status, row.error) == (
        "failed",
        "The scan stopped at b because of an error in the portal (RecursionError). Your published modules stay. "
        "Scan again. Tell an admin if that fails too.",
    )


def test_removed_connection_ends_its_scan_quietly(alice, github, monkeypatch):
    connection = connect(github, alice, files={"greeting/main.tf": GREETING})
    row = start_scan(connection, by=alice)
    read = scanner.read_tarball

    def removed(*arguments, **options):
        connection.delete()
        return read(*arguments, **options)

    monkeypatch.setattr(scanner, "read_tarball", removed)
    scanner.scan_repository(row.pk)
    assert not Scan.objects.exists()


def test_poller_ends_what_broke_off_three_times(alice, github):
    row = start_scan(connect(github, alice, files={"greeting/main.tf": GREETING}), by=alice)
    past = timezone.now() - timedelta(minutes=5)
    Scan.objects.filter(pk=row.pk).update(status="running", attempts=3, lease_expires_at=past)
    polling.poll_scans()
    row.refresh_from_db()
    assert (row.status, row.error) == (
        "failed",
        "The scan stopped three times without a result. Scan again. Tell an admin if that fails too.",
    )


def test_poller_starts_the_first_scan_once(alice, github):
    connection = connect(github, alice, files={"greeting/main.tf": GREETING})
    polling.poll_scans()
    polling.poll_scans()
    assert [(row.connection, row.by) for row in Scan.objects.all()] == [(connection, None)]


def test_poller_scans_nothing_for_somebody_who_is_no_partner_any_more(alice, github):
    connect(github, alice, files={"greeting/main.tf": GREETING})
    alice.is_partner = False
    alice.save()
    polling.poll_scans()
    assert not Scan.objects.exists()


def test_demo_repository_reads_as_its_readme_says(alice, github):
    row = scan(connect(github, alice, name="alice-example/cloud-modules"))
    validity = dict(row.found.values_list("path", "is_valid"))
    assert [path for path, is_valid in validity.items() if not is_valid] == ["edge_cache", "legacy_vpn", "partner_keys"]
    assert validity["modules/release_notes"]
