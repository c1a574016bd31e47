"""Posting to the ledger: locks, idempotency keys and entries. The public actions are in `billing.services`."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import F

from billing.errors import KeyReused
from billing.models import Account, Entry, Lot, Transfer, Wallet

OF_A_PERSON = [Account.Kind.AWARDED, Account.Kind.PURCHASED, Account.Kind.REVENUE]
SAVE = """
    UPDATE billing_account SET balance = fresh.balance, held = fresh.held, sequence = fresh.sequence
      FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[]) AS fresh(id, balance, held, sequence)
     WHERE billing_account.id = fresh.id"""


@dataclass(frozen=True)
class Line:
    """An entry to be posted: `amount` is signed. A new lot is saved with the entry."""

    account: Account
    amount: int
    lot: Lot | None = None


@dataclass
class Purse:
    """A locked wallet and its accounts by kind. Change the accounts, then `save()`."""

    wallet: Wallet
    accounts: dict[str, Account] = field(default_factory=dict)
    _read: dict[str, tuple] = field(default_factory=dict)

    def add(self, account: Account) -> None:
        self.accounts[account.kind] = account
        self._read[account.kind] = _figures(account)

    def __getitem__(self, kind: str) -> Account:
        return self.accounts[kind]

    def account(self, pk: int) -> Account:
        return next(account for account in self.accounts.values() if account.pk == pk)

    @property
    def posted(self) -> int:
        """The balance of credits in units, held ones included."""
        return self[Account.Kind.AWARDED].balance + self[Account.Kind.PURCHASED].balance

    def save(self) -> None:
        """Save the accounts that changed, and increment the wallet's version."""
        for account in self.changed():
            account.save(update_fields=["balance", "held", "sequence"])
            self._read[account.kind] = _figures(account)
        self.wallet.version += 1
        self.wallet.save(update_fields=["version"])

    def changed(self) -> list[Account]:
        """The accounts that changed since they were read or saved."""
        return [account for kind, account in self.accounts.items() if _figures(account) != self._read[kind]]


def _figures(account: Account) -> tuple[int, int, int]:
    return account.balance, account.held, account.sequence


def save_all(purses: Iterable[Purse]) -> None:
    """Save many purses, each for the last time, with two statements."""
    purses = list(purses)
    changed = [(account.pk, *_figures(account)) for purse in purses for account in purse.changed()]
    with connection.cursor() as cursor:
        cursor.execute(SAVE, [list(column) for column in zip(*changed, strict=True)])
    Wallet.objects.filter(pk__in=[purse.wallet.pk for purse in purses]).update(version=F("version") + 1)


def lock(*owner_ids: int) -> dict[int, Purse]:
    """Lock people's wallets and accounts, in ascending order to avoid deadlocks; creates the missing ones.

    Returns purses by the owner's primary key.
    """
    purses = _locked(set(owner_ids))
    if len(purses) < len(set(owner_ids)):
        open_wallets(owner_ids)
        purses = _locked(set(owner_ids))
    return purses


def _locked(owner_ids: set[int]) -> dict[int, Purse]:
    accounts = (
        Account.objects.select_related("wallet")
        .filter(wallet__owner__in=owner_ids)
        .order_by("wallet_id", "pk")
        .select_for_update(of=("self", "wallet"))
    )
    purses: dict[int, Purse] = {}
    for account in accounts:
        purses.setdefault(account.wallet.owner_id, Purse(account.wallet)).add(account)
    return purses


def open_wallets(owner_ids: Iterable[int]) -> None:
    """Create missing wallets with their accounts. Idempotent, also when another process does the same."""
    ids = sorted(set(owner_ids))
    Wallet.objects.bulk_create([Wallet(owner_id=pk) for pk in ids], ignore_conflicts=True)
    wallets = Wallet.objects.filter(owner__in=ids).order_by("pk")
    accounts = [Account(wallet=wallet, kind=kind) for wallet in wallets for kind in OF_A_PERSON]
    Account.objects.bulk_create(accounts, ignore_conflicts=True)


@cache
def system(kind: str) -> Account:
    """The platform's account of a kind. Cached for the whole process, as it keeps no balance."""
    return Account.objects.get(wallet__isnull=True, kind=kind)


def request_hash(**request: Any) -> str:
    """A digest of a request, to distinguish a repeated request from a different one under the same key."""
    return hashlib.sha256(json.dumps(request, sort_keys=True, default=str).encode()).hexdigest()


def claim(row: Any) -> Any:
    """Insert a transfer or hold under its idempotency key; returns (the row, True), or (the existing row, False).

    Raises KeyReused when the key, or another unique value of the row, belongs to a different request.
    """
    rows = type(row).objects
    rows.bulk_create([row], ignore_conflicts=True)
    pk, ref, request = rows.filter(key=row.key).values_list("pk", "ref", "request_hash").first() or (None, "", "")
    if request != row.request_hash:
        raise KeyReused(row.key)
    if ref != row.ref:
        return rows.get(pk=pk), False
    row.pk, row._state.adding = pk, False
    return row, True


def earlier(transfer: Transfer) -> Transfer | None:
    """The existing transfer under this one's key, if any; raises KeyReused when its request was different."""
    kept = Transfer.objects.filter(key=transfer.key).first()
    if kept and kept.request_hash != transfer.request_hash:
        raise KeyReused(transfer.key)
    return kept


def post(transfer: Transfer, lines: list[Line], *, purse: Purse) -> tuple[Transfer, bool]:
    """Write a transfer and its lines into a locked purse. Idempotent: returns (the existing one, False) if repeated."""
    measure(transfer, lines, purse=purse)
    kept, is_new = claim(transfer)
    if is_new:
        save_new_lots(lines)
        Entry.objects.bulk_create([entry(kept, line) for line in lines])
    return kept, is_new


def measure(transfer: Transfer, lines: list[Line], *, purse: Purse) -> None:
    """Set the transfer's wallet, its changes of Awarded and Purchased, and the balance after it."""
    moved = {kind: sum(line.amount for line in lines if line.account == purse[kind]) for kind in OF_A_PERSON}
    transfer.wallet = purse.wallet
    transfer.awarded, transfer.purchased = moved[Account.Kind.AWARDED], moved[Account.Kind.PURCHASED]
    if transfer.kind != Transfer.Kind.REVENUE:
        transfer.balance_after = purse.posted + transfer.awarded + transfer.purchased


def save_new_lots(lines: list[Line]) -> None:
    if new := [line.lot for line in lines if line.lot and line.lot.pk is None]:
        Lot.objects.bulk_create(new)


def entry(transfer: Transfer, line: Line) -> Entry:
    """The entry of a line. Updates balance and sequence of a person's account, but does not save it."""
    account = line.account
    if account.wallet_id is None:
        return Entry(transfer=transfer, account=account, amount=line.amount)
    account.balance += line.amount
    account.sequence += 1
    return Entry(
        transfer=transfer,
        account=account,
        lot=line.lot,
        amount=line.amount,
        balance_after=account.balance,
        sequence=account.sequence,
    )
