"""A partner's revenue: their share of the money paid for the credits that their modules were charged for."""

from fractions import Fraction

from django.conf import settings
from django.db.models import Sum

from billing import ledger
from billing.ledger import Line, Purse
from billing.models import Account, Hold, HoldLine, Transfer


def paid_for(lines: list[HoldLine]) -> Fraction:
    """The money paid for the credits of these lines that were not refunded, in minor units and unrounded."""
    parts = (Fraction(line.amount - line.refunded, line.lot.amount) * line.lot.paid for line in lines)
    return sum(parts, start=Fraction(0))


def settle(hold: Hold, lines: list[HoldLine], *, cause: Transfer, purse: Purse | None) -> Transfer | None:
    """Post the difference between the partner's revenue from this hold and the share that its lines now amount to.

    Returns None when there is none, as when the hold earns nothing. The share is computed on the whole
    hold and rounded once, so that a full refund takes back exactly what the partner got.
    """
    if purse is None or not hold.earns:
        return None
    charged = paid_for(lines)
    share = charged * Fraction(hold.cost_centre.share_percent) / 100
    before = _so_far(hold)
    gain = rounded(share) - before["share"]
    if gain == 0:
        return None
    transfer = _transfer(hold, cause=cause, charged=rounded(charged) - before["charged"], gain=gain)
    payable = Line(ledger.system(Account.Kind.PAYOUTS), -gain)
    transfer, _ = ledger.post(transfer, [Line(purse[Account.Kind.REVENUE], gain), payable], purse=purse)
    purse.save()
    return transfer


def _so_far(hold: Hold) -> dict[str, int]:
    made = Transfer.objects.filter(kind=Transfer.Kind.REVENUE, run_ref=hold.run_ref)
    return made.aggregate(share=Sum("share_amount", default=0), charged=Sum("charged_amount", default=0))


def _transfer(hold: Hold, *, cause: Transfer, charged: int, gain: int) -> Transfer:
    return Transfer(
        kind=Transfer.Kind.REVENUE,
        key=f"{cause.key}:revenue",
        request_hash=ledger.request_hash(hold=hold.pk, cause=cause.pk, gain=gain),
        by_id=cause.by_id,
        reference=cause.module_title,
        reverses=cause.reverses and Transfer.objects.filter(key=f"{cause.reverses.key}:revenue").first(),
        run_ref=hold.run_ref,
        cost_centre=hold.cost_centre,
        module_title=cause.module_title,
        deployment_ref=cause.deployment_ref,
        partner_id=cause.partner_id,
        share_percent=hold.cost_centre.share_percent,
        charged_amount=charged,
        share_amount=gain,
        currency=settings.PORTAL_CURRENCY,
        created_at=cause.created_at,
    )


def rounded(amount: Fraction) -> int:
    """The nearest integer, halves away from zero; the only rounding of money."""
    doubled = abs(amount) * 2 + 1
    whole = int(doubled // 2)
    return whole if amount >= 0 else -whole
