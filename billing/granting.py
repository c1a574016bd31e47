"""Monthly grants. Idempotent, and makes up for all months since it last ran."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.conf import settings
from django.db import connection, transaction

from billing import crediting, ledger
from billing.ledger import Line, Purse
from billing.models import Account, Entry, Lot, Transfer
from billing.retry import retry_on_conflict
from foundation.one_at_a_time import alone

BATCH = 500
TASK = "billing.grant_allowances"  # also the name of its heartbeat

# Partners with months that nobody looked at yet, under the allowances of `today`; `after` is the last month that counts
# as done. `due` is every such month that began since a person became a partner, with the newest allowance that was
# valid on its first day: the partner's own, otherwise the default. Months with a transfer under their key were granted.
LEFT = """
  WITH today AS MATERIALIZED (
        SELECT md5(coalesce(string_agg(concat_ws(' ', partner_id, valid_from, amount), ',' ORDER BY id), ''))
               AS allowances, date_trunc('month', %(now)s AT TIME ZONE 'UTC') AS month
          FROM billing_allowance),
       open AS MATERIALIZED (
        SELECT person.id, person.ref, person.email, person.partner_since,
               greatest(date_trunc('month', person.partner_since AT TIME ZONE 'UTC'), done.through) AS after
          FROM accounts_user person CROSS JOIN today
          LEFT JOIN billing_granted done ON done.partner_id = person.id AND done.since = person.partner_since
               AND done.allowances = today.allowances
         WHERE person.is_partner AND person.is_active AND (done.through < today.month) IS NOT FALSE),
       due AS (
        SELECT open.id, open.ref, open.email, month.first::date AS period, allowance.amount
          FROM open CROSS JOIN today
         CROSS JOIN LATERAL generate_series(open.after + interval '1 month', today.month, interval '1 month')
               AS month(first)
         CROSS JOIN LATERAL (
                SELECT amount FROM billing_allowance
                 WHERE (partner_id = open.id OR partner_id IS NULL) AND valid_from <= month.first
                 ORDER BY partner_id IS NULL, valid_from DESC LIMIT 1) AS allowance
         WHERE allowance.amount > 0
           AND (SELECT id FROM billing_transfer
                 WHERE key = 'grant:' || open.ref || ':' || to_char(month.first, 'YYYY-MM')) IS NULL)
"""
DUE = f"""{LEFT}
SELECT * FROM due WHERE id >= %(first)s ORDER BY id, period LIMIT %(limit)s"""  # noqa: S608
DONE = f"""{LEFT}
INSERT INTO billing_granted (partner_id, since, through, allowances)
SELECT open.id, open.partner_since, today.month, today.allowances FROM open CROSS JOIN today
 WHERE NOT EXISTS (SELECT FROM due WHERE due.id = open.id) ORDER BY open.id
    ON CONFLICT (partner_id) DO UPDATE
   SET (since, through, allowances) = (excluded.since, excluded.through, excluded.allowances)"""  # noqa: S608


@dataclass(frozen=True)
class Due:
    """One partner's grant for one month: `amount` units, `period` the first day of the month."""

    partner_id: int
    partner_ref: str
    email: str
    period: date
    amount: int

    @property
    def key(self) -> str:
        return f"grant:{self.partner_ref}:{self.period:%Y-%m}"

    @property
    def request_hash(self) -> str:
        # Without the amount, so that a month is granted once even when the allowance changes in between.
        return ledger.request_hash(partner=self.partner_id, period=self.period)


def due(now: datetime, *, first: int = 0, limit: int | None = None) -> list[Due]:
    """The grants that are due at `now`, by partner and month, of the partners from the id `first` on."""
    with connection.cursor() as cursor:
        cursor.execute(DUE, {"now": now.astimezone(UTC), "first": first, "limit": limit})
        return [Due(*row) for row in cursor.fetchall()]


def ensure_grants(now: datetime, *, batch_size: int = BATCH) -> int:
    """Make all grants that are due at `now`, one transaction per batch; returns the number of grants made."""
    granted = first = 0
    while batch := due(now, first=first, limit=batch_size):
        granted += _grant(batch, now=now)
        first = batch[-1].partner_id
    _remember(now)
    return granted


def _remember(now: datetime) -> None:
    """Note of whom nothing is due at `now`. It is one statement, so what it notes was all true at one moment."""
    with connection.cursor() as cursor:
        cursor.execute(DONE, {"now": now.astimezone(UTC)})


def run(now: datetime) -> int:
    """Make the due grants and expire overdue lots; returns the number of grants made."""
    granted = ensure_grants(now)
    crediting.expire(now)
    return granted


@alone
def tick(now: datetime) -> None:
    """The periodic task; returns at once while another process runs it. `run` by an admin does not take this lock."""
    run(now)


@retry_on_conflict
@transaction.atomic
def _grant(batch: list[Due], *, now: datetime) -> int:
    purses = ledger.lock(*(item.partner_id for item in batch))
    mine = _claimed(batch, purses, now=now)
    lines = {transfer.pk: _lines(item, purses[item.partner_id], now=now) for item, transfer in mine}
    ledger.save_new_lots([line for pair in lines.values() for line in pair])
    Entry.objects.bulk_create([ledger.entry(transfer, line) for _, transfer in mine for line in lines[transfer.pk]])
    if mine:
        ledger.save_all(purses[partner_id] for partner_id in {item.partner_id for item, _ in mine})
    return len(mine)


def _claimed(batch: list[Due], purses: dict[int, Purse], *, now: datetime) -> list[tuple[Due, Transfer]]:
    """The grants of the batch that were not made yet, with their saved transfers."""
    posted = {partner_id: purse.posted for partner_id, purse in purses.items()}
    taken = set(Transfer.objects.filter(key__in=[item.key for item in batch]).values_list("key", flat=True))
    fresh = [item for item in batch if item.key not in taken]
    transfers = []
    for item in fresh:
        posted[item.partner_id] += item.amount
        transfers.append(_transfer(item, purses[item.partner_id], balance_after=posted[item.partner_id], now=now))
    # The wallets are locked, so nobody else can make these grants; the unique keys would reject them.
    return list(zip(fresh, Transfer.objects.bulk_create(transfers), strict=True))


def _transfer(item: Due, purse: Purse, *, balance_after: int, now: datetime) -> Transfer:
    return Transfer(
        wallet=purse.wallet,
        kind=Transfer.Kind.GRANT,
        key=item.key,
        request_hash=item.request_hash,
        reference=f"Monthly grant, {item.period:%B %Y}",
        purchased=item.amount,
        balance_after=balance_after,
        created_at=now,
    )


def _lines(item: Due, purse: Purse, *, now: datetime) -> list[Line]:
    account = purse[Account.Kind.PURCHASED]
    lot = Lot(
        account=account,
        source=Lot.Source.GRANT,
        amount=item.amount,
        remaining=item.amount,
        period=item.period,
        currency=settings.PORTAL_CURRENCY,
        created_at=now,
    )
    return [Line(account, item.amount, lot), Line(ledger.system(Account.Kind.ISSUANCE), -item.amount)]
