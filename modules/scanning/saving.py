"""Saves what a scan found, a piece at a time; one short transaction makes it visible.

Until the scan has succeeded nobody reads its rows, and who claims it after a dead worker begins anew. No transaction
does work that grows with the repository while it holds the lock of the connection.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounts import github, github_history, token_health
from accounts.models import GitHubConnection
from modules.json_columns import KeptCommit
from modules.models import Archive, Scan, ScannedModule
from modules.reading import reuse
from modules.reading.archive import pack
from modules.reading.found import Found
from modules.scanning import claims, tag_alarms

KEPT_SCANS = 20  # per connection; forms made from older ones have to be made again
AT_ONCE = 25  # folders of one transaction
HEAD_FIELDS = ("branch", "commit", "commit_message", "committed_at", "tree", "etag")


@dataclass(frozen=True)
class Past:
    """A branch's newest commits, as stored in `Scan.history`, and the tags if they were read too."""

    history: list[KeptCommit]
    is_whole: bool
    tags: github_history.Tags | None = None


def begin(scan: Scan) -> None:
    """Delete what a worker that died has saved of the same scan."""
    with transaction.atomic():
        claims.hold(scan)
        ScannedModule.objects.filter(scan=scan).delete()


def add(scan: Scan, piece: list[Found], tree: reuse.Tree | None) -> None:
    """Save a few folders, which nobody sees yet."""
    archives = _archives([row for row in piece if row.is_valid])
    rows = [_row(scan, found, tree, archives) for found in piece]
    with transaction.atomic():
        claims.hold(scan)
        ScannedModule.objects.bulk_create(rows)


def carry_over(scan: Scan, base: Scan, titles: Mapping[str, str]) -> None:
    """Copy the folders of an earlier scan that have not changed, with their titles by path."""
    with transaction.atomic():
        claims.hold(scan)
        reuse.carry_over(base, scan, titles)


def succeed(scan: Scan, past: Past, **fields: Any) -> None:
    """Store the tags, then make the scan the newest that succeeded."""
    if past.tags:
        with transaction.atomic():
            claims.hold_with_connection(scan)
            tag_alarms.store_tags(scan.connection, scan.repository_id, past.tags)
    fields |= {"history": past.history, "history_is_whole": past.is_whole}
    with transaction.atomic():
        claims.hold_with_connection(scan)
        claims.end(scan, status=Scan.Status.SUCCEEDED, **fields)
        token_health.note_success(scan.connection, repository_id=scan.repository_id)


def repeat(scan: Scan, base: Scan, head: github.Commit | None, past: Past) -> None:
    """End a scan that found the same as `base`, referring to its folders instead of copying them."""
    fields = {"same_as_id": base.same_as_id or base.pk, "reading": base.reading, "read": base.read, "total": base.total}
    if head is None:
        fields |= {name: getattr(base, name) for name in HEAD_FIELDS}
    succeed(scan, past, **fields)


def forget_old(connection: GitHubConnection, *, scan: Scan) -> None:
    """Delete all but the newest scans of a connection and those whose folders they share."""
    newest = connection.scans.newest_first().values_list("pk", "same_as_id")[:KEPT_SCANS]
    connection.scans.exclude(pk__in={key for keys in newest for key in keys if key}).delete()


def _row(scan: Scan, found: Found, tree: reuse.Tree | None, archives: Mapping[str, int]) -> ScannedModule:
    return ScannedModule(
        scan=scan,
        path=found.path,
        title=found.title,
        is_valid=found.is_valid,
        findings=found.findings,
        content_hash=found.content_hash if found.is_valid else "",
        archive_id=archives[found.content_hash] if found.is_valid else None,
        schema=found.schema,
        readme=found.readme,
        parts=found.parts,
        helpers=found.helpers,
        tree_hash=tree.hash(found.parts) if tree else "",
    )


def _archives(found: list[Found]) -> dict[str, int]:
    """Store the archives that are not stored yet, and return the keys of all by content hash."""
    wanted = {row.content_hash: row.files for row in found}
    known = set(Archive.objects.filter(content_hash__in=wanted).values_list("content_hash", flat=True))
    for content_hash in wanted.keys() - known:
        files = wanted[content_hash]
        size = sum(len(file.data) for file in files.values())
        archive = Archive(content_hash=content_hash, data=pack(files), size=size, files=len(files))
        # Another repository with the same content may be scanned at the same time.
        Archive.objects.bulk_create([archive], ignore_conflicts=True)
    return dict(Archive.objects.filter(content_hash__in=wanted).values_list("content_hash", "pk"))
