"""E-mails to the owners of live deployments when a module is removed or a version revoked.

Each removal or revocation sends one e-mail per person. A notice and its e-mails are written in one transaction: after
a crash the next run of the task sends them.
"""

from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import User
from deployments.models import Deployment, RemovalNotice, RevocationNotice
from foundation import outbox
from foundation.one_at_a_time import alone
from modules.models import Module, ModuleVersion

NAMED = 50  # deployments in one e-mail
SUBJECT = 200  # the outbox's limit, in characters


@alone
def tell_of_removals() -> None:
    """Send the e-mails due for removals. A removal that was undone before sends none."""
    for module_id in _removed().values_list("pk", flat=True):
        _tell_of_removal(module_id)


@alone
def tell_of_revocations() -> None:
    """Send the e-mails due for revocations. A revocation that was undone before sends none."""
    for version_id, module_id in _revoked().values_list("pk", "module"):
        _tell_of_revocation(version_id, module_id)


def _removed() -> QuerySet[Module]:
    """Removed modules without a notice for their latest removal."""
    told = RemovalNotice.objects.filter(module=OuterRef("pk"), removed_at=OuterRef("removed_at"))
    return Module.objects.filter(removed_at__isnull=False).exclude(Exists(told)).order_by("pk")


def _revoked() -> QuerySet[ModuleVersion]:
    """Revoked versions without a notice for their latest revocation."""
    told = RevocationNotice.objects.filter(version=OuterRef("pk"), revoked_at=OuterRef("revoked_at"))
    return ModuleVersion.objects.filter(revoked_at__isnull=False).exclude(Exists(told)).order_by("pk")


@transaction.atomic
def _tell_of_removal(module_id: int) -> None:
    """Notify of one removal. Locks the module, so that it is not published again, or notified twice, meanwhile."""
    module = Module.objects.locked().select_related("owner").get(pk=module_id)
    if not _removed().filter(pk=module_id).exists():
        return
    RemovalNotice.objects.create(module=module, removed_at=module.removed_at)
    for person, deployments in _told_by_owner(module).items():
        title = _title(deployments)
        outbox.post(
            key=f"module-removed:{module.ref}:{module.removed_at.isoformat()}:{person.ref}",
            to=person.email,
            subject=f"{title} was removed from the catalogue"[:SUBJECT],
            text=REMOVED.format(
                title=title,
                publisher=_one_line(module.publisher),
                at=module.removed_at,
                deployments=_listed(deployments),
            ),
            why="you have live deployments of this module",
            stop="There is one e-mail for each removal. Destroy the deployments to get none.",
        )


@transaction.atomic
def _tell_of_revocation(version_id: int, module_id: int) -> None:
    """Notify of one revocation. Locks the module, as revoking does, so that it is not undone or notified twice."""
    module = Module.objects.locked().select_related("owner").get(pk=module_id)
    version = _revoked().defer("schema", "readme").filter(pk=version_id).first()
    if version is None:
        return
    RevocationNotice.objects.create(version=version, revoked_at=version.revoked_at)
    for person, deployments in _told_by_owner(module, version=version).items():
        title = _title(deployments)
        outbox.post(
            key=f"version-revoked:{version.ref}:{version.revoked_at.isoformat()}:{person.ref}",
            to=person.email,
            subject=f"Version {version.semver} of {title} was revoked"[:SUBJECT],
            text=REVOKED.format(
                semver=version.semver,
                title=title,
                publisher=_one_line(module.publisher),
                at=version.revoked_at,
                reason=_one_line(version.revocation_reason) or "The publisher gave none.",
                deployments=_listed(deployments),
            ),
            why="you have live deployments of this version",
            stop="There is one e-mail for each revocation. Update or destroy the deployments to get none.",
        )


def _told_by_owner(module: Module, **which: Any) -> dict[User, list[Deployment]]:
    """The live deployments of a module whose owners are notified, by owner; `which` are further filters."""
    told = Deployment.objects.told().filter(version__module=module, **which)
    theirs: dict[User, list[Deployment]] = {}
    for deployment in told.for_lists().order_by("pk"):
        theirs.setdefault(deployment.owner, []).append(deployment)
    return theirs


def _listed(deployments: list[Deployment]) -> str:
    """Deployments as lines of an e-mail, each with its URL."""
    named = [
        f"- {each.name}, version {each.version.semver}: {outbox.link(each.get_absolute_url())}"
        for each in deployments[:NAMED]
    ]
    if len(deployments) > NAMED:
        named.append(f"- and {len(deployments) - NAMED} more")
    return "\n".join(named)


def _title(deployments: list[Deployment]) -> str:
    """The module's title at the time of the newest of these deployments."""
    return _one_line(deployments[-1].module_title)


def _one_line(text: str) -> str:
    """`text` with all white space collapsed, as a subject allows no line break."""
    return " ".join(text.split())


REMOVED = """{title} by {publisher} was removed from the catalogue on {at:%d %b %Y at %H:%M} UTC.

Your deployments of it are not affected:

{deployments}

You can still change, run or destroy them. New deployments of this module are not possible."""

REVOKED = """Version {semver} of {title} by {publisher} was revoked on {at:%d %b %Y at %H:%M} UTC.

Reason: {reason}

Your deployments of it are not affected:

{deployments}

New deployments of this version are not possible. If an update is possible, the deployment's page offers it."""
