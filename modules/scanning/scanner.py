"""Runs a Scan: the row is the job, and its fencing token rejects every write of a worker that lost its lease."""

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice
from tempfile import TemporaryFile

from django.conf import settings
from django.db import DatabaseError

from accounts import github, github_history, token_watch
from accounts.github_errors import GitHubError
from accounts.services import token_of
from foundation import engine
from foundation.time_budget import OutOfTime
from foundation.times import duration
from modules.json_columns import KeptCommit
from modules.models import Scan
from modules.publishing import job, services
from modules.reading import reuse
from modules.reading.archive import ArchiveRefused, Snapshot, archive_limits, read_tarball
from modules.reading.found import Found
from modules.reading.parse_cache import parse
from modules.reading.validation import Repository
from modules.scanning import claims, saving, tag_alarms
from modules.scanning.claims import claim
from modules.scanning.saving import Past

logger = logging.getLogger(__name__)
KEPT_COMMITS = 250  # of the branch's history, the newest
TOO_LONG = (
    "The scan took longer than {} and was stopped. Your published modules stay. Scan again, or split the repository."
)
BROKE_OFF = (
    "The scan stopped at {path} because of an error in the portal ({reason}). Your published modules stay. "
    "Scan again. Tell an admin if that fails too."
)


def scan_repository(scan_id: int) -> None:
    """Claim and run a scan; idempotent: does nothing when it is finished, claimed by another worker, or deleted."""
    if scan := claim(scan_id):
        work_on(scan)


def work_on(scan: Scan) -> None:
    """Run a scan that this worker has claimed. A failure of the database leaves it to be claimed again."""
    progress = claims.Progress(scan)
    try:
        with claims.Lease(scan):
            _work(scan, progress)
    except (GitHubError, ArchiveRefused) as error:
        _fail(scan, str(error))
        token_watch.check_after(scan.connection, error)
    except OutOfTime:
        _fail(scan, TOO_LONG.format(duration(settings.SCAN_TIMEOUT)))
    except claims.ClaimLost:
        logger.warning("scan lost", extra={"scan": scan.pk, "token": scan.token})
    except DatabaseError:
        raise
    except Exception as error:
        logger.exception("scan broke off", extra={"scan": scan.pk, "path": progress.current})
        _fail(scan, BROKE_OFF.format(path=progress.current or "its beginning", reason=type(error).__name__))
    else:
        _follow(scan.pk)


def _fail(scan: Scan, error: str) -> None:
    claims.end(scan, status=Scan.Status.FAILED, error=error)


def _work(scan: Scan, progress: claims.Progress) -> None:
    """Scan with the least work: nothing for an unchanged branch, else only the modules that changed."""
    base = reuse.base_of(scan)
    head = _head(scan, base)
    past = _past(scan, base, head)
    if head is None or (base is not None and head.tree == base.tree):
        saving.repeat(scan, base, head, past)
        return
    tree = _tree(scan, head)
    holding = reuse.holding(base, tree) if base and tree else {}
    if base and tree and reuse.is_same(base, tree, holding):
        saving.repeat(scan, base, head, past)
        return
    snapshot = _download(scan, head)
    repository, held = _read(scan, snapshot, base, holding, progress)
    saving.begin(scan)
    is_passing = False
    for piece in _pieces(_judged(repository, progress)):
        saving.add(scan, piece, tree)
        is_passing |= any(reuse.is_passing(row.findings) for row in piece)
    if held:
        saving.carry_over(scan, base, held)
    saving.keep_files(scan, snapshot)
    count = len(repository.folders) + len(held)
    saving.succeed(scan, past, read=count, total=count, reading="" if is_passing else reuse.reading_now())


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
    claims.tell(scan, branch=branch, tree=head.tree, etag=head.etag, **facts)
    return head


def _past(scan: Scan, base: Scan | None, head: github.Commit | None) -> Past:
    """Return the history up to `head`; that of `base` when there is no new commit."""
    if base is not None and (head is None or head.sha == base.commit):
        return Past(base.history, base.history_is_whole)
    token = token_of(scan.connection)
    commits, is_whole = github_history.commits(token, scan.repository_id, head.sha, most=KEPT_COMMITS)
    return Past([_kept(row) for row in commits], is_whole, github_history.tags(token, scan.repository_id))


def _tree(scan: Scan, head: github.Commit) -> reuse.Tree | None:
    """Return the tree of the commit. Returns None when GitHub truncates it. Raises ArchiveRefused."""
    entries = github.tree(token_of(scan.connection), scan.repository_id, head.tree)
    if entries is None:
        return None
    limit = archive_limits().entries
    if len(entries) > limit:
        raise ArchiveRefused(f"The archive has more than {limit:,} entries.")
    return reuse.Tree(entries)


def _read(
    scan: Scan,
    snapshot: Snapshot,
    base: Scan | None,
    holding: Mapping[str, Collection[str]],
    progress: claims.Progress,
) -> tuple[Repository, dict[str, str]]:
    """Return the repository, all its files read, and those of `holding` that are still modules, with their titles."""
    repository = Repository(
        snapshot,
        scan.repository_name,
        parse,
        known=holding,
        stored=reuse.stored_bytes(base, holding) if base and holding else 0,
        any_depth=scan.any_depth,
        terraform=engine.terraform_version(),
    )
    progress.expect(repository.folders)
    for path in repository.read():
        progress.at(path)
    return repository, {path: repository.titles[path] for path in repository.known}


def _judged(repository: Repository, progress: claims.Progress) -> Iterator[Found]:
    for folder in repository.folders:
        progress.at(folder)
        yield repository.module(folder)


def _pieces(found: Iterable[Found]) -> Iterator[list[Found]]:
    rest = iter(found)
    while piece := list(islice(rest, saving.AT_ONCE)):
        yield piece


def _download(scan: Scan, head: github.Commit) -> Snapshot:
    limits, token = archive_limits(), token_of(scan.connection)
    with TemporaryFile() as file:
        github.download_tarball(token, scan.repository_id, head.sha, into=file, limit_bytes=limits.compressed_bytes)
        file.seek(0)
        return read_tarball(file, limits=limits)


def _follow(scan_id: int) -> None:
    """Raise alarms, publish automatically, compare the updates that are left for the Publish page, delete old scans.

    A failure leaves the scan succeeded; the next scan retries.
    """
    scan = Scan.objects.select_related("connection__owner").filter(pk=scan_id).first()
    if scan is None or scan.status != Scan.Status.SUCCEEDED:
        return
    for step in (tag_alarms.after_scan, services.publish_automatically, job.compare_ahead, saving.forget_old):
        try:
            step(scan.connection, scan=scan)
        except Exception:  # a failed step must not stop the others
            logger.exception("scan not followed up", extra={"scan": scan_id, "step": step.__name__})


def _kept(commit: github_history.PastCommit) -> KeptCommit:
    return {"sha": commit.sha, "subject": commit.subject, "author": commit.author, "at": commit.at}
