"""Publishes modules, and removes them from the catalogue."""

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import partial

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import GitHubConnection, User
from foundation.wake import wake
from modules.models import Module, Scan
from modules.publishing import candidates, previews, writing
from modules.publishing.candidate import Candidate, Plan


class StalePublication(Exception):
    """A publication or a scan is newer than the form; `changes` are sentences about it."""

    def __init__(self, changes: list[str]) -> None:
        super().__init__("The repository or the catalogue changed after you opened this page.")
        self.changes = changes


class NotPublishable(Exception):
    """Some paths are neither a valid nor a published module; `paths` names them."""

    def __init__(self, paths: list[str]) -> None:
        super().__init__(f"These folders cannot be published: {', '.join(paths)}.")
        self.paths = paths


@dataclass
class Publication:
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
    seen: dict[str, int] | None = None,
    numbers: dict[str, str] | None = None,
    apart: Collection[str] = (),
) -> Publication:
    """Publish exactly `paths` of the connection's repository, as its newest scan found them.

    New modules are created, changed ones get their next version, all others are removed from the catalogue; deployments
    are not affected. A published module may stay at its version although it is invalid now. The form showed `scan`,
    `seen` (`candidates.standing`) and `numbers` (`candidates.numbers`); None for the latter two skips their check.
    `apart` as in `candidates.of_repository`. Raises StalePublication, NotPublishable and PermissionDenied.
    """
    connection = GitHubConnection.objects.locked().get(pk=connection.pk)
    if not by.may_publish_for(connection.owner):
        raise PermissionDenied
    _lock_modules(connection)
    scan = _fresh(connection, scan, seen, apart)
    found = candidates.of_repository(connection, scan, apart=apart)
    plan = _plan(found, paths)
    written = [*plan.new, *plan.updated]
    previews.attach(written, connection, scan)
    _check_numbers(written, numbers or {})
    _wake_renderer(written)
    removed = [writing.remove(candidate.module, by=by) for candidate in plan.removed]  # first, as it frees titles
    return Publication(
        created=[writing.create(candidate, scan, by=by) for candidate in plan.new],
        updated=[writing.update(candidate, scan, by=by) for candidate in plan.updated],
        unchanged=[candidate.module for candidate in plan.unchanged],
        removed=removed,
    )


@transaction.atomic
def publish_automatically(connection: GitHubConnection, *, scan: Scan) -> list[Module]:
    """Publish the compatible updates of modules with automatic publishing, and return these modules.

    `Candidate.publishes_itself` decides, first without and then with the preview. Returns an empty list unless `scan`
    is the newest of the selected repository. The person who switched it on is the publisher of the versions. Call it
    outside of the transaction that ended the scan.
    """
    connection = GitHubConnection.objects.locked().get(pk=connection.pk)
    if candidates.newest_scan(connection) != scan:
        return []
    _lock_modules(connection)
    found = [each for each in candidates.of_repository(connection, scan) if each.publishes_itself]
    previews.attach(found, connection, scan)
    possible = [each for each in found if each.publishes_itself]
    _wake_renderer(possible)
    return [writing.update(each, scan, by=each.module.auto_publish_by, is_automatic=True) for each in possible]


@transaction.atomic
def remove(module: Module, *, by: User) -> Module:
    """Remove a published module from the catalogue, whatever its repository; idempotent.

    Live deployments keep running. Raises PermissionDenied.
    """
    module = Module.objects.locked().get(pk=module.pk)
    if not module.may_change(by):
        raise PermissionDenied
    return writing.remove(module, by=by) if module.is_listed else module


def _wake_renderer(written: list[Candidate]) -> None:
    """Let a worker render the texts of new versions; their pages render nothing."""
    if written:
        transaction.on_commit(partial(wake, "modules.render_texts"))


def _lock_modules(connection: GitHubConnection) -> None:
    list(candidates.modules_of(connection).locked().order_by("pk").values_list("pk"))


def _fresh(
    connection: GitHubConnection, scan: Scan | None, seen: dict[str, int] | None, apart: Collection[str]
) -> Scan:
    """Return the newest scan; raises StalePublication when what a form of `scan` and `seen` shows has changed."""
    newest = candidates.newest_scan(connection)
    if newest is None or scan is None or scan.repository_id != connection.repository_id:
        raise StalePublication(["Another repository was selected, or it has not been scanned yet."])
    known = candidates.standing(connection) if seen is None else seen
    if changes := candidates.differences(connection, scan=scan, newest=newest, seen=known, apart=apart):
        raise StalePublication(changes)
    return newest


def _check_numbers(found: list[Candidate], numbers: dict[str, str]) -> None:
    """Raise StalePublication where a number differs from the form's, as a new tag may cause."""
    changes = [
        f"{candidate.path or 'The root folder'} is now version {candidate.preview.semver}. The page showed {number}."
        for candidate in found
        if (number := numbers.get(candidate.path)) and number != candidate.preview.semver
    ]
    if changes:
        raise StalePublication(changes)


def _plan(found: list[Candidate], paths: Collection[str]) -> Plan:
    possible = {name for candidate in found if candidate.can_be_ticked for name in candidate.names}
    if wrong := sorted(set(paths) - possible):
        raise NotPublishable(wrong)
    candidates.tick(found, paths)
    return candidates.plan(found)
