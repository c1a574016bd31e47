"""Publishes modules, and removes them from the catalogue."""

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import partial

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from accounts.models import GitHubConnection, User
from foundation.wake import wake
from modules.models import Module, Publication, Scan
from modules.publishing import candidates, comparisons, drafts, job, previews, promise, writing
from modules.publishing.candidate import Candidate, Plan
from modules.publishing.promise import Promise

AT_ONCE = 10  # modules that a request publishes itself, so that nobody waits for a worker


class StalePublication(Exception):
    """Publishing would do something else than the form promised; `changes` are sentences about it."""

    def __init__(self, changes: list[str]) -> None:
        super().__init__("The repository, the catalogue or what is chosen changed after you opened this page.")
        self.changes = changes


class Busy(Exception):
    """Another publication of the same connection has not ended; `publication` is that one."""

    def __init__(self, publication: Publication) -> None:
        super().__init__("Other modules of this repository are being published.")
        self.publication = publication


class NotPublishable(Exception):
    """Some paths are neither a valid nor a published module; `paths` names them."""

    def __init__(self, paths: list[str]) -> None:
        super().__init__(f"These folders cannot be published: {', '.join(paths)}.")
        self.paths = paths


class NotConfirmed(Exception):
    """Breaking updates are chosen, and nobody confirmed them."""

    def __init__(self) -> None:
        super().__init__("Breaking updates need your confirmation.")


@dataclass
class Published:
    """The modules of a publication, by change."""

    created: list[Module] = field(default_factory=list)
    updated: list[Module] = field(default_factory=list)
    unchanged: list[Module] = field(default_factory=list)
    removed: list[Module] = field(default_factory=list)


@transaction.atomic
def publish(
    connection: GitHubConnection,
    *,
    scan: Scan | None,
    paths: Collection[str],
    by: User,
    promised: Promise | None = None,
    apart: Collection[str] = (),
) -> Published:
    """Publish exactly `paths` of the connection's repository, as its newest scan found them, at once.

    New modules are created, changed ones get their next version, all others are removed from the catalogue; deployments
    are not affected. A published module may stay at its version although it is invalid now. The caller saw `scan`, and
    `promised` if not None. `apart` as in `candidates.of_repository`. Raises StalePublication, NotPublishable, Busy and
    PermissionDenied.
    """
    connection = _locked(connection, by)
    scan = _fresh(connection, scan, apart)
    found = candidates.of_repository(connection, scan, apart=apart)
    plan = _plan(found, paths)
    publication = _publication(connection, found, scan, by=by, promised=promised, apart=apart)
    _finished(publication)
    now = {module.pk: module for module in candidates.modules_of(connection).select_related("current_version")}
    by_path = {module.path: module for module in now.values()}
    return Published(
        created=[by_path[candidate.path] for candidate in plan.new],
        updated=[now[candidate.module.pk] for candidate in plan.updated],
        unchanged=[candidate.module for candidate in plan.unchanged],
        removed=[now[candidate.module.pk] for candidate in plan.removed],
    )


@transaction.atomic
def request(
    connection: GitHubConnection,
    *,
    by: User,
    promised: Promise,
    confirms_breaking: bool = False,
    apart: Collection[str] = (),
) -> Publication | None:
    """Enqueue what the person's draft says, if that is still what was `promised`. Returns None for nothing to do.

    A second press of the same button returns the same publication. One of at most AT_ONCE modules wakes no worker: the
    caller carries it out. Raises StalePublication, NotConfirmed, Busy and PermissionDenied.
    """
    connection = _locked(connection, by)
    scan = candidates.newest_scan(connection)
    if scan is None:
        raise StalePublication(["Another repository was selected, or it has not been scanned yet."])
    if running := connection.publications.unfinished().first():
        if running.promise == promised and running.by_id == by.pk:
            return running
        raise Busy(running)
    found = candidates.of_repository(connection, scan, apart=apart)
    comparisons.attach_bumps(found)
    drafts.apply(found, drafts.choices_of(connection, by))
    publication = _publication(connection, found, scan, by=by, promised=promised, apart=apart)
    if candidates.plan(found).breaking and not confirms_breaking:
        raise NotConfirmed
    if not publication.total:
        publication.delete()
        return None
    if publication.total > AT_ONCE:
        transaction.on_commit(partial(wake, "modules.take_turn"))
    return publication


@transaction.atomic
def cancel(publication: Publication, *, by: User) -> bool:
    """Stop a publication that has not ended; nothing of it is published. Returns False when it had ended already.

    Raises PermissionDenied.
    """
    if not by.may_publish_for(publication.connection.owner):
        raise PermissionDenied
    left = Publication.objects.unfinished().filter(pk=publication.pk)
    status = Publication.Status.CANCELLED
    return bool(left.update(status=status, token=F("token") + 1, lease_expires_at=None, finished_at=Now()))


def publish_automatically(connection: GitHubConnection, *, scan: Scan) -> list[Module]:
    """Publish the compatible updates of modules with automatic publishing, and return these modules.

    `Candidate.publishes_itself` decides, first without and then with the preview. Returns an empty list unless `scan`
    is the newest of the selected repository, while something else is published, and when something changed meanwhile:
    the next scan comes back to it. The person who switched it on is the publisher of the versions. Call it outside of
    any transaction: the connection is locked to enqueue and to make it true, and not while everything is prepared.
    """
    connection = GitHubConnection.objects.select_related("owner").get(pk=connection.pk)
    if _is_late(connection, scan):
        return []
    found = [each for each in candidates.of_repository(connection, scan) if each.publishes_itself]
    previews.attach(found, connection, scan)
    possible = [each for each in found if each.publishes_itself]
    publication = _enqueue_automatic(connection, scan, _promise(possible, connection, scan)) if possible else None
    done = job.carry_out(publication.pk) if publication else None
    if done is None or done.status != Publication.Status.SUCCEEDED:
        return []
    return list(Module.objects.filter(pk__in=[each.module.pk for each in possible]).order_by("path"))


def _is_late(connection: GitHubConnection, scan: Scan) -> bool:
    return candidates.newest_scan(connection) != scan or connection.publications.unfinished().exists()


@transaction.atomic
def _enqueue_automatic(connection: GitHubConnection, scan: Scan, promised: Promise) -> Publication | None:
    connection = GitHubConnection.objects.locked().get(pk=connection.pk)
    if _is_late(connection, scan):
        return None
    return Publication.objects.create(connection=connection, scan=scan, by=None, promise=promised)


@transaction.atomic
def remove(module: Module, *, by: User) -> Module:
    """Remove a published module from the catalogue, whatever its repository; idempotent.

    Live deployments keep running. Raises PermissionDenied.
    """
    module = Module.objects.locked().get(pk=module.pk)
    if not module.may_change(by):
        raise PermissionDenied
    return writing.remove(module, by=by) if module.is_listed else module


def _locked(connection: GitHubConnection, by: User) -> GitHubConnection:
    """The connection, locked; raises PermissionDenied."""
    connection = GitHubConnection.objects.locked().get(pk=connection.pk)
    if not by.may_publish_for(connection.owner):
        raise PermissionDenied
    return connection


def _publication(
    connection: GitHubConnection,
    found: list[Candidate],
    scan: Scan,
    *,
    by: User,
    promised: Promise | None,
    apart: Collection[str] = (),
) -> Publication:
    """A queued publication of these candidates as they are ticked; raises StalePublication and Busy."""
    now = _promise(found, connection, scan)
    if promised is not None and promised != now:
        raise StalePublication(promise.differences(promised, now))
    if running := connection.publications.unfinished().first():
        raise Busy(running)
    return Publication.objects.create(connection=connection, scan=scan, by=by, promise=now, apart=list(apart))


def _promise(found: list[Candidate], connection: GitHubConnection, scan: Scan) -> Promise:
    """What becomes of these candidates as they are ticked."""
    affected = candidates.plan(found).affected
    comparisons.attach_bumps(affected)
    previews.attach_numbers(affected, previews.tags_of(connection, scan))
    return promise.of_candidates(affected)


def _finished(publication: Publication) -> None:
    """Carry it out in this process and transaction; raises StalePublication."""
    done = job.carry_out(publication.pk)
    if done is None or done.status != Publication.Status.SUCCEEDED:
        raise StalePublication(list(done.problems.values()) if done else [])


def _fresh(connection: GitHubConnection, scan: Scan | None, apart: Collection[str]) -> Scan:
    """Return the newest scan; raises StalePublication when it found something else than `scan`."""
    newest = candidates.newest_scan(connection)
    if newest is None or scan is None or scan.repository_id != connection.repository_id:
        raise StalePublication(["Another repository was selected, or it has not been scanned yet."])
    if changes := candidates.differences(connection, scan=scan, newest=newest, apart=apart):
        raise StalePublication(changes)
    return newest


def _plan(found: list[Candidate], paths: Collection[str]) -> Plan:
    possible = {name for candidate in found if candidate.can_be_ticked for name in candidate.names}
    if wrong := sorted(set(paths) - possible):
        raise NotPublishable(wrong)
    candidates.tick(found, paths)
    return candidates.plan(found)
