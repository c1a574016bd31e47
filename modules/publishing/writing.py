"""Writes modules and their versions from candidates.

The caller has locked the connection and the modules, attached the previews, and checked the permission of `by`.
"""

from typing import Any

from django.utils import timezone

from accounts.models import User
from foundation import audit
from foundation.credits import nearest_units
from modules.models import Module, ModuleVersion, Scan
from modules.pages.markdown import first_paragraph
from modules.publishing.candidate import Candidate
from modules.versions import titles


def new(candidate: Candidate, scan: Scan) -> Module:
    """Create the module of a folder; without a version it is not in the catalogue yet."""
    owner = scan.connection.owner
    return Module.objects.create(
        owner=owner,
        repository_id=scan.repository_id,
        repository_name=scan.repository_name,
        path=candidate.path,
        title=candidate.found.title,
        audience=Module.Audience.EXCLUSIVE if owner else Module.Audience.EVERYONE,
    )


def create(candidate: Candidate, scan: Scan, *, by: User) -> Module:
    """Publish a folder for the first time, or restore a removed module with its history."""
    if candidate.newest is not None:
        return _revive(candidate, scan, by=by)
    candidate.module = candidate.module or new(candidate, scan)
    version = _add_version(candidate, scan, by=by)
    _record("module.published", candidate.module, version, by=by, path=candidate.path)
    return candidate.module


def update(candidate: Candidate, scan: Scan, *, by: User, is_automatic: bool = False) -> Module:
    """Add the next version, under the new path where the folder was renamed; `by` is its publisher."""
    version = _add_version(candidate, scan, by=by)
    details = {"moved_from": candidate.renamed_from, "automatic": is_automatic}
    told = {name: detail for name, detail in details.items() if detail}
    _record("module.updated", candidate.module, version, by=None if is_automatic else by, **told)
    return candidate.module


def remove(module: Module, *, by: User) -> Module:
    module.removed_at = timezone.now()
    module.save(update_fields=["removed_at"])
    audit.record("module.removed", by=by, target=module, path=module.path)
    return module


def _revive(candidate: Candidate, scan: Scan, *, by: User) -> Module:
    module = candidate.module
    module.removed_at = None
    if candidate.has_new_content:
        _add_version(candidate, scan, by=by)
    module.title = titles.in_effect(module, module.current_version.title)
    module.save(update_fields=["removed_at", "title"])
    _record("module.revived", module, module.current_version, by=by)
    return module


def _add_version(candidate: Candidate, scan: Scan, *, by: User) -> ModuleVersion:
    module, found, preview = candidate.module, candidate.found, candidate.preview
    platform = found.schema["platform"]
    version = ModuleVersion.objects.create(
        module=module,
        number=candidate.newest.number + 1 if candidate.newest else 1,
        semver=preview.semver,
        bump=preview.bump,
        changes=[change.as_row() for change in preview.changes],
        commits=preview.commits,
        tag=preview.tag,
        branch=scan.branch,
        path=candidate.path,
        commit=scan.commit,
        committed_at=scan.committed_at,
        content_hash=found.content_hash,
        archive_id=found.archive_id,
        schema=found.schema,
        readme=found.readme,
        advice=[finding for finding in found.findings if finding["level"] == "advice"],
        title=found.title,
        description=first_paragraph(platform.get("module_description") or "") or first_paragraph(found.readme),
        tags=platform.get("module_services") or [],
        credit_cost=nearest_units(platform.get("credit_cost") or 0),
        purchased_only=bool(platform.get("require_credit_purchases")),
        published_by=by,
    )
    module.current_version, module.path, module.repository_name = version, candidate.path, scan.repository_name
    module.title = titles.in_effect(module, found.title)
    module.save(update_fields=["current_version", "path", "repository_name", "title"])
    return version


def _record(verb: str, module: Module, version: ModuleVersion, *, by: User | None, **details: Any) -> None:
    facts = {"version": version.semver, "commit": version.commit}
    audit.record(verb, by=by, target=module, **facts, **details)
