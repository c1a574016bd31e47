"""Runs a Scan: the row is the job, and its fencing token rejects every write of a worker that lost its lease."""

import logging
import threading
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from tempfile import TemporaryFile
from typing import Any, Self

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Coalesce, Now

from accounts import github, github_history, token_health, token_watch
from accounts.github_errors import GitHubError
from accounts.models import GitHubConnection
from accounts.services import token_of
from foundation import engine
from modules.json_columns import KeptCommit
from modules.models import Archive, Scan, ScannedModule
from modules.publishing import job, services
from modules.reading import reuse
from modules.reading.archive import ArchiveRefused, Snapshot, archive_limits, pack, read_tarball
from modules.reading.parse_cache import parse
from modules.reading.validation import Found, Repository
from modules.scanning import tag_alarms

logger = logging.getLogger(__name__)
KEPT_SCANS = 20  # per connection; forms made from older ones have to be made again
KEPT_COMMITS = 250  # of the branch's history, the newest
HEAD_FIELDS = ("branch", "commit", "commit_message", "committed_at", "tree", "etag")
TELL_EVERY = 0.3  # seconds between two writes of the progress


class ClaimLost(Exception):
    """The lease expired and another worker claimed the scan, or the scan was failed or its connection removed."""


def scan_repository(scan_id: int) -> None:
    """Claim and run a scan; idempotent: does nothing when it is finished, claimed by another worker, or deleted."""
    scan = _claim(scan_id)
    if scan is None:
        return
    try:
        with Lease(scan):
            _work(scan)
    except (GitHubError, ArchiveRefused) as error:
        _end(scan, status=Scan.Status.FAILED, error=str(error))
        token_watch.check_after(scan.connection, error)
    except ClaimLost:
        logger.warning("scan lost", extra={"scan": scan.pk, "token": scan.token})
    else:
        _follow(scan.pk)


class Lease(threading.Thread):
    """Renews a scan's lease while the work runs, and releases it when the work ends without a result."""

    def __init__(self, scan: Scan) -> None:
        super().__init__(daemon=True)
        self.scan = scan
        self.over = threading.Event()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.over.set()
        self.join()
        Scan.objects.held_by(self.scan).update(lease_expires_at=Now())

    def run(self) -> None:
        try:
            while not self.over.wait(settings.SCAN_LEASE / 4):
                Scan.objects.held_by(self.scan).update(lease_expires_at=_lease())
        finally:
            connection.close()


@dataclass(frozen=True)
class Past:
    """A branch's newest commits, as stored in `Scan.history`, and the tags if they were read too."""

    history: list[KeptCommit]
    is_whole: bool
    tags: github_history.Tags | None = None


class Progress:
    """Writes the progress to the row, a few times a second; raises ClaimLost when the claim is lost."""

    def __init__(self, scan: Scan, folders: list[str]) -> None:
        self.scan = scan
        self.folders = set(folders)
        self.seen: set[str] = set()
        self.told_at = 0.0
        _tell(scan, total=len(folders))

    def at(self, path: str) -> None:
        folder = path.rpartition("/")[0]
        if folder in self.folders:
            self.seen.add(folder)
        if time.monotonic() - self.told_at >= TELL_EVERY:
            self.told_at = time.monotonic()
            _tell(self.scan, read=max(len(self.seen) - 1, 0), current=path)


@transaction.atomic
def _claim(scan_id: int) -> Scan | None:
    changed = (
        Scan.objects.claimable()
        .filter(pk=scan_id, attempts__lt=Scan.MOST_ATTEMPTS)
        .update(
            status=Scan.Status.RUNNING,
            token=F("token") + 1,
            attempts=F("attempts") + 1,
            lease_expires_at=_lease(),
            started_at=Coalesce("started_at", Now()),
            read=0,
            total=None,
        )
    )
    return Scan.objects.select_related("connection").get(pk=scan_id) if changed else None


def _work(scan: Scan) -> None:
    """Scan with the least work: nothing for an unchanged branch, else only the modules that changed."""
    base = reuse.base_of(scan)
    head = _head(scan, base)
    past = _past(scan, base, head)
    if head is None or (base is not None and head.tree == base.tree):
        _repeat(scan, base, head, past)
        return
    tree = _tree(scan, head)
    holding = reuse.holding(base, tree) if base and tree else {}
    if base and tree and reuse.is_same(base, tree, holding):
        _repeat(scan, base, head, past)
        return
    found, held = _read(scan, _download(scan, head), holding)
    _save(scan, found, base, held, tree, past)


def _head(scan: Scan, base: Scan | None) -> github.Commit | None:
    """Return the newest commit and store it in the row. Returns None when GitHub says that it is that of `base`."""
    token = token_of(scan.connection)
    branch = scan.branch or github.repository(token, scan.repository_id).default_branch
    if base is not None and base.etag:
        head = github.branch_head_unless(token, scan.repository_id, branch, etag=base.etag)
    else:
        head = github.branch_head(token, scan.repository_id, branch)
    if head is None:
        return None
    subject = head.message.strip().partition("\n")[0][:200]
    facts = {"commit": head.sha, "commit_message": subject, "committed_at": head.committed_at}
    _tell(scan, branch=branch, tree=head.tree, etag=head.etag, **facts)
    return head


def _past(scan: Scan, base: Scan | None, head: github.Commit | None) -> Past:
    """Return the history up to `head`; that of `base` when there is no new commit."""
    if base is not None and (head is None or head.sha == base.commit):
        return Past(base.history, base.history_is_whole)
    token = token_of(scan.connection)
    commits, is_whole = github_history.commits(token, scan.repository_id, head.sha, most=KEPT_COMMITS)
    return Past([_kept(row) for row in commits], is_whole, github_history.tags(token, scan.repository_id))


@transaction.atomic
def _repeat(scan: Scan, base: Scan, head: github.Commit | None, past: Past) -> None:
    """End a scan that found the same as `base`, referring to its folders instead of copying them."""
    _hold(scan)
    fields = {"same_as_id": base.same_as_id or base.pk, "reading": base.reading, "read": base.read, "total": base.total}
    if head is None:
        fields |= {name: getattr(base, name) for name in HEAD_FIELDS}
    _succeed(scan, past, **fields)


def _tree(scan: Scan, head: github.Commit) -> reuse.Tree | None:
    """Return the tree of the commit. Returns None when GitHub truncates it. Raises ArchiveRefused."""
    entries = github.tree(token_of(scan.connection), scan.repository_id, head.tree)
    if entries is None:
        return None
    limit = archive_limits().entries
    if len(entries) > limit:
        raise ArchiveRefused(f"The archive has more than {limit:,} entries.")
    return reuse.Tree(entries)


def _read(scan: Scan, snapshot: Snapshot, holding: Mapping[str, Collection[str]]) -> tuple[list[Found], dict[str, str]]:
    """Return the modules that were read, and those of `holding` that are still modules, with their titles."""
    terraform = engine.terraform_version()
    repository = Repository(
        snapshot, scan.repository_name, parse, known=holding, any_depth=scan.any_depth, terraform=terraform
    )
    progress = Progress(scan, repository.folders)
    for path in repository.read():
        progress.at(path)
    held = {path: repository.titles[path] for path in repository.known}
    return [repository.module(folder) for folder in repository.folders], held


def _download(scan: Scan, head: github.Commit) -> Snapshot:
    limits, token = archive_limits(), token_of(scan.connection)
    with TemporaryFile() as file:
        github.download_tarball(token, scan.repository_id, head.sha, into=file, limit_bytes=limits.compressed_bytes)
        file.seek(0)
        return read_tarball(file, limits=limits)


@transaction.atomic
def _save(
    scan: Scan,
    found: list[Found],
    base: Scan | None,
    holding: Mapping[str, str],
    tree: reuse.Tree | None,
    past: Past,
) -> None:
    _hold(scan)
    archives = _archives([row for row in found if row.is_valid])
    is_passing = any(reuse.is_passing(row.findings) for row in found)
    ScannedModule.objects.bulk_create(
        ScannedModule(
            scan=scan,
            path=row.path,
            title=row.title,
            is_valid=row.is_valid,
            findings=row.findings,
            content_hash=row.content_hash if row.is_valid else "",
            archive_id=archives[row.content_hash] if row.is_valid else None,
            schema=row.schema,
            readme=row.readme,
            parts=row.parts,
            helpers=row.helpers,
            tree_hash=tree.hash(row.parts) if tree else "",
        )
        for row in found
    )
    if holding:
        reuse.carry_over(base, scan, holding)
    count = len(found) + len(holding)
    reading = "" if is_passing else reuse.reading_now()
    _succeed(scan, past, read=count, total=count, reading=reading)


def _hold(scan: Scan) -> None:
    """Lock the connection, then the scan, in the same order as every change of a connection. Raises ClaimLost."""
    connections = GitHubConnection.objects.locked().filter(pk=scan.connection_id)
    if not connections.exists() or not Scan.objects.held_by(scan).select_for_update().exists():
        raise ClaimLost


def _succeed(scan: Scan, past: Past, **fields: Any) -> None:
    """End the scan and store its tags and history, within the transaction that locks it."""
    if past.tags:
        tag_alarms.store_tags(scan.connection, scan.repository_id, past.tags)
    fields |= {"history": past.history, "history_is_whole": past.is_whole}
    _end(scan, status=Scan.Status.SUCCEEDED, **fields)
    token_health.note_success(scan.connection, repository_id=scan.repository_id)
    _forget_old(scan)


def _follow(scan_id: int) -> None:
    """Raise alarms, publish automatically, and compare the updates that are left for the Publish page.

    A failure leaves the scan succeeded; the next scan retries.
    """
    scan = Scan.objects.select_related("connection__owner").filter(pk=scan_id).first()
    if scan is None or scan.status != Scan.Status.SUCCEEDED:
        return
    for step in (tag_alarms.after_scan, services.publish_automatically, job.compare_ahead):
        try:
            step(scan.connection, scan=scan)
        except Exception:  # a failed step must not stop the others
            logger.exception("scan not followed up", extra={"scan": scan_id, "step": step.__name__})


def _forget_old(scan: Scan) -> None:
    """Delete all but the newest scans and those whose folders they share."""
    newest = scan.connection.scans.newest_first().values_list("pk", "same_as_id")[:KEPT_SCANS]
    scan.connection.scans.exclude(pk__in={key for keys in newest for key in keys if key}).delete()


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


def _end(scan: Scan, *, status: Scan.Status, **fields: Any) -> None:
    Scan.objects.held_by(scan).update(status=status, current="", lease_expires_at=None, finished_at=Now(), **fields)


def _tell(scan: Scan, **fields: Any) -> None:
    if not Scan.objects.held_by(scan).update(**fields):
        raise ClaimLost


def _kept(commit: github_history.PastCommit) -> KeptCommit:
    return {"sha": commit.sha, "subject": commit.subject, "author": commit.author, "at": commit.at}


def _lease() -> CombinedExpression:
    return Now() + timedelta(seconds=settings.SCAN_LEASE)
