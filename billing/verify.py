"""Checks that the ledger is consistent. Each query returns the rows that break its rule."""

from dataclasses import dataclass
from typing import Any

from django.db import connection

CHECKS = {
    "all entries sum to zero": """
        SELECT 'the ledger', sum(amount) FROM billing_entry HAVING sum(amount) <> 0""",
    "a transfer has two lines or more, which sum to zero": """
        SELECT t.ref, count(e.id), coalesce(sum(e.amount), 0) FROM billing_transfer t
          LEFT JOIN billing_entry e ON e.transfer_id = t.id
         GROUP BY t.id HAVING count(e.id) < 2 OR sum(e.amount) <> 0""",
    "an account's balance is the sum of its entries": """
        SELECT a.id, a.kind, a.balance, coalesce(sum(e.amount), 0) FROM billing_account a
          LEFT JOIN billing_entry e ON e.account_id = a.id
         WHERE a.wallet_id IS NOT NULL GROUP BY a.id HAVING a.balance <> coalesce(sum(e.amount), 0)""",
    "an account's entries are numbered without a gap": """
        SELECT a.id, a.kind, a.sequence, count(e.id), max(e.sequence) FROM billing_account a
          LEFT JOIN billing_entry e ON e.account_id = a.id
         WHERE a.wallet_id IS NOT NULL
         GROUP BY a.id HAVING a.sequence <> count(e.id) OR a.sequence <> coalesce(max(e.sequence), 0)""",
    "an entry's balance is the sum up to it": """
        SELECT id, account_id, balance_after, running FROM (
            SELECT id, account_id, balance_after,
                   sum(amount) OVER (PARTITION BY account_id ORDER BY sequence) AS running
              FROM billing_entry WHERE sequence IS NOT NULL) entries
         WHERE balance_after IS DISTINCT FROM running""",
    "a system account keeps no balance": """
        SELECT a.id, a.kind FROM billing_account a JOIN billing_entry e ON e.account_id = a.id
         WHERE a.wallet_id IS NULL AND (e.sequence IS NOT NULL OR e.balance_after IS NOT NULL)""",
    "a lot's rest is the sum of its entries, which are in its account": """
        SELECT l.id, l.remaining, coalesce(sum(e.amount), 0) FROM billing_lot l
          LEFT JOIN billing_entry e ON e.lot_id = l.id
         GROUP BY l.id
        HAVING l.remaining <> coalesce(sum(e.amount), 0) OR count(*) FILTER (WHERE e.account_id <> l.account_id) > 0""",
    "the lots of an account are its balance": """
        SELECT a.id, a.kind, a.balance, a.held, sum(l.remaining), sum(l.held) FROM billing_account a
          LEFT JOIN billing_lot l ON l.account_id = a.id
         WHERE a.kind IN ('awarded', 'purchased')
         GROUP BY a.id HAVING a.balance <> coalesce(sum(l.remaining), 0) OR a.held <> coalesce(sum(l.held), 0)""",
    "what is reserved of a lot is what pending holds reserve of it": """
        SELECT l.id, l.held, coalesce(sum(h.amount), 0) FROM billing_lot l LEFT JOIN (
            SELECT line.lot_id, line.amount FROM billing_holdline line
              JOIN billing_hold hold ON hold.id = line.hold_id AND hold.state = 'pending') h ON h.lot_id = l.id
         GROUP BY l.id HAVING l.held <> coalesce(sum(h.amount), 0)""",
    "a hold is the sum of its lines": """
        SELECT h.ref, h.amount, coalesce(sum(l.amount), 0), h.refunded, coalesce(sum(l.refunded), 0)
          FROM billing_hold h LEFT JOIN billing_holdline l ON l.hold_id = h.id
         GROUP BY h.id HAVING h.amount <> coalesce(sum(l.amount), 0) OR h.refunded <> coalesce(sum(l.refunded), 0)""",
    "a hold's state, charge and refunds are those of its transfers": """
        SELECT h.ref, h.state, h.captured, h.refunded, t.captured, t.refunded FROM billing_hold h
         CROSS JOIN LATERAL (
            SELECT coalesce(-sum(awarded + purchased) FILTER (WHERE kind = 'capture'), 0) AS captured,
                   coalesce(sum(awarded + purchased) FILTER (WHERE kind = 'refund'), 0) AS refunded
              FROM billing_transfer WHERE cost_centre_id = h.cost_centre_id AND run_ref = h.run_ref) t
         WHERE h.captured <> t.captured OR h.refunded <> t.refunded
            OR h.captured <> CASE h.state WHEN 'captured' THEN h.amount ELSE 0 END""",
    "a deployment is charged once: what is reserved or charged for it is one hold": """
        SELECT c.deployment_ref, count(*) FROM billing_hold h JOIN billing_costcentre c ON c.id = h.cost_centre_id
         WHERE h.state <> 'released' GROUP BY c.id HAVING count(*) > 1""",
    "a hold is pending until its end, and stays with its deployment until it is charged at the latest": """
        SELECT ref, state, finished_at, due_at, destroy_by FROM billing_hold
         WHERE (state = 'pending') <> (finished_at IS NULL) OR (due_at IS NULL) <> (destroy_by IS NULL)
            OR destroy_by > due_at""",
    "what was charged by time or by a late destroy earns nothing": """
        SELECT h.ref, t.ref, t.share_amount FROM billing_hold h
          JOIN billing_transfer t ON t.kind = 'revenue' AND t.run_ref = h.run_ref
         WHERE NOT h.earns""",
    "a transfer's copies are what its entries say": """
        SELECT t.ref, t.awarded, t.purchased, t.share_amount, e.awarded, e.purchased, e.revenue FROM billing_transfer t
         CROSS JOIN LATERAL (
            SELECT coalesce(sum(e.amount) FILTER (WHERE a.kind = 'awarded'), 0) AS awarded,
                   coalesce(sum(e.amount) FILTER (WHERE a.kind = 'purchased'), 0) AS purchased,
                   coalesce(sum(e.amount) FILTER (WHERE a.kind = 'revenue'), 0) AS revenue,
                   count(*) FILTER (WHERE a.wallet_id <> t.wallet_id) AS strangers
              FROM billing_entry e JOIN billing_account a ON a.id = e.account_id WHERE e.transfer_id = t.id) e
         WHERE (t.awarded, t.purchased, t.share_amount) <> (e.awarded, e.purchased, e.revenue) OR e.strangers > 0""",
    "a transfer's balance is the sum up to it": """
        SELECT ref, balance_after, running FROM (
            SELECT ref, balance_after, sum(awarded + purchased) OVER (PARTITION BY wallet_id ORDER BY id) AS running
              FROM billing_transfer WHERE kind <> 'revenue') transfers
         WHERE balance_after IS DISTINCT FROM running""",
}


@dataclass(frozen=True)
class Fault:
    """A broken rule, with the row that breaks it."""

    rule: str
    row: tuple


def faults() -> list[Fault]:
    """All faulty rows of the ledger; empty when it is consistent."""
    with connection.cursor() as cursor:
        return [Fault(rule, row) for rule, query in CHECKS.items() for row in _rows(cursor, query)]


def _rows(cursor: Any, query: str) -> list[tuple]:
    cursor.execute(query)
    return cursor.fetchall()
