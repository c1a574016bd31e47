"""Statements by which whoever has the portal's role would steal credits, charge nothing, or empty somebody's wallet."""

import pytest
from django.db import DatabaseError, connection, transaction

from billing import services, verify
from billing.tests.money import NOON, centre_of, give, hold_for

pytestmark = pytest.mark.django_db
NOW = "SET CONSTRAINTS ALL IMMEDIATE"
ENTRY = "INSERT INTO billing_entry (transfer_id, account_id, lot_id, amount, balance_after, sequence)"
HOLD = """
    INSERT INTO billing_hold (ref, wallet_id, cost_centre_id, run_ref, key, request_hash, reference, amount, state,
           captured, refunded, earns, reason, created_at, finished_at)
    SELECT 'mine', wallet_id, (SELECT max(id) FROM billing_costcentre), 'mine', 'mine', '', '', {}, now(), {}
      FROM billing_hold"""
PENDING, CAPTURED = "50000, 'pending', 0, 0, true, ''", "50000, 'captured', 50000, 0, true, ''"

HERS, THEIRS = "(SELECT min(id) FROM billing_lot)", "(SELECT max(id) FROM billing_lot)"
HER_AWARDED = "kind = 'awarded' AND wallet_id = (SELECT id FROM billing_wallet WHERE owner_id = %s)"

# Carol was given 10 credits, and 4 are reserved. In `paid` they were charged.
RESERVED = {
    "to lose a credit": "UPDATE billing_lot SET remaining = remaining - 1",
    "to spend what is reserved": "UPDATE billing_lot SET held = 0",
    "to spend what is reserved, in both places": "UPDATE billing_lot SET held = 0; UPDATE billing_account SET held = 0",
    "to show less as reserved": "UPDATE billing_account SET held = 0 WHERE wallet_id IS NOT NULL",
    "to block what somebody has": "UPDATE billing_account SET held = balance WHERE wallet_id IS NOT NULL",
    "to reserve less": "UPDATE billing_hold SET amount = 1",
    "to be charged never": "UPDATE billing_hold SET due_at = now(), destroy_by = now();"
    " UPDATE billing_hold SET due_at = 'infinity'",
    "to have paid without a charge": "UPDATE billing_hold SET state = 'captured', captured = amount,"
    " finished_at = now()",
    "to return what stays reserved": "UPDATE billing_hold SET state = 'released', finished_at = now()",
    "to let another deployment be paid": "UPDATE billing_hold SET cost_centre_id ="
    " (SELECT max(id) FROM billing_costcentre)",
    "to let somebody else pay": "UPDATE billing_hold SET wallet_id = (SELECT max(id) FROM billing_wallet)",
    "to be covered by nothing": HOLD.format(PENDING, "NULL"),
    "to have paid nothing": HOLD.format(CAPTURED, "now()"),
    "to own another's wallet": "UPDATE billing_wallet SET owner_id = (SELECT max(id) FROM accounts_user)"
    " WHERE id = (SELECT min(id) FROM billing_wallet)",
    "to let an old form count again": "UPDATE billing_wallet SET version = 0",
    "to own another's account": "UPDATE billing_account SET wallet_id = (SELECT max(id) FROM billing_wallet)"
    " WHERE wallet_id <> (SELECT max(id) FROM billing_wallet) AND kind = 'awarded'",
    "to sell what was awarded": "UPDATE billing_account SET kind = 'payouts' WHERE kind = 'awarded'",
    "to earn from others' modules": "UPDATE billing_costcentre SET partner_id = owner_id, share_percent = 100",
}
PAID = {
    "to spend a credit twice": "UPDATE billing_lot SET remaining = amount WHERE remaining < amount",
    "to go back before a charge": "UPDATE billing_account SET sequence = 1, balance = 100000 WHERE kind = 'awarded'"
    " AND sequence = 2; UPDATE billing_lot SET remaining = amount",
    "to get a charge back without a refund": "UPDATE billing_hold SET refunded = captured;"
    " UPDATE billing_holdline SET refunded = amount",
    "to refund less than was charged": "UPDATE billing_hold SET refunded = captured",
}


def attempt(statement):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"{statement}; {NOW}")


def checked():
    """Ask what PostgreSQL checks at a commit."""
    with connection.cursor() as cursor:
        cursor.execute(f"{NOW}; SET CONSTRAINTS ALL DEFERRED")


@pytest.fixture
def reserved(carol, bob):
    """10 credits of carol's, 4 of them reserved for a deployment; another one that nothing is reserved for."""
    give(carol, 10)
    give(bob, 1)
    hold = hold_for(carol, 4)
    centre_of(carol)
    checked()
    return hold


@pytest.fixture
def paid(reserved):
    services.capture(reserved, now=NOON)
    checked()
    return reserved


@pytest.mark.parametrize("wish", RESERVED)
def test_a_statement_that_steals_what_is_reserved(reserved, wish):
    refused(RESERVED[wish])


@pytest.mark.parametrize("wish", PAID)
def test_a_statement_that_steals_what_was_paid(paid, wish):
    refused(PAID[wish])


def refused(statement):
    assert verify.faults() == []
    with pytest.raises(DatabaseError, match="is not what|stays as it is|Cannot update|permission denied"):
        attempt(statement)
    assert verify.faults() == []


def posted(carol, *, amount=100, lot=HERS, moved=HERS, balance=60_100, number=3, awarded=100):
    """A transfer of 0.01 credits from the platform to carol, written by hand, in which she wishes for more."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO billing_transfer (ref, wallet_id, kind, key, request_hash, transaction, reason, reference,
                      awarded, purchased, run_ref, module_title, deployment_ref, charged_amount, share_amount,
                      currency, created_at)
               SELECT 'raw', id, 'award', 'raw', '', 0, '', '', %s, 0, '', '', '', 0, 0, '', now()
                 FROM billing_wallet WHERE owner_id = %s RETURNING id""",
            [awarded, carol.pk],
        )
        transfer = cursor.fetchone()[0]
        cursor.execute(f"UPDATE billing_lot SET remaining = remaining + %s WHERE id = {moved}", [amount])
        cursor.execute(
            f"{ENTRY} SELECT %s, id, {lot}, %s, %s, %s FROM billing_account WHERE {HER_AWARDED}",
            [transfer, amount, balance, number, carol.pk],
        )
        cursor.execute(
            f"{ENTRY} SELECT %s, id, NULL, %s, NULL, NULL FROM billing_account WHERE kind = 'issuance'",
            [transfer, -amount],
        )
        cursor.execute(
            f"UPDATE billing_account SET sequence = 3, balance = %s WHERE {HER_AWARDED}", [balance, carol.pk]
        )
        cursor.execute(NOW)


WISHES = {
    "more than moved": ({"balance": 900_000}, "does not follow the one before"),
    "without a lot": ({"lot": "NULL", "moved": 0}, "does not follow the one before"),
    "in another's lot": ({"lot": THEIRS, "moved": 0}, "does not follow the one before"),
    "unnumbered": ({"number": None}, "does not follow the one before"),
    "with a gap": ({"number": 4}, "does not follow the one before"),
    "hidden": ({"awarded": 0}, "does not say what its lines move"),
    "in no lot's rest": ({"moved": 0}, "lot .* is not what its entries and holds say"),
}


@pytest.mark.parametrize("wish", WISHES)
def test_a_transfer_by_hand_gives_more_than_it_moves(paid, carol, wish):
    wishes, refusal = WISHES[wish]
    with pytest.raises(DatabaseError, match=refusal):
        posted(carol, **wishes)
    assert verify.faults() == []


def test_a_transfer_by_hand_that_says_all_it_moves_leaves_its_trace(paid, carol):
    posted(carol)
    rules = {fault.rule for fault in verify.faults()}
    assert rules == {"a transfer's balance is the sum up to it"}


def test_a_line_joins_a_transfer_that_was_checked_already(paid, carol):
    line = f"{ENTRY} SELECT max(t.id), {{}}, NULL, 7, NULL, NULL FROM billing_transfer t"
    issuance = "(SELECT id FROM billing_account WHERE kind = 'issuance')"
    with transaction.atomic():
        posted(carol)
        with pytest.raises(DatabaseError, match="is not balanced: 3 lines, credits 7"):
            attempt(line.format(issuance))


def test_a_transfer_without_lines_says_what_somebody_got(paid):
    columns = "key, wallet_id, kind, request_hash, reason, reference, awarded, purchased, run_ref, module_title"
    columns += ", deployment_ref, charged_amount, share_amount, currency, created_at"
    with pytest.raises(DatabaseError, match="is not balanced: 0 lines"):
        attempt(f"""INSERT INTO billing_transfer (ref, transaction, {columns})
                    SELECT 'raw', 0, 'raw', {columns.removeprefix("key, ")} FROM billing_transfer LIMIT 1""")
    assert verify.faults() == []


@pytest.mark.parametrize("held", [1, 100_000])
def test_a_new_lot_comes_with_something_reserved(reserved, held):
    with pytest.raises(DatabaseError, match="is not what"):
        attempt(f"""INSERT INTO billing_lot (account_id, source, amount, remaining, held, paid, currency, created_at)
                    SELECT account_id, 'award', 100000, 100000, {held}, 0, '', now() FROM billing_lot
                     WHERE id = {HERS}""")
    assert verify.faults() == []
