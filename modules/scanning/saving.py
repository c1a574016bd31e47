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
from modules.models import Scan, ScannedModule
from modules.reading import file_store, parse_cache, reuse
from modules.reading.archive import Snapshot
from modules.reading.discovery import is_in_one
from modules.reading.found import Found
from modules.reading.left_out import left_out
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
    rows = [_row(scan, found, tree) for found in piece]
    with transaction.atomic():
        claims.hold(scan)
        ScannedModule.objects.bulk_create(rows)


def carry_over(scan: Scan, base: Scan, titles: Mapping[str, str]) -> None:
    """Copy the folders of an earlier scan that have not changed, with their titles by path."""
    with transaction.atomic():
        claims.hold(scan)
        reuse.carry_over(base, scan, titles)


@transaction.atomic
def keep_files(scan: Scan, snapshot: Snapshot) -> None:
    """Store the files of the scan's valid modules; raises ArchiveRefused when its owner has no room for them."""
    rows = ScannedModule.objects.filter(scan=scan, is_valid=True).values_list("folders", flat=True)
    folders = {folder for row in rows for folder in row}
    needed = (path for path in snapshot.files if is_in_one(path, folders) and not left_out(path))
    archive = file_store.keep({path: snapshot.files[path] for path in needed})
    used = file_store.check_room(scan.connection.owner, archive)
    claims.tell(scan, archive=archive, stored_bytes=used)


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
    fields["stored_bytes"] = base.stored_bytes
    if head is None:
        fields |= {name: getattr(base, name) for name in HEAD_FIELDS}
    succeed(scan, past, **fields)


def forget_old(connection: GitHubConnection, *, scan: Scan) -> None:
    """Delete all but the newest scans of a connection and those whose folders they share, superseded files, and old
    answers about files.
    """
    newest = connection.scans.newest_first().values_list("pk", "same_as_id")[:KEPT_SCANS]
    superseded = connection.scans.exclude(pk=scan.holder_id).exclude(archive=None).filter(pk__lt=scan.pk)
    archives = list(superseded.values_list("archive", flat=True))
    superseded.update(archive=None)
    connection.scans.exclude(pk__in={key for keys in newest for key in keys if key}).delete()
    file_store.forget_unused(archives)
    parse_cache.forget_old()


def _row(scan: Scan, found: Found, tree: reuse.Tree | None) -> ScannedModule:
    return ScannedModule(
        scan=scan,
        path=found.path,
        title=found.title,
        is_valid=found.is_valid,
        findings=found.findings,
        content_hash=found.content_hash if found.is_valid else "",
        folders=found.folders if found.is_valid else [],
        schema=found.schema,
        readme=found.readme,
        parts=found.parts,
        helpers=found.helpers,
        tree_hash=tree.hash(found.parts) if tree else "",
    )
