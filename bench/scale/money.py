"""A million movements of credits, consistent to the last unit: `ledger_verify` passes."""

from bench.scale.people import SINCE_MONTHS
from bench.scale.rows import insert, run, value
from bench.scale.size import Size
from billing.models import Allowance, Entry, Hold, HoldLine, Lot, Transfer

MAIN = 1_000_000_000  # units of the two lots that pay for a person's deployments
GRANT = 200_000  # units a month
# The lot that a hold takes from: each third deployment is paid with awarded credits.
HOLDS = """
CREATE TEMP TABLE planned_hold AS
SELECT r.*, r.deployment_id AS centre_id,
       CASE WHEN r.deployment_id % 3 = 0 THEN 'awarded' ELSE 'purchased' END AS kind,
       CASE r.status WHEN 'succeeded' THEN 'captured' WHEN 'applying' THEN 'pending' ELSE 'released' END AS state,
       CASE WHEN r.deployment_id % 3 = 0 THEN 2 ELSE 1 END + 2 * (r.owner_id - 1) AS lot_id
  FROM planned_run r WHERE r.is_paid
"""
# Every transfer with its place in time. The first two of a person are the lots that pay for all.
MOVEMENTS = """
CREATE TEMP TABLE movement AS
SELECT row_number() OVER (ORDER BY at, tie) AS id, m.* FROM (
    SELECT now() - interval '1100 days' AS at, 2 * id AS tie, id AS wallet_id, 'sale' AS kind,
           {main}::bigint AS amount, 'purchased' AS account, 2 * id - 1 AS lot_id, NULL::bigint AS hold_id, '' AS key,
           {main}::bigint / 100 AS paid, NULL::date AS period
      FROM billing_wallet
    UNION ALL
    SELECT now() - interval '1100 days', 2 * id + 1, id, 'award', {main}, 'awarded', 2 * id, NULL, '', 0, NULL
      FROM billing_wallet
    UNION ALL
    SELECT now() - interval '990 days' * (n / ({sales} + 1.0)) - id * interval '1 second', id, id,
           CASE n % 3 WHEN 0 THEN 'sale' WHEN 1 THEN 'goodwill' ELSE 'award' END, 10000 * (1 + n % 7),
           CASE n % 3 WHEN 0 THEN 'purchased' ELSE 'awarded' END,
           2 * {wallets} + (id - 1) * {sales} + n, NULL, '', CASE n % 3 WHEN 0 THEN 100 ELSE 0 END, NULL
      FROM billing_wallet CROSS JOIN generate_series(1, {sales}) n
    UNION ALL
    SELECT month, u.id, u.id, 'grant', {grant}, 'purchased',
           2 * {wallets} + {wallets} * {sales} + (u.id - 1) * {months}
             + row_number() OVER (PARTITION BY u.id ORDER BY month), NULL,
           'grant:' || u.ref || ':' || to_char(month, 'YYYY-MM'), 0, month::date
      FROM accounts_user u CROSS JOIN generate_series(date_trunc('month', now()) - interval '{months} months'
           + interval '1 month', date_trunc('month', now()) - interval '1 month', interval '1 month') month
     WHERE u.is_partner
    UNION ALL
    SELECT at + interval '5 s', 10 * place, owner_id, 'capture', -price, kind, lot_id, place,
           'run:' || ref || ':capture', 0, NULL
      FROM planned_hold WHERE state = 'captured'
    UNION ALL
    SELECT at + interval '5 s', 10 * place + 1, partner_id, 'revenue', price * 70 / 10000, 'revenue', NULL, place,
           'run:' || ref || ':capture:revenue', 0, NULL
      FROM planned_hold WHERE state = 'captured' AND partner_id IS NOT NULL AND kind = 'purchased'
) m
"""
TRANSFERS = """
FROM (SELECT m.*, CASE WHEN account = 'awarded' THEN amount ELSE 0 END AS to_awarded,
             CASE WHEN account = 'purchased' THEN amount ELSE 0 END AS to_purchased,
             sum(CASE WHEN kind = 'revenue' THEN 0 ELSE amount END) OVER (PARTITION BY wallet_id ORDER BY id) AS after
        FROM movement m) m
LEFT JOIN planned_hold h ON h.place = m.hold_id LEFT JOIN billing_costcentre c ON c.id = h.centre_id
ORDER BY m.id
"""
LINES = """
FROM (SELECT m.id, m.lot_id, m.amount, a.id AS account_id,
             sum(m.amount) OVER own AS after, row_number() OVER own AS number
        FROM movement m JOIN billing_account a ON a.wallet_id = m.wallet_id AND a.kind = m.account
      WINDOW own AS (PARTITION BY a.id ORDER BY m.id)
      UNION ALL
      SELECT m.id, NULL, -m.amount, a.id, NULL, NULL FROM movement m JOIN billing_account a ON a.wallet_id IS NULL
         AND a.kind = CASE m.kind WHEN 'capture' THEN 'fees' WHEN 'revenue' THEN 'payouts' ELSE 'issuance' END) e
ORDER BY id
"""
SPENT = """
SELECT lot_id, sum(price) FILTER (WHERE state = 'captured') AS gone, sum(price) FILTER (WHERE state = 'pending') AS held
  FROM planned_hold GROUP BY lot_id
"""
BALANCES = """
UPDATE billing_account a SET balance = s.balance, sequence = s.number, held = coalesce(h.held, 0)
  FROM (SELECT account_id, sum(amount) AS balance, count(*) AS number FROM billing_entry WHERE sequence IS NOT NULL
         GROUP BY account_id) s
  LEFT JOIN (SELECT l.account_id, sum(l.held) AS held FROM billing_lot l GROUP BY l.account_id) h USING (account_id)
 WHERE a.id = s.account_id
"""


def plan(size: Size) -> None:
    run(HOLDS)
    run("ALTER TABLE planned_hold ADD PRIMARY KEY (place); ANALYZE planned_hold")
    of_runs = value("SELECT count(*) + count(*) FILTER (WHERE state <> 'pending') FROM planned_hold")
    wallets = value("SELECT count(*) FROM billing_wallet")
    left = size.movements - of_runs * 4 // 3 - size.partners * SINCE_MONTHS - 2 * wallets
    figures = {
        "main": MAIN,
        "grant": GRANT,
        "months": SINCE_MONTHS,
        "wallets": wallets,
        "sales": max(1, left // wallets),
    }
    run(MOVEMENTS.format(**figures))
    run("ALTER TABLE movement ADD PRIMARY KEY (id); ANALYZE movement")


def fill() -> None:
    """Lots, holds, transfers and entries, and the balances that they come to; in one transaction."""
    _allowance()
    _lots()
    _holds()
    _transfers()
    run("ANALYZE billing_transfer")  # else the triggers read whole tables for each row
    line = {"transfer_id": "id", "account_id": "account_id", "lot_id": "lot_id", "amount": "amount"}
    insert(Entry, line | {"balance_after": "after", "sequence": "number"}, LINES)
    run("ANALYZE billing_entry")
    run(BALANCES)


def _allowance() -> None:
    insert(
        Allowance,
        {"amount": f"{GRANT}", "valid_from": f"(now() - interval '{SINCE_MONTHS + 1} months')::date"},
        "",
    )


def _lots() -> None:
    lot = {
        "id": "m.lot_id",
        "account_id": "a.id",
        "source": "m.kind",
        "amount": "m.amount",
        "remaining": "m.amount - coalesce(s.gone, 0)",
        "held": "coalesce(s.held, 0)",
        "period": "m.period",
        "paid": "m.paid",
        "currency": "CASE WHEN m.paid > 0 THEN 'EUR' ELSE '' END",
        "created_at": "m.at",
    }
    insert(
        Lot,
        lot,
        f"""FROM movement m JOIN billing_account a ON a.wallet_id = m.wallet_id AND a.kind = m.account
            LEFT JOIN ({SPENT}) s ON s.lot_id = m.lot_id
           WHERE m.kind NOT IN ('capture', 'revenue') ORDER BY m.lot_id""",
    )


def _holds() -> None:
    hold = {
        "id": "place",
        "ref": "pg_temp.ref('h', place)",
        "wallet_id": "owner_id",
        "cost_centre_id": "centre_id",
        "run_ref": "ref",
        "key": "'run:' || ref || ':hold'",
        "request_hash": "md5(ref)",
        "by_id": "owner_id",
        "reference": "name || ', run ' || number",
        "amount": "price",
        "state": "state",
        "captured": "CASE state WHEN 'captured' THEN price ELSE 0 END",
        "reason": "CASE state WHEN 'released' THEN 'run failed' ELSE '' END",
        "created_at": "at",
        "finished_at": "CASE WHEN state <> 'pending' THEN at + interval '5 s' END",
    }
    insert(Hold, hold, "FROM planned_hold ORDER BY place")
    insert(HoldLine, {"hold_id": "place", "lot_id": "lot_id", "amount": "price"}, "FROM planned_hold ORDER BY place")


def _transfers() -> None:
    transfer = {
        "id": "m.id",
        "ref": "pg_temp.ref('t', m.id)",
        "wallet_id": "m.wallet_id",
        "kind": "m.kind",
        "key": "CASE m.key WHEN '' THEN 'bench:' || m.id ELSE m.key END",
        "request_hash": "md5(m.id::text)",
        "reason": "CASE WHEN m.key = '' THEN 'Agreed by phone, ticket ' || m.id ELSE '' END",
        "reference": "CASE m.kind WHEN 'grant' THEN 'Monthly grant, ' || to_char(m.at, 'FMMonth YYYY') "
        "WHEN 'revenue' THEN c.module_title WHEN 'capture' THEN h.name || ', run ' || h.number ELSE '' END",
        "awarded": "m.to_awarded",
        "purchased": "m.to_purchased",
        "balance_after": "CASE WHEN m.kind <> 'revenue' THEN m.after END",
        "run_ref": "coalesce(h.ref, '')",
        "cost_centre_id": "c.id",
        "module_title": "coalesce(c.module_title, '')",
        "deployment_ref": "coalesce(c.deployment_ref, '')",
        "partner_id": "c.partner_id",
        "share_percent": "CASE WHEN m.kind = 'revenue' THEN 70 END",
        "charged_amount": "CASE WHEN m.kind = 'revenue' THEN h.price / 100 ELSE 0 END",
        "share_amount": "CASE WHEN m.kind = 'revenue' THEN m.amount ELSE 0 END",
        "currency": "CASE WHEN m.kind = 'revenue' THEN 'EUR' ELSE '' END",
        "created_at": "m.at",
    }
    insert(Transfer, transfer, TRANSFERS)
