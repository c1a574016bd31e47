"""What the database refuses when raw SQL is committed."""

import pytest
from django.db import DatabaseError, connection, transaction

from billing.models import Account, Entry, Transfer
from billing.tests.money import give

INSERT_TRANSFER = """
    INSERT INTO billing_transfer (ref, wallet_id, kind, key, request_hash, transaction, reason, reference, awarded,
        purchased, run_ref, module_title, deployment_ref, charged_amount, share_amount, currency, created_at)
    SELECT 'raw', wallet_id, 'award', 'raw', '', %s, '', '', 0, 0, '', '', '', 0, 0, '', now()
      FROM billing_transfer LIMIT 1 RETURNING id"""
INSERT_ENTRY = "INSERT INTO billing_entry (transfer_id, account_id, amount) VALUES (%s, %s, %s)"


def commit(*lines, transfer=None, transaction_number=0) -> None:
    """One committed transaction with a transfer, a new one unless it is given, and its lines (kind, amount)."""
    accounts = {account.kind: account.pk for account in Account.objects.filter(wallet__isnull=True)}
    with transaction.atomic(), connection.cursor() as cursor:
        if transfer is None:
            cursor.execute(INSERT_TRANSFER, [transaction_number])
            transfer = cursor.fetchone()[0]
        for kind, amount in lines:
            cursor.execute(INSERT_ENTRY, [transfer, accounts[kind], amount])


@pytest.fixture
def transfer(live_db, carol):
    return give(carol, 10)


def test_balanced_transfer_is_committed(transfer):
    commit(("fees", 5), ("issuance", -5))
    assert Entry.objects.filter(transfer__key="raw").count() == 2


@pytest.mark.parametrize(
    ("lines", "refusal"),
    [
        ([("fees", 5), ("issuance", -4)], "2 lines, credits 1, money 0"),
        ([("fees", 5)], "1 lines, credits 5, money 0"),
        ([], "0 lines, credits 0, money 0"),
        ([("fees", 5), ("payouts", -5)], "2 lines, credits 5, money -5"),
    ],
)
def test_unbalanced_transfer_is_refused(transfer, lines, refusal):
    with pytest.raises(DatabaseError, match=refusal):
        commit(*lines)
    assert Transfer.objects.count() == 1


@pytest.mark.parametrize("lines", [[("fees", 5), ("issuance", -5)], [("fees", 5)]])
def test_entries_never_join_a_transfer_that_is_complete(transfer, lines):
    with pytest.raises(DatabaseError, match="is complete: entries are written with it"):
        commit(*lines, transfer=transfer.pk)
    assert Entry.objects.count() == 2


def test_transfer_cannot_lie_about_its_transaction(transfer):
    commit(("fees", 5), ("issuance", -5), transaction_number=42)
    with connection.cursor() as cursor:
        cursor.execute("SELECT transaction = xmin::text::bigint FROM billing_transfer WHERE key = 'raw'")
        assert cursor.fetchone() == (True,)
