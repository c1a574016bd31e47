"""States that are put aside: kept encrypted in the database, in pieces, until an admin decides what becomes of them."""

import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Any, BinaryIO

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from deployments.models import AsidePiece, AsideState, Deployment, Run, StateVersion
from deployments.redaction import Redactor, leaves
from deployments.runs import results
from deployments.runs.ending import follow_decision
from deployments.sandbox import state_file
from foundation import audit, faults
from foundation.encryption import DecryptionFailed

PIECE_BYTES = 1024**2
MOST_MISSING = 500  # addresses
OUTSIDE = (OperationalError, InterfaceError)  # the database is away: tried again later

logger = logging.getLogger(__name__)


def put(run: Run, *, reason: str, missing: Sequence[str] = (), file: BinaryIO | None = None) -> AsideState:
    """Put aside what `file` holds, piece by piece; without one, the row says which resources are `missing`.

    The caller fences the transaction.
    """
    aside = AsideState.objects.create(
        deployment=run.deployment, run=run, reason=reason, missing=list(missing[:MOST_MISSING])
    )
    number = 0
    while file and (text := file.read(PIECE_BYTES)):
        piece = AsidePiece(aside=aside, number=number)
        piece.content = text
        piece.save()
        number, aside.size = number + 1, aside.size + len(text)
    aside.save(update_fields=["size"])
    return aside


def content(aside: AsideState) -> Iterator[bytes]:
    """The pieces of a state that was put aside; raises foundation.encryption.DecryptionFailed."""
    for number in aside.pieces.values_list("number", flat=True):
        yield AsidePiece.objects.select_related("aside").get(aside=aside, number=number).content


def take_accepted(**of: Any) -> None:
    """Make accepted states, all or those `of` one deployment, its newest one where no run is at work.

    One that cannot be taken is given back to the admins. Raises what OUTSIDE holds.
    """
    for aside in _accepted().filter(**of).order_by("pk"):
        try:
            _take(aside)
        except DecryptionFailed as error:
            _refuse(aside, faults.unreadable("It", error))
        except OUTSIDE:
            raise
        except Exception:  # whatever it is, runs of its deployment must not wait for it for ever
            _refuse(aside, "It can't be read.")


def _accepted() -> QuerySet[AsideState]:
    return AsideState.objects.filter(decision=AsideState.Decision.ACCEPTED, taken_at=None, problem="")


@transaction.atomic
def _take(aside: AsideState) -> None:
    """Meanwhile no run of the deployment is claimed. Raises DecryptionFailed, and whatever else keeps it unread."""
    deployment = Deployment.objects.select_for_update(no_key=True).get(pk=aside.deployment_id)
    runs = deployment.runs.unfinished().select_for_update(no_key=True).values_list("status", flat=True)
    if set(runs) & set(Run.OCCUPYING) or not _accepted().filter(pk=aside.pk).exists():
        return
    if aside.size > settings.RUN_STATE_BYTES:
        _give_back(aside, "It is larger than RUN_STATE_BYTES.")
        return
    newest = StateVersion.objects.filter(deployment=deployment).defer("data").first()
    text, found = _numbered(b"".join(content(aside)), newest)
    version = StateVersion(
        deployment=deployment,
        run=aside.run,
        lineage=found.lineage,
        serial=found.serial,
        resource_count=found.resource_count,
        output_count=found.output_count,
    )
    version.content = text
    version.save()
    results.keep(version, found, _masking(aside.run))
    results.forget_values(deployment.state_id)
    deployment.state, deployment.resource_count = version, found.resource_count
    deployment.save(update_fields=["state", "resource_count"])
    now = timezone.now()
    AsideState.objects.filter(pk=aside.pk).update(taken_at=now)
    audit.record("state.taken", by=aside.decided_by, target=aside, deployment=deployment.ref, serial=found.serial)
    follow_decision(deployment, by=aside.decided_by, now=now)


def _masking(run: Run) -> Callable[[str], str]:
    """Masks the run's secrets in addresses; raises DecryptionFailed, and deployments.redaction.TooManyForms."""
    return Redactor(leaves(run.secrets()) + leaves(run.deployment.secrets())).clean


def _numbered(text: bytes, newest: StateVersion | None) -> tuple[bytes, state_file.StateFile]:
    """The state with the serial after the newest one's, so that Terraform's next state follows it."""
    found, serial = state_file.read(text), newest.serial + 1 if newest else 1
    if found.serial == serial:
        return text, found
    text = state_file.renumbered(text, serial)
    return text, state_file.read(text)


def _refuse(aside: AsideState, problem: str) -> None:
    logger.exception("accepted state not taken", extra={"aside": aside.pk})
    _give_back(aside, problem)


def _give_back(aside: AsideState, problem: str) -> None:
    """Let admins decide again about an accepted state that cannot be taken."""
    AsideState.objects.filter(pk=aside.pk).update(decision="", decided_at=None, decided_by=None, problem=problem)
    audit.record("state.given_back", by=None, target=aside, deployment=aside.deployment.ref, problem=problem)
