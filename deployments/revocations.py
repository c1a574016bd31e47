"""Who has live deployments of a version that was revoked is told, once for each revocation, as of removals."""

from django.db import transaction
from django.db.models import Exists, OuterRef

from deployments.models import RevocationNotice
from deployments.removals import SUBJECT, listed, one_line, told_by_owner
from foundation import outbox
from foundation.one_at_a_time import alone
from modules.models import Module, ModuleVersion


@alone
def tell_of_revocations() -> None:
    """Tell of every revocation that nobody was told of yet; of one that was taken back meanwhile nobody is told."""
    for version_id, module_id in _untold().values_list("pk", "module"):
        _tell(version_id, module_id)


def _untold():
    told = RevocationNotice.objects.filter(version=OuterRef("pk"), revoked_at=OuterRef("revoked_at"))
    return ModuleVersion.objects.filter(revoked_at__isnull=False).exclude(Exists(told)).order_by("pk")


@transaction.atomic
def _tell(version_id: int, module_id: int) -> None:
    """The module's row is locked, as whoever revokes does, so that nothing is taken back or told of in between."""
    module = Module.objects.locked().select_related("owner").get(pk=module_id)
    version = _untold().defer("schema", "readme").filter(pk=version_id).first()
    if version is None:
        return
    RevocationNotice.objects.create(version=version, revoked_at=version.revoked_at)
    for person, deployments in told_by_owner(module, version=version).items():
        _post(module, version, person, deployments)


def _post(module: Module, version: ModuleVersion, person, deployments: list) -> None:
    title = one_line(deployments[-1].module_title)
    outbox.post(
        key=f"version-revoked:{version.ref}:{version.revoked_at.isoformat()}:{person.ref}",
        to=person.email,
        subject=f"Version {version.semver} of {title} was revoked"[:SUBJECT],
        text=TEXT.format(
            semver=version.semver,
            title=title,
            publisher=one_line(module.publisher),
            at=version.revoked_at,
            reason=one_line(version.revocation_reason) or "The publisher gave none.",
            deployments=listed(deployments),
        ),
        why="you have live deployments of this version",
        stop="There is one e-mail for each revocation. Update or destroy the deployments to get none.",
    )


TEXT = """Version {semver} of {title} by {publisher} was revoked on {at:%d %b %Y at %H:%M} UTC.

Reason: {reason}

Your deployments of it are not affected:

{deployments}

New deployments of this version are not possible. If an update is possible, the deployment's page offers it."""
