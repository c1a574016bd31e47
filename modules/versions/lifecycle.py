"""The lifecycle of a published version: make it current, deprecate it, revoke it, and undo that.

Existing deployments never change. Each change of a version locks the module's row, which serialises it with
publications, with other changes and with new deployments. Publishing locks the connection first and the modules after
it; nothing here locks a connection, so they cannot deadlock with each other.
"""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from foundation import audit
from modules.models import Alarm, Module, ModuleVersion
from modules.versions import titles


class Refused(Exception):
    """The request was refused and nothing was changed. Its text is for people."""


@transaction.atomic
def make_current(version: ModuleVersion, *, by: User) -> ModuleVersion:
    """Use this version, an older or a newer one, for new deployments; existing ones keep theirs.

    Raises Refused and PermissionDenied.
    """
    module, version = _locked(version, by=by)
    if module.removed_at:
        raise Refused(f"{module.title} was removed from the catalogue. Publish it again to choose its version.")
    if version.revoked_at:
        raise Refused(f"Version {version.semver} is revoked, so it cannot become current. Undo the revocation first.")
    if module.current_version_id == version.pk:
        return version
    before = module.current_version.semver
    _set_current(module, version)
    audit.record("version.made_current", by=by, target=version, version=version.semver, before=before)
    return version


@transaction.atomic
def deprecate(version: ModuleVersion, *, reason: str, by: User, link: str = "") -> ModuleVersion:
    """Deprecate a version, with a reason and a link; a second call replaces both.

    Raises PermissionDenied.
    """
    _, version = _locked(version, by=by)
    said = {"deprecation_reason": reason, "deprecation_link": link}
    _say(version, deprecated_at=version.deprecated_at or timezone.now(), **said)
    audit.record("version.deprecated", by=by, target=version, version=version.semver, reason=reason, link=link)
    return version


@transaction.atomic
def undeprecate(version: ModuleVersion, *, by: User) -> ModuleVersion:
    """Undo the deprecation; idempotent. Raises PermissionDenied."""
    _, version = _locked(version, by=by)
    if version.deprecated_at is None:
        return version
    _say(version, deprecated_at=None, deprecation_reason="", deprecation_link="")
    audit.record("version.undeprecated", by=by, target=version, version=version.semver)
    return version


@transaction.atomic
def revoke(version: ModuleVersion, *, reason: str, by: User) -> ModuleVersion:
    """Stop new deployments of this version; existing ones keep running.

    If it is current, the newest version that is not revoked becomes current; without one, the module cannot be
    deployed. Raises Refused and PermissionDenied.
    """
    module, version = _locked(version, by=by)
    if version.revoked_at:
        raise Refused(f"Version {version.semver} is already revoked.")
    _say(version, revoked_at=timezone.now(), revocation_reason=reason)
    if module.current_version_id == version.pk and (successor := module.versions.filter(revoked_at=None).first()):
        _set_current(module, successor)
    current = module.current_version.semver
    audit.record("version.revoked", by=by, target=version, version=version.semver, reason=reason, current=current)
    return version


@transaction.atomic
def unrevoke(version: ModuleVersion, *, by: User) -> ModuleVersion:
    """Allow new deployments of it again; it becomes current only if the current version is revoked. Idempotent.

    Unchanged content is never published a second time, so this is the only way to correct a mistake. Raises
    PermissionDenied.
    """
    module, version = _locked(version, by=by)
    if version.revoked_at is None:
        return version
    _say(version, revoked_at=None, revocation_reason="")
    if module.current_version_id != version.pk and module.current_version.revoked_at:
        _set_current(module, version)
    current = module.current_version.semver
    audit.record("version.unrevoked", by=by, target=version, version=version.semver, current=current)
    return version


@transaction.atomic
def dismiss_alarm(alarm: Alarm, *, by: User) -> None:
    """Hide an alarm; idempotent. Raises PermissionDenied."""
    if not alarm.version.module.may_change(by):
        raise PermissionDenied
    standing = Alarm.objects.filter(pk=alarm.pk, dismissed_at=None)
    if standing.update(dismissed_at=timezone.now(), dismissed_by=by):
        audit.record("alarm.dismissed", by=by, target=alarm, kind=alarm.kind, version=alarm.version.semver)


def _locked(version: ModuleVersion, *, by: User) -> tuple[Module, ModuleVersion]:
    module = Module.objects.locked().get(pk=version.module_id)
    if not module.may_change(by):
        raise PermissionDenied
    return module, module.versions.defer("schema", "readme").get(pk=version.pk)


def _say(version: ModuleVersion, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(version, name, value)
    version.save(update_fields=list(fields))


def _set_current(module: Module, version: ModuleVersion) -> None:
    module.current_version = version
    module.title = titles.in_effect(module, version.title)
    module.save(update_fields=["current_version", "title"])
