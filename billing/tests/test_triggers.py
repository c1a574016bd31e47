"""PostgreSQL refuses by itself, and even the role that owns the tables: everything here is raw SQL."""

import pytest
from django.db import DatabaseError, connection, transaction

from billing import services, verify
from billing.models import Entry, Lot, Transfer, Wallet
from billing.tests.money import NOON, bank, credits, give, hold_for

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("owner")]


def run(sql, *parameters):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, *parameters)
        return cursor.fetchone() if cursor.description else None


@pytest.fixture
def transfer(carol):
    made = give(carol, 10)
    run("SET CONSTRAINTS ALL IMMEDIATE")  # a row with pending checks cannot be truncated, for another reason than ours
    run("SET CONSTRAINTS ALL DEFERRED")
    return made


@pytest.mark.parametrize("table", ["billing_transfer", "billing_entry"])
@pytest.mark.parametrize(
    ("statement", "refusal"),
    [
        ("UPDATE {} SET id = id", "Cannot update"),
        ("DELETE FROM {}", "Cannot update or delete|Cannot delete"),
        ("TRUNCATE {} CASCADE", "append-only"),
    ],
)
def test_journal_is_append_only(transfer, table, statement, refusal):
    with pytest.raises(DatabaseError, match=refusal):
        run(statement.format(table))
    assert (Transfer.objects.count(), Entry.objects.count()) == (1, 2)


@pytest.mark.parametrize(
    ("sql", "constraint"),
    [
        ("UPDATE billing_account SET balance = -1 WHERE wallet_id IS NOT NULL", "account_never_below_zero"),
        ("UPDATE billing_account SET held = balance + 1 WHERE wallet_id IS NOT NULL", "account_never_below_zero"),
        ("UPDATE billing_account SET balance = 1 WHERE wallet_id IS NULL", "system_account_keeps_no_balance"),
        ("UPDATE billing_lot SET remaining = amount + 1", "lot_spends_what_it_has"),
        ("UPDATE billing_lot SET held = remaining + 1", "lot_spends_what_it_has"),
        ("UPDATE billing_lot SET paid = 5", "Cannot update"),
        ("DELETE FROM billing_lot", "Cannot delete"),
    ],
)
def test_figures_stay_within_what_there_is(transfer, sql, constraint):
    with pytest.raises(DatabaseError, match=constraint):
        run(sql)


def test_verify_names_the_row_that_is_off(transfer):
    assert verify.faults() == []
    run("UPDATE billing_lot SET remaining = remaining - 1")
    lot = Lot.objects.get()
    assert [(fault.rule, fault.row[0]) for fault in verify.faults()] == [
        ("a lot's rest is the sum of its entries, which are in its account", lot.pk),
        ("the lots of an account are its balance", lot.account_id),
    ]
    run("UPDATE billing_lot SET remaining = remaining + 1")  # a trigger would refuse it at the end


@pytest.mark.parametrize("change", ["balance = balance - 1", "sequence = sequence + 1"])
def test_a_balance_was_changed_without_an_entry(transfer, change):
    with pytest.raises(DatabaseError, match="is not what its newest entry and its lots say"):
        run(f"UPDATE billing_account SET {change} WHERE kind = 'awarded'; SET CONSTRAINTS ALL IMMEDIATE")


def test_an_account_never_starts_with_a_balance(carol):
    wallet = Wallet.objects.create(owner=carol).pk
    sql = "INSERT INTO billing_account (wallet_id, kind, balance, held, sequence) VALUES (%s, 'revenue', 5, 0, 0)"
    with pytest.raises(DatabaseError, match="is not what its newest entry and its lots say: 5 0 0"):
        run(f"{sql}; SET CONSTRAINTS ALL IMMEDIATE", [wallet])


@pytest.fixture
def settled(carol):
    """A hold of 4 credits of carol that was charged, and its line."""
    give(carol, 10)
    hold = hold_for(carol, 4)
    services.capture(hold, now=NOON)
    return hold


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("amount = amount + 1", "amount"),
        ("state = 'pending'", "state"),
        ("captured = 0", "captured"),
        ("earns = false", "earns"),
        ("reason = 'because', finished_at = now()", "reason, finished_at"),
        ("refunded = -1", "refunded"),
    ],
)
def test_a_settled_hold_was_changed(settled, change, what):
    with pytest.raises(DatabaseError, match=f"billing_hold {settled.pk} stays as it is: {what} changed"):
        run(f"UPDATE billing_hold SET {change}")


@pytest.mark.parametrize("change", ["amount = amount + 1", "refunded = -1", "lot_id = lot_id + 1"])
def test_a_line_of_a_hold_was_changed(settled, change):
    with pytest.raises(DatabaseError, match="billing_holdline .* stays as it is"):
        run(f"UPDATE billing_holdline SET {change}")


@pytest.mark.parametrize("table", ["billing_hold", "billing_holdline"])
def test_the_refund_of_a_hold_only_grows(settled, table):
    services.refund(settled, reason="too slow", by=bank(), nonce="once", amount=credits(2), now=NOON)
    with pytest.raises(DatabaseError, match="refunded changed"):
        run(f"UPDATE {table} SET refunded = 1")


@pytest.mark.parametrize("table", ["billing_hold", "billing_holdline", "billing_account"])
def test_nothing_of_the_ledger_is_deleted(settled, table):
    with pytest.raises(DatabaseError, match="Cannot delete|Cannot update or delete"):
        run(f"DELETE FROM {table}")


def test_a_pending_hold_may_change(carol):
    give(carol, 10)
    hold = hold_for(carol, 4)
    run("UPDATE billing_hold SET reason = 'kept'")
    hold.refresh_from_db()
    assert (hold.state, hold.reason) == ("pending", "kept")


def test_a_migration_may_change_what_nobody_else_may(settled):
    run("SET portal.migrating = on; UPDATE billing_hold SET reason = 'filled in'")
    run("SET portal.migrating = off")
    settled.refresh_from_db()
    assert settled.reason == "filled in"
