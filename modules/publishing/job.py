"""Carries out a Publication: prepares it a piece at a time, then makes it true in one short transaction.

The row is the job. Killed at any line, it is claimed again after its lease and goes on with what is prepared; until the
last transaction nothing of it can be seen.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from accounts.models import GitHubConnection, User
from foundation.one_at_a_time import alone
from foundation.time_budget import OutOfTime, TimeBudget
from foundation.times import duration
from foundation.wake import wake
from modules.models import Archive, Module, ModuleVersion, PreparedModule, Publication, Scan
from modules.models.leases import lease
from modules.publishing import candidates, comparisons, drafts, previews, promise, writing
from modules.publishing.candidate import Candidate
from modules.reading import file_store
from modules.reading.archive import ArchiveRefused
from modules.reading.file_store import FilesChanged, Whole

logger = logging.getLogger(__name__)
GRACE = timedelta(seconds=5)  # the message of a new publication may still be in the queue
MOST_WOKEN = 8  # workers at once: each wakes the next when it has finished
CHANGED = "The repository or the catalogue changed while the modules were prepared."
TOO_LONG = "Publishing took longer than {} and was stopped. Nothing was published. Publish fewer modules at a time."
STOPPED = "Publishing stopped three times without progress. Publish again. Tell an admin if that fails too."


class ClaimLost(Exception):
    """Another worker has claimed the publication, or it was cancelled, or its connection was removed."""


@dataclass
class Refused(Exception):
    """Publishing would do something else than was promised; `problems` are sentences by path."""

    text: str
    problems: dict[str, str]


def carry_out(publication_id: int) -> Publication | None:
    """Claim and finish a publication; idempotent.

    Returns None when it is finished, another worker has it, or its connection was removed meanwhile.
    """
    publication = claim(publication_id)
    if publication is None:
        return None
    work_on(publication)
    return Publication.objects.filter(pk=publication_id).first()


def claim(publication_id: int) -> Publication | None:
    """Claim a publication. Returns None when it is finished, another worker has it, or it has no attempts left."""
    if not Publication.objects.claim(publication_id, seconds=settings.PUBLISH_LEASE):
        return None
    return Publication.objects.select_related("connection__owner", "scan", "by").get(pk=publication_id)


def work_on(publication: Publication) -> None:
    """Finish a publication that this worker has claimed."""
    try:
        _prepare(publication)
        _finish(publication)
    except FilesChanged:
        _end(publication, Publication.Status.FAILED, error=CHANGED)
    except Refused as refusal:
        _end(publication, Publication.Status.FAILED, error=refusal.text, problems=refusal.problems)
    except OutOfTime:
        _end(publication, Publication.Status.FAILED, error=TOO_LONG.format(duration(settings.PUBLISH_TIMEOUT)))
    except ClaimLost:
        logger.warning("publication lost", extra={"publication": publication.pk, "token": publication.token})


@alone
def poll_publications() -> None:
    """Fail publications without attempts left, wake workers for claimable ones, and delete what ended ones prepared."""
    left = Publication.objects.claimable()
    gone = Publication.Status.FAILED
    left.filter(attempts__gte=Publication.MOST_ATTEMPTS).update(status=gone, error=STOPPED, finished_at=Now())
    for _ in left.filter(created_at__lt=Now() - GRACE)[:MOST_WOKEN]:
        wake("modules.take_turn")
    PreparedModule.objects.exclude(publication__status__in=Publication.UNFINISHED).delete()


def compare_ahead(connection: GitHubConnection, *, scan: Scan) -> None:
    """Store the comparisons that the Publish page needs after a scan."""
    comparisons.store(candidates.of_repository(connection, scan))


def _prepare(publication: Publication) -> None:
    budget = TimeBudget(settings.PUBLISH_TIMEOUT)
    done = set(publication.prepared_modules.values_list("path", flat=True))
    if len(done) == publication.total:
        return
    scan = _scan(publication)
    found = _promised(publication, scan)
    left = [candidate for candidate in found if candidate.path not in done]
    archive = scan.kept_archive
    if archive is None:
        raise Refused(CHANGED, {})
    whole = Whole(archive)
    for piece in comparisons.pieces(left):
        budget.check()
        _prepare_piece(publication, piece, scan, whole)


def _promised(publication: Publication, scan: Scan) -> list[Candidate]:
    """The candidates that the promise names, ticked as it says; raises Refused when one is gone."""
    found = candidates.of_repository(publication.connection, scan, apart=publication.apart)
    named = [candidate for candidate in found if candidate.path in publication.promise]
    for candidate in named:
        candidate.ticked = publication.promise[candidate.path] != "removed"
    if gone := publication.promise.keys() - {candidate.path for candidate in named}:
        raise Refused(CHANGED, {path: f"{path or 'The root folder'} is gone." for path in sorted(gone)})
    return named


def _prepare_piece(publication: Publication, piece: list[Candidate], scan: Scan, whole: Whole) -> None:
    """Prepare a few modules, and renew the lease, in one transaction."""
    written = [candidate for candidate in piece if candidate.ticked]
    candidates.details(written, "schema", "findings", "readme", "folders")
    comparisons.store(written)
    previews.attach(written, publication.connection, scan)
    _keep_promise(publication, piece)
    by = publication.by
    if by is None and not all(candidate.publishes_itself for candidate in piece):
        raise Refused(CHANGED, {})
    rows = [
        writing.prepared(each, scan, by=by or each.module.auto_publish_by, is_automatic=by is None) for each in piece
    ]
    with transaction.atomic():
        renewed = lease(settings.PUBLISH_LEASE)
        _tell(publication, prepared=F("prepared") + len(rows), attempts=1, lease_expires_at=renewed)
        for row in rows:
            row.publication = publication
            if row.adds_version:
                row.archive = whole.part(row.found.folders, content_hash=row.found.content_hash)
        PreparedModule.objects.bulk_create(rows)
        _count_files(publication, scan, whole.archive)


def _count_files(publication: Publication, scan: Scan, archive: Archive) -> None:
    """Note what the owner's files take up, as the Publish page shows it; raises Refused when it is too much."""
    try:
        used = file_store.check_room(publication.connection.owner, archive)
    except ArchiveRefused as error:
        raise Refused(str(error), {}) from error
    Scan.objects.filter(pk=scan.pk).update(stored_bytes=used)


def _keep_promise(publication: Publication, piece: list[Candidate]) -> None:
    promised = {candidate.path: publication.promise[candidate.path] for candidate in piece}
    now = promise.of_candidates(piece)
    if promised != now:
        raise Refused(CHANGED, promise.by_path(promised, now))


@transaction.atomic
def _finish(publication: Publication) -> None:
    """Make it true; raises Refused when somebody else changed one of the modules, the repository or the person."""
    connection = GitHubConnection.objects.locked().filter(pk=publication.connection_id).first()
    if connection is None or not Publication.objects.held_by(publication).select_for_update().exists():
        raise ClaimLost
    publication.connection = connection
    by = _publisher(publication)
    scan = _scan(publication)
    _check(publication)
    rows = writing.make_true(publication, scan)
    if by is not None:
        drafts.settle(connection, publication.promise, by=by)
    if any(row.adds_version for row in rows):
        transaction.on_commit(partial(wake, "modules.render_texts"))
    publication.prepared_modules.all().delete()
    _end(publication, Publication.Status.SUCCEEDED)


def _publisher(publication: Publication) -> User | None:
    """Who publishes, with the roles of now, not of the claim; None for the portal. Raises Refused."""
    if publication.by_id is None:
        return None
    by = User.objects.get(pk=publication.by_id)
    if not by.may_publish_for(publication.connection.owner):
        raise Refused(f"{by.short_name} may no longer publish.", {})
    return by


def _scan(publication: Publication) -> Scan:
    """The newest scan, while it found the same as the publication's; raises Refused otherwise."""
    newest, scan = candidates.newest_scan(publication.connection), publication.scan
    if newest is None or scan is None or newest.holder_id != scan.holder_id:
        raise Refused(CHANGED, {})
    newest.connection = publication.connection
    return newest


def _check(publication: Publication) -> None:
    """Lock the modules; raise Refused where one is no longer as it was when it was prepared."""
    modules = candidates.modules_of(publication.connection).locked().order_by("pk")
    of_module = ("path", "removed_at", "current_version_id", "auto_publish_by_id")
    now = {module.pk: module for module in modules.only(*of_module)}
    newest = dict(
        ModuleVersion.objects.filter(module__in=now)
        .order_by("module_id", "-number")
        .distinct("module_id")
        .values_list("module_id", "pk")
    )
    taken = {module.path for module in now.values()}
    of_row = ("publication_id", "path", "kind", "module_id", "newest_id", "is_automatic", "published_by_id")
    rows = publication.prepared_modules.only(*of_row)
    changed = [row.path for row in rows if not _is_as_it_was(row, now, newest, taken)]
    problems = {path: f"{path or 'The root folder'} was changed by somebody else." for path in changed}
    if problems or len(rows) != publication.total:
        raise Refused(CHANGED, problems)


def _is_as_it_was(row: PreparedModule, now: dict[int, Module], newest: dict[int, int], taken: set[str]) -> bool:
    if row.module_id is None:
        return row.path not in taken
    module = now.get(row.module_id)
    if module is None or newest.get(module.pk) != row.newest_id:
        return False
    if row.is_automatic and module.auto_publish_by_id != row.published_by_id:
        return False
    was_listed = row.kind in (PreparedModule.Kind.UPDATED, PreparedModule.Kind.REMOVED)
    return module.is_listed == was_listed


def _end(publication: Publication, status: Publication.Status, **fields: object) -> None:
    changes = {"status": status, "lease_expires_at": None, "finished_at": Now()} | fields
    Publication.objects.held_by(publication).update(**changes)


def _tell(publication: Publication, **fields: object) -> None:
    if not Publication.objects.held_by(publication).update(**fields):
        raise ClaimLost
