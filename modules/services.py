"""The verbs of the catalogue."""

from collections.abc import Collection
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import GitHubConnection
from foundation import audit
from foundation.wake import wake
from modules import catalogue
from modules.markdown import first_paragraph
from modules.models import Module, ModuleVersion, Scan, ScannedModule, Share

UNITS = 10_000  # of the ledger in one credit


class NothingToScan(Exception):
    """The connection has no repository yet."""


class StalePublication(Exception):
    """The form is older than a newer publish or scan; `changes` says in sentences what happened since."""

    def __init__(self, changes: list[str]):
        super().__init__("The repository or the catalogue has changed since this page was made.")
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
def start_scan(connection: GitHubConnection, *, by) -> Scan:
    """Have the chosen repository read; one that is being read already is given back instead of a second.

    `by` is None for the portal itself. Raises NothingToScan.
    """
    connection = _locked(connection)
    if connection.repository_id is None:
        raise NothingToScan
    unfinished = connection.scans.unfinished()
    _give_up_others(unfinished.exclude(repository_id=connection.repository_id))
    scan = unfinished.first()
    if scan:
        return scan
    scan = Scan.objects.create(
        connection=connection,
        repository_id=connection.repository_id,
        repository_name=connection.repository_name,
        branch=connection.branch,
        by=by,
    )
    audit.record("scan.started", by=by, target=scan, repository=scan.repository_name)
    transaction.on_commit(partial(wake, "modules.scan_repository", scan.pk))
    return scan


@transaction.atomic
def publish(
    connection: GitHubConnection, *, scan: Scan | None, paths: Collection[str], by, seen: dict[str, int] | None = None
) -> Publication:
    """Make the catalogue hold exactly `paths` of the connection's repository, as `scan` found them.

    New ones are created, changed ones get their next version, others leave the catalogue; what is deployed is not
    touched. What is published already may stay at its version although it is invalid now. `seen` are the versions
    that the form showed (`catalogue.standing`), None to skip that check. Raises StalePublication, NotPublishable and
    PermissionDenied.
    """
    connection = _locked(connection)
    if not by.may_connect(connection.owner):
        raise PermissionDenied
    _check_fresh(connection, scan, seen)
    plan = _plan(catalogue.rows(connection, scan), paths)
    return Publication(
        created=[_create(row, scan, by=by) for row in plan.new],
        updated=[_update(row, scan, by=by) for row in plan.updated],
        unchanged=[row.module for row in plan.unchanged],
        removed=[_remove(row.module, by=by) for row in plan.removed],
    )


@transaction.atomic
def set_audience(module: Module, *, audience: str, by, emails: Collection[str] = ()) -> Module:
    """Decide who sees and may deploy a partner's module: Module.Audience, with e-mail addresses where it is NAMED.

    Raises PermissionDenied; a platform module is everyone's, which is a ValueError to change.
    """
    module = Module.objects.select_for_update(of=("self",)).get(pk=module.pk)
    if not module.may_change(by):
        raise PermissionDenied
    if module.is_platform and audience != Module.Audience.EVERYONE:
        raise ValueError("A platform module is for everyone.")
    module.audience = audience
    module.save(update_fields=["audience"])
    named = sorted({email.lower() for email in emails}) if audience == Module.Audience.NAMED else []
    module.shares.all().delete()
    Share.objects.bulk_create(Share(module=module, email=email) for email in named)
    audit.record("module.audience_set", by=by, target=module, audience=str(audience), people=named)
    return module


def _locked(connection: GitHubConnection) -> GitHubConnection:
    return GitHubConnection.objects.select_for_update(no_key=True).get(pk=connection.pk)


def _give_up_others(scans) -> None:
    """A reading of a repository that is not chosen any more helps nobody; its worker finds that it lost the row."""
    scans.update(
        status=Scan.Status.FAILED, error="Another repository was chosen meanwhile.", finished_at=Now(), current=""
    )


def _check_fresh(connection: GitHubConnection, scan: Scan | None, seen: dict[str, int] | None) -> None:
    newest = catalogue.newest_scan(connection)
    if newest is None or scan is None or scan.repository_id != connection.repository_id:
        raise StalePublication(["Another repository was chosen, or it was not read yet."])
    known = catalogue.standing(connection) if seen is None else seen
    if changes := catalogue.differences(connection, scan=scan, newest=newest, seen=known):
        raise StalePublication(changes)


def _plan(rows: list[catalogue.Row], paths: Collection[str]) -> catalogue.Plan:
    possible = {row.path for row in rows if row.can_be_ticked}
    if wrong := sorted(set(paths) - possible):
        raise NotPublishable(wrong)
    catalogue.tick(rows, paths)
    return catalogue.plan(rows)


def _create(row: catalogue.Row, scan: Scan, *, by) -> Module:
    if row.module is not None:
        return _revive(row, scan, by=by)
    owner = scan.connection.owner
    module = Module.objects.create(
        owner=owner,
        repository_id=scan.repository_id,
        repository_name=scan.repository_name,
        path=row.path,
        title=row.title,
        audience=Module.Audience.EXCLUSIVE if owner else Module.Audience.EVERYONE,
    )
    version = _add_version(module, row.found, scan, by=by)
    audit.record("module.published", by=by, target=module, path=row.path, version=version.number, commit=scan.commit)
    return module


def _revive(row: catalogue.Row, scan: Scan, *, by) -> Module:
    """Bring a removed module back with its history."""
    module = row.module
    module.removed_at = None
    module.save(update_fields=["removed_at"])
    if module.current_version.content_hash != row.found.content_hash:
        _add_version(module, row.found, scan, by=by)
    audit.record("module.revived", by=by, target=module, version=module.current_version.number, commit=scan.commit)
    return module


def _update(row: catalogue.Row, scan: Scan, *, by) -> Module:
    version = _add_version(row.module, row.found, scan, by=by)
    audit.record("module.updated", by=by, target=row.module, version=version.number, commit=scan.commit)
    return row.module


def _remove(module: Module, *, by) -> Module:
    module.removed_at = timezone.now()
    module.save(update_fields=["removed_at"])
    audit.record("module.removed", by=by, target=module, path=module.path)
    return module


def _add_version(module: Module, found: ScannedModule, scan: Scan, *, by) -> ModuleVersion:
    platform = found.schema["platform"]
    newest = module.versions.first()
    version = ModuleVersion.objects.create(
        module=module,
        number=newest.number + 1 if newest else 1,
        semver=f"1.{newest.number if newest else 0}.0",
        branch=scan.branch,
        path=found.path,
        commit=scan.commit,
        committed_at=scan.committed_at,
        content_hash=found.content_hash,
        archive_id=found.archive_id,
        schema=found.schema,
        readme=found.readme,
        advice=[row for row in found.findings if row["level"] == "advice"],
        title=found.title,
        description=first_paragraph(platform.get("module_description") or "") or first_paragraph(found.readme),
        tags=platform.get("module_services") or [],
        credit_cost=_units(platform.get("credit_cost")),
        purchased_only=bool(platform.get("require_credit_purchases")),
        published_by=by,
    )
    module.current_version = version
    module.title, module.repository_name = found.title, scan.repository_name
    module.save(update_fields=["current_version", "title", "repository_name"])
    return version


def _units(credits: float | None) -> int:
    """Credits, as the repository writes them, in the ledger's units."""
    return round(Decimal(str(credits or 0)) * UNITS)
