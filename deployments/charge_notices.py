"""E-mails about credits that are charged soon, as nobody ran again a deployment whose run had failed."""

from datetime import datetime, timedelta

from django.db import transaction

from billing import reservation
from billing.models import Hold
from foundation import outbox
from foundation.credits import amount
from foundation.one_at_a_time import alone
from foundation.times import dated

BATCH = 500
AHEAD = timedelta(days=2)
SUBJECT = 200  # the outbox's limit, in characters


@alone
def tell(now: datetime) -> None:
    """Send the e-mails about holds that are charged within AHEAD, at most BATCH; there is one for each hold."""
    near = Hold.objects.due(now + AHEAD).filter(due_at__gt=now, warned_at__isnull=True)
    for hold_id in list(near.values_list("pk", flat=True)[:BATCH]):
        _tell_of(hold_id, now=now)


@transaction.atomic
def _tell_of(hold_id: int, *, now: datetime) -> None:
    """Mark one hold, and write its e-mail in the same transaction; nothing if it was settled in the meantime."""
    if not Hold.objects.pending().filter(pk=hold_id, warned_at__isnull=True).update(warned_at=now):
        return
    hold = Hold.objects.select_related("cost_centre__deployment__owner").get(pk=hold_id)
    deployment = hold.cost_centre.deployment
    if not deployment.owner.is_active:
        return
    outbox.post(
        key=f"charge-is-near:{hold.ref}",
        to=deployment.owner.email,
        subject=f"{amount(hold.amount)} for {deployment.name}: charged on {hold.due_at:%-d %b}"[:SUBJECT],
        text=text(hold, url=outbox.link(deployment.get_absolute_url()), now=now),
        why="credits are reserved for your deployment",
        stop="There is one e-mail for each reservation.",
    )


def text(hold: Hold, *, url: str, now: datetime) -> str:
    return NEAR.format(
        name=hold.cost_centre.deployment_name,
        until=reservation.until(hold),
        charged=reservation.charged(hold, now=now, shown=dated),
        url=url,
    )


NEAR = """A run of {name} failed and left resources, which still exist.

{until}
{charged}

{url}"""
