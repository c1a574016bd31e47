"""Who has live deployments of a module that left the catalogue is told, once for each removal.

The notice and its e-mails are one transaction: whatever dies before its end leaves the removal to the next look.
"""

from django.db import transaction
from django.db.models import Exists, OuterRef

from deployments.models import Deployment, RemovalNotice
from foundation import outbox
from foundation.one_at_a_time import alone
from modules.models import Module

NAMED = 50  # deployments in one e-mail
SUBJECT = 200  # characters that the outbox takes


@alone
def tell_of_removals() -> None:
    """Tell of every removal that nobody was told of yet; of one that was taken back meanwhile nobody is told."""
    for module_id in _untold().values_list("pk", flat=True):
        _tell(module_id)


def _untold():
    told = RemovalNotice.objects.filter(module=OuterRef("pk"), removed_at=OuterRef("removed_at"))
    return Module.objects.filter(removed_at__isnull=False).exclude(Exists(told)).order_by("pk")


@transaction.atomic
def _tell(module_id: int) -> None:
    """The module's row is locked, so that it is not revived, nor told of by somebody else, in between."""
    module = Module.objects.locked().select_related("owner").get(pk=module_id)
    if not _untold().filter(pk=module_id).exists():
        return
    RemovalNotice.objects.create(module=module, removed_at=module.removed_at)
    for person, deployments in told_by_owner(module).items():
        _post(module, person, deployments)


def told_by_owner(module: Module, **which) -> dict:
    """The deployments of a module, of `which` alone, that people are told of, by their owners."""
    told = Deployment.objects.told().filter(version__module=module, **which)
    theirs: dict = {}
    for deployment in told.select_related("owner", "version", "cost_centre").order_by("pk"):
        theirs.setdefault(deployment.owner, []).append(deployment)
    return theirs


def listed(deployments: list) -> str:
    """Deployments as lines of an e-mail, each with its address."""
    named = [
        f"- {each.name}, version {each.version.semver}: {outbox.link(each.get_absolute_url())}"
        for each in deployments[:NAMED]
    ]
    if len(deployments) > NAMED:
        named.append(f"- and {len(deployments) - NAMED} more")
    return "\n".join(named)


def _post(module: Module, person, deployments: list) -> None:
    title = one_line(deployments[-1].module_title)
    outbox.post(
        key=f"module-removed:{module.ref}:{module.removed_at.isoformat()}:{person.ref}",
        to=person.email,
        subject=f"{title} was removed from the catalogue"[:SUBJECT],
        text=TEXT.format(
            publisher=one_line(module.publisher), title=title, at=module.removed_at, deployments=listed(deployments)
        ),
        why="you have live deployments of this module",
        stop="There is one e-mail for each removal. Destroy the deployments to get none.",
    )


def one_line(text: str) -> str:
    """What people wrote, fit for a subject."""
    return " ".join(text.split())


TEXT = """{title} by {publisher} was removed from the catalogue on {at:%d %b %Y at %H:%M} UTC.

Your deployments of it are not affected:

{deployments}

You can still change, run or destroy them. New deployments of this module are not possible."""
