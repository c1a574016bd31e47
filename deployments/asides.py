"""What people do with states that were put aside: admins accept or dismiss one, the owner downloads it."""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from billing.retry import retry_on_conflict
from deployments.errors import Refused
from deployments.models import AsideState, Deployment
from deployments.runs.ending import follow_decision
from foundation import audit

WAITS = "It becomes the newest state within a minute, once no run works on the deployment."


def accept(aside: AsideState, *, by: User) -> None:
    """Let a worker make this state the deployment's newest one; it needs no reading here. Raises Refused."""
    if not aside.size:
        raise Refused("Nothing was left of this state, so it can't be accepted. Nothing was changed.")
    _decide(aside, AsideState.Decision.ACCEPTED, by=by)


def dismiss(aside: AsideState, *, by: User) -> None:
    """Go on without this state: its resources no longer keep the deployment from ending. Raises Refused."""
    _decide(aside, AsideState.Decision.DISMISSED, by=by)


@retry_on_conflict
@transaction.atomic
def _decide(aside: AsideState, decision: AsideState.Decision, *, by: User) -> None:
    """Idempotency by the row: of two decisions at once the first one counts.

    A dismissed state exists no more for the deployment, whose hold is settled at once.
    """
    deployment = Deployment.objects.select_for_update(of=("self",), no_key=True).get(pk=aside.deployment_id)
    undecided, now = AsideState.objects.undecided().filter(pk=aside.pk), timezone.now()
    if not undecided.update(decision=decision, decided_by=by, decided_at=now, problem=""):
        raise Refused("Somebody has decided about this state already. Nothing was changed.")
    audit.record(
        f"state.{decision}", by=by, target=aside, deployment=deployment.ref, reason=aside.reason, size=aside.size
    )
    follow_decision(deployment, by=by, now=now)
