"""Holds: credits are reserved for a deployment, then captured or released. When is decided by who asks for it."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from billing import ledger, revenue
from billing.errors import HoldIsOver, NotEnoughCredits
from billing.ledger import Line, Purse
from billing.models import Account, CostCentre, Hold, HoldLine, Lot, Transfer
from billing.retry import retry_on_conflict


@retry_on_conflict
@transaction.atomic
def hold(
    user: User,
    *,
    amount: int,
    key: str,
    run: str,
    cost_centre: CostCentre,
    by: User,
    explain: str = "",
    purchased_only: bool = False,
    now: datetime | None = None,
) -> Hold:
    """Hold `amount` units (above 0) for the deployment of `cost_centre`; `explain` tells people what they are for.

    `run` is the ref of the run that asks for it. Idempotent under `key`. Raises NotEnoughCredits, and
    KeyReused when the key was used for a different request, or the deployment has a charge already.
    """
    if amount <= 0:
        raise ValueError("A hold reserves something; what costs nothing needs no hold.")
    now = now or timezone.now()
    purse = ledger.lock(user.pk)[user.pk]
    request = ledger.request_hash(
        user=user.pk, amount=amount, run=run, cost_centre=cost_centre.pk, purchased_only=purchased_only
    )
    reserved, is_new = ledger.claim(
        Hold(
            wallet=purse.wallet,
            cost_centre=cost_centre,
            run_ref=run,
            key=key,
            request_hash=request,
            by=by,
            reference=explain,
            amount=amount,
            created_at=now,
        )
    )
    if is_new:
        _reserve(reserved, purse, purchased_only=purchased_only, now=now)
    return reserved


def _reserve(hold: Hold, purse: Purse, *, purchased_only: bool, now: datetime) -> None:
    kinds = [Account.Kind.PURCHASED] if purchased_only else [Account.Kind.AWARDED, Account.Kind.PURCHASED]
    lots = list(
        Lot.objects.filter(account__in=[purse[kind] for kind in kinds])
        .with_credits(now)
        .in_spend_order()
        .select_for_update(of=("self",))
    )
    available = sum(lot.remaining - lot.held for lot in lots)
    if available < hold.amount:
        raise NotEnoughCredits(needed=hold.amount, available=available, purchased_only=purchased_only)
    lines = _chosen(hold, lots)
    for line in lines:
        line.lot.held += line.amount
        purse.account(line.lot.account_id).held += line.amount
    HoldLine.objects.bulk_create(lines)
    save_lots(lines)
    purse.save()


def _chosen(hold: Hold, lots: list[Lot]) -> list[HoldLine]:
    lines, missing = [], hold.amount
    for lot in lots:
        if missing == 0:
            break
        part = min(missing, lot.remaining - lot.held)
        lines.append(HoldLine(hold=hold, lot=lot, amount=part))
        missing -= part
    return lines


def save_lots(lines: list[HoldLine]) -> None:
    for line in lines:  # usually one or two, for which a bulk update is slower
        line.lot.save(update_fields=["remaining", "held"])


@retry_on_conflict
@transaction.atomic
def capture(
    hold: Hold, *, by: User | None = None, reason: str = "", earns: bool = True, now: datetime | None = None
) -> Transfer:
    """Charge the held credits, in spend order, and credit the partner with their share of the money paid for them.

    `reason` tells people why, unless a run succeeded; without `earns` the partner gets nothing, now or later.
    Idempotent: a second call returns the first transfer. Raises HoldIsOver when the hold was released.
    """
    now = now or timezone.now()
    purse, partner_purse = lock_hold(hold)
    if hold.state == Hold.State.RELEASED:
        raise HoldIsOver(f"The credits reserved for {hold.reference or hold.run_ref} were returned already.")
    transfer = _capture_of(hold, by=by, reason=reason, now=now)
    if hold.state == Hold.State.CAPTURED:
        return ledger.earlier(transfer)
    hold.earns, hold.reason = earns, reason
    lines = lines_of(hold)
    charges = [Line(purse.account(line.lot.account_id), -line.amount, line.lot) for line in lines]
    fees = Line(ledger.system(Account.Kind.FEES), hold.amount)
    transfer, _ = ledger.post(transfer, [*charges, fees], purse=purse)
    _spend(hold, lines, purse, now=now)
    revenue.settle(hold, lines, cause=transfer, purse=partner_purse)
    return transfer


def lock_hold(hold: Hold) -> tuple[Purse, Purse | None]:
    """Lock the purses of payer and partner, and refresh `hold` under the lock. None for no partner, or the payer."""
    payer, partner = hold.wallet.owner_id, hold.cost_centre.partner_id
    purses = ledger.lock(*{payer, partner} - {None})
    hold.refresh_from_db(fields=["state", "captured", "refunded", "earns", "finished_at"])
    return purses[payer], purses[partner] if partner not in (None, payer) else None


def _capture_of(hold: Hold, *, by: User | None, reason: str, now: datetime) -> Transfer:
    centre = hold.cost_centre
    return Transfer(
        kind=Transfer.Kind.CAPTURE,
        key=f"run:{hold.run_ref}:capture",
        request_hash=ledger.request_hash(hold=hold.pk, amount=hold.amount),
        by=by,
        reason=reason,
        reference=hold.reference,
        run_ref=hold.run_ref,
        cost_centre=centre,
        module_title=centre.module_title,
        deployment_ref=centre.deployment_ref,
        partner_id=centre.partner_id,
        created_at=now,
    )


def lines_of(hold: Hold) -> list[HoldLine]:
    """The lines of a hold in spend order, with their lots locked."""
    return list(hold.lines.select_related("lot").select_for_update(of=("lot",)).order_by("pk"))


def _spend(hold: Hold, lines: list[HoldLine], purse: Purse, *, now: datetime) -> None:
    for line in lines:
        line.lot.held -= line.amount
        line.lot.remaining -= line.amount
        purse.account(line.lot.account_id).held -= line.amount
    save_lots(lines)
    purse.save()
    hold.state, hold.captured, hold.finished_at = Hold.State.CAPTURED, hold.amount, now
    hold.save(update_fields=["state", "captured", "earns", "reason", "finished_at"])


@transaction.atomic
def keep(hold: Hold, *, due_at: datetime, destroy_by: datetime) -> bool:
    """Leave a pending hold with its deployment; False, and nothing changes, when it stays there already."""
    times = {"due_at": due_at, "destroy_by": min(destroy_by, due_at)}
    return bool(Hold.objects.pending().filter(pk=hold.pk, due_at__isnull=True).update(**times))


@retry_on_conflict
@transaction.atomic
def release(hold: Hold, *, by: User | None = None, reason: str = "", now: datetime | None = None) -> Hold:
    """Release the held credits without a charge. Idempotent; raises HoldIsOver when the hold was captured."""
    now = now or timezone.now()
    purse, _ = lock_hold(hold)
    if hold.state == Hold.State.CAPTURED:
        raise HoldIsOver(f"The credits reserved for {hold.reference or hold.run_ref} were charged already.")
    if hold.state == Hold.State.RELEASED:
        return hold
    lines = lines_of(hold)
    for line in lines:
        line.lot.held -= line.amount
        purse.account(line.lot.account_id).held -= line.amount
    save_lots(lines)
    purse.save()
    hold.state, hold.finished_at, hold.reason = Hold.State.RELEASED, now, reason
    hold.save(update_fields=["state", "finished_at", "reason"])
    return hold
