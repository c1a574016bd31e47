"""Refunds captured credits to the lots that they came from."""

from datetime import datetime, timedelta
from fractions import Fraction

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from billing import ledger, revenue
from billing.errors import BadAdjustment, OwnBalance, RefundTooLarge
from billing.holds import lines_of, lock_hold
from billing.ledger import Line
from billing.models import Account, Hold, HoldLine, Lot, Transfer
from billing.retry import retry_on_conflict
from billing.revenue import rounded
from foundation import audit
from foundation.credits import written

REPLACEMENT_LIFE = timedelta(days=30)  # of refunded credits whose lot has expired


@retry_on_conflict
@transaction.atomic
def refund(
    hold: Hold, *, reason: str, by: User, nonce: str, amount: int | None = None, now: datetime | None = None
) -> Transfer:
    """Refund `amount` units of a captured hold, by default all that is left; the lot spent last comes first.

    Adjusts the partner's revenue. Idempotent under `nonce`. Raises OwnBalance, BadAdjustment without a reason,
    RefundTooLarge, KeyReused.
    """
    now = now or timezone.now()
    purse, partner_purse = lock_hold(hold)
    if by and by.pk == purse.wallet.owner_id:
        raise OwnBalance
    if not reason.strip():
        raise BadAdjustment("Enter a reason. No credits were refunded.")
    transfer = _transfer(hold, amount=amount, reason=reason, by=by, nonce=nonce, now=now)
    if earlier := ledger.earlier(transfer):
        return earlier
    lines = lines_of(hold)
    parts = _parts(hold, lines, amount)
    credits = [_line(purse, line, part, now=now) for line, part in parts]
    total = sum(part for _, part in parts)
    transfer, _ = ledger.post(transfer, [*credits, Line(ledger.system(Account.Kind.FEES), -total)], purse=purse)
    _give_back(hold, parts, total)
    purse.save()
    revenue.settle(hold, lines, cause=transfer, purse=partner_purse)
    audit.record("credits.refunded", by=by, target=transfer, units=total, run=hold.run_ref)
    return transfer


def _transfer(hold: Hold, *, amount: int | None, reason: str, by: User, nonce: str, now: datetime) -> Transfer:
    captured = Transfer.objects.filter(key=f"run:{hold.run_ref}:capture").first()
    return Transfer(
        kind=Transfer.Kind.REFUND,
        key=f"refund:{nonce}",
        request_hash=ledger.request_hash(hold=hold.pk, amount=amount, reason=reason),
        by=by,
        reason=reason.strip(),
        reference=hold.reference,
        reverses=captured,
        run_ref=hold.run_ref,
        cost_centre=hold.cost_centre,
        module_title=hold.cost_centre.module_title,
        deployment_ref=hold.cost_centre.deployment_ref,
        partner_id=hold.cost_centre.partner_id,
        created_at=now,
    )


def _parts(hold: Hold, lines: list[HoldLine], amount: int | None) -> list[tuple[HoldLine, int]]:
    """The units to refund to each line, the last line first; raises RefundTooLarge."""
    left = hold.captured - hold.refunded
    missing = left if amount is None else amount
    if not 0 < missing <= left:
        raise RefundTooLarge(f"At most {written(left)} credits can be refunded. No credits were refunded.")
    parts = []
    for line in reversed(lines):
        part = min(missing, line.amount - line.refunded)
        if part:
            parts.append((line, part))
        missing -= part
    return parts


def _line(purse: ledger.Purse, line: HoldLine, part: int, *, now: datetime) -> Line:
    lot, account = line.lot, purse.account(line.lot.account_id)
    if lot.expires_at is None or lot.expires_at > now:
        lot.remaining += part
        return Line(account, part, lot)
    paid = rounded(Fraction(part, lot.amount) * lot.paid)
    replacement = Lot(
        account=account,
        source=Lot.Source.REFUND,
        amount=part,
        remaining=part,
        expires_at=now + REPLACEMENT_LIFE,
        paid=paid,
        currency=lot.currency if paid else "",
        created_at=now,
    )
    return Line(account, part, replacement)


def _give_back(hold: Hold, parts: list[tuple[HoldLine, int]], total: int) -> None:
    for line, part in parts:
        line.refunded += part
    HoldLine.objects.bulk_update([line for line, _ in parts], ["refunded"])
    Lot.objects.bulk_update([line.lot for line, _ in parts], ["remaining"])
    hold.refunded += total
    hold.save(update_fields=["refunded"])
