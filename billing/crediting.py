"""Adds credits on behalf of an admin, and expires lots."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from billing import ledger
from billing.errors import BadAdjustment, OwnBalance, WalletMoved
from billing.ledger import Line
from billing.models import Account, Lot, Transfer
from billing.retry import retry_on_conflict
from foundation import audit

# Credits that an admin sells are Purchased; those that an admin gives away are Awarded, and earn a partner nothing.
ACCOUNT: dict[str, str] = {
    Lot.Source.SALE: Account.Kind.PURCHASED,
    Lot.Source.GOODWILL: Account.Kind.AWARDED,
    Lot.Source.AWARD: Account.Kind.AWARDED,
}


@retry_on_conflict
@transaction.atomic
def add_credits(
    wallet_owner: User,
    *,
    amount: int,
    source: str,
    reason: str,
    by: User,
    nonce: str,
    wallet_version: int,
    paid: int = 0,
    expires_at: datetime | None = None,
    now: datetime | None = None,
) -> Transfer:
    """Add `amount` units as a sale (with the money `paid`, in minor units), goodwill or award; a reason is required.

    `nonce`, which the form carries, makes the call idempotent: a second one returns the first transfer.
    `wallet_version` is that of the form. Raises OwnBalance, BadAdjustment, KeyReused, and WalletMoved when the wallet
    changed since.
    """
    _check(wallet_owner, amount=amount, source=source, paid=paid, reason=reason, by=by)
    now = now or timezone.now()
    purse = ledger.lock(wallet_owner.pk)[wallet_owner.pk]
    request = ledger.request_hash(
        owner=wallet_owner.pk, amount=amount, source=source, paid=paid, reason=reason, by=by.pk, expires_at=expires_at
    )
    transfer = Transfer(
        kind=source, key=_key(nonce), request_hash=request, by=by, reason=reason.strip(), created_at=now
    )
    if earlier := ledger.earlier(transfer):
        return earlier
    if purse.wallet.version != wallet_version:
        raise WalletMoved
    lot = _lot(purse[ACCOUNT[source]], source=source, amount=amount, paid=paid, expires_at=expires_at, now=now)
    issued = Line(ledger.system(Account.Kind.ISSUANCE), -amount)
    transfer, _ = ledger.post(transfer, [Line(lot.account, amount, lot), issued], purse=purse)
    purse.save()
    audit.record("credits.added", by=by, target=transfer, to=wallet_owner.email, units=amount, source=source, paid=paid)
    return transfer


def added(nonce: str) -> Transfer | None:
    """The transfer that the form with this nonce made."""
    return Transfer.objects.filter(key=_key(nonce)).first()


def _key(nonce: str) -> str:
    return f"admin:{nonce}"


def _lot(account: Account, *, source: str, amount: int, paid: int, expires_at: datetime | None, now: datetime) -> Lot:
    return Lot(
        account=account,
        source=source,
        amount=amount,
        remaining=amount,
        expires_at=expires_at,
        paid=paid,
        currency=settings.PORTAL_CURRENCY if paid else "",
        created_at=now,
    )


def _check(owner: User, *, amount: int, source: str, paid: int, reason: str, by: User) -> None:
    if by.pk == owner.pk:
        raise OwnBalance
    if source not in ACCOUNT:
        raise BadAdjustment("Choose sale, goodwill or award. No credits were added.")
    if amount <= 0:
        raise BadAdjustment("Enter more than 0 credits. No credits were added.")
    if not reason.strip():
        raise BadAdjustment("Enter a reason. No credits were added.")
    if (source == Lot.Source.SALE) != (paid > 0):
        raise BadAdjustment(
            "Enter what was paid for a sale, and nothing for goodwill or an award. No credits were added."
        )


def expire(now: datetime) -> int:
    """Expire the rest of overdue lots, except those with held credits. Returns the number of lots; idempotent."""
    overdue = Lot.objects.to_expire(now).values_list("pk", "account__wallet__owner")
    return sum(_expire_lot(pk, owner=owner, now=now) for pk, owner in overdue)


@retry_on_conflict
@transaction.atomic
def _expire_lot(pk: int, *, owner: int, now: datetime) -> bool:
    purse = ledger.lock(owner)[owner]
    lot = Lot.objects.to_expire(now).select_for_update().filter(pk=pk).first()
    if lot is None:
        return False
    transfer = Transfer(
        kind=Transfer.Kind.EXPIRY,
        key=f"expire:{lot.pk}",
        request_hash=ledger.request_hash(lot=lot.pk, amount=lot.remaining),
        reference=f"{lot.get_source_display()} of {lot.created_at:%-d %b %Y}",
        created_at=now,
    )
    lines = [
        Line(purse.account(lot.account_id), -lot.remaining, lot),
        Line(ledger.system(Account.Kind.BREAKAGE), lot.remaining),
    ]
    ledger.post(transfer, lines, purse=purse)
    lot.remaining = 0
    lot.save(update_fields=["remaining"])
    purse.save()
    return True
