"""PostgreSQL refuses by itself, and even the role that owns the tables: everything here is raw SQL."""

import pytest
from django.db import DatabaseError, connection, transaction

from billing import verify
from billing.models import Entry, Lot, Transfer
from billing.tests.money import give

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
