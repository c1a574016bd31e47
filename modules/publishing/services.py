"""The verbs of the catalogue."""

from collections.abc import Collection
from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import GitHubConnection, User
from modules.models import Module, Scan
from modules.publishing import candidates, previews, writing
from modules.publishing.candidate import Plan, Row


class StalePublication(Exception):
    """The form is older than a newer publish or scan; `changes` says in sentences what happened since."""

    def __init__(self, changes: list[str]):
        super().__init__("The repository or the catalogue changed after you opened this page.")
        self.changes = changes


class NotPublishable(Exception):
    """Paths that are no valid module of the scan; `paths` names them."""

    def __init__(self, paths: list[str]):
        super().__init__(f"These folders cannot be published: {', '.join(paths)}.")
        self.paths = paths


@dataclass
class Publication:
    """What a publish did, as modules."""

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
    """Make the catalogue hold exactly `paths` of the connection's repository, as its newest scan found them.

    New ones are created, changed ones get their next version, others leave the catalogue; what is deployed is not
    touched. What is published already may stay at its version although it is invalid now. What the form showed is in
    `scan`, `seen` (`catalogue.standing`) and `numbers` (`catalogue.numbers`), None to skip these checks; `apart` as
    in `catalogue.rows`. Raises StalePublication, NotPublishable and PermissionDenied.
    """
    connection = GitHubConnection.objects.locked().get(pk=connection.pk)
    if not by.may_publish_for(connection.owner):
        raise PermissionDenied
    _lock_modules(connection)
    scan = _fresh(connection, scan, seen, apart)
    rows = candidates.rows(connection, scan, apart=apart)
    plan = _plan(rows, paths)
    written = [*plan.new, *plan.updated]
    previews.attach(written, connection, scan)
    _check_numbers(written, numbers or {})
    removed = [writing.remove(row.module, by=by) for row in plan.removed]  # first, as they give titles free
    return Publication(
        created=[writing.create(row, scan, by=by) for row in plan.new],
        updated=[writing.update(row, scan, by=by) for row in plan.updated],
        unchanged=[row.module for row in plan.unchanged],
        removed=removed,
    )


@transaction.atomic
def publish_automatically(connection: GitHubConnection, *, scan: Scan) -> list[Module]:
    """Publish the compatible updates of modules that are set to publish by themselves, and give these modules.

    Which ones is said by `Row.publishes_itself`, by the row alone first, then with its preview. Does nothing for a scan
    that is not the newest. Whoever switched it on answers for the versions. To be called outside of the transaction
    that ended the scan.
    """
    connection = GitHubConnection.objects.locked().get(pk=connection.pk)
    if candidates.newest_scan(connection) != scan:
        return []
    _lock_modules(connection)
    rows = [row for row in candidates.rows(connection, scan) if row.publishes_itself]
    previews.attach(rows, connection, scan)
    possible = (row for row in rows if row.publishes_itself)
    return [writing.update(row, scan, by=row.module.auto_publish_by, is_automatic=True) for row in possible]


@transaction.atomic
def remove(module: Module, *, by: User) -> Module:
    """Take a published module out of the catalogue, whatever repository it came from; a second time changes nothing.

    Live deployments go on. Raises PermissionDenied.
    """
    module = Module.objects.locked().get(pk=module.pk)
    if not module.may_change(by):
        raise PermissionDenied
    return writing.remove(module, by=by) if module.is_listed else module


def _lock_modules(connection: GitHubConnection) -> None:
    list(candidates.modules_of(connection).locked().order_by("pk").values_list("pk"))


def _fresh(
    connection: GitHubConnection, scan: Scan | None, seen: dict[str, int] | None, apart: Collection[str]
) -> Scan:
    """The newest scan, when all that a form of `scan` and `seen` shows still holds."""
    newest = candidates.newest_scan(connection)
    if newest is None or scan is None or scan.repository_id != connection.repository_id:
        raise StalePublication(["Another repository was selected, or it has not been scanned yet."])
    known = candidates.standing(connection) if seen is None else seen
    if changes := candidates.differences(connection, scan=scan, newest=newest, seen=known, apart=apart):
        raise StalePublication(changes)
    return newest


def _check_numbers(rows: list[Row], numbers: dict[str, str]) -> None:
    """A tag that came since may give another number than the form promised."""
    changes = [
        f"{row.path or 'The root folder'} is now version {row.preview.semver}. The page showed {number}."
        for row in rows
        if (number := numbers.get(row.path)) and number != row.preview.semver
    ]
    if changes:
        raise StalePublication(changes)


def _plan(rows: list[Row], paths: Collection[str]) -> Plan:
    possible = {name for row in rows if row.can_be_ticked for name in row.names}
    if wrong := sorted(set(paths) - possible):
        raise NotPublishable(wrong)
    candidates.tick(rows, paths)
    return candidates.plan(rows)
