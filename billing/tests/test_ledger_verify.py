from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from billing.models import Account
from billing.tests.money import give

pytestmark = pytest.mark.django_db


def test_clean_ledger_is_said_to_be_clean(carol):
    give(carol, 10)
    out = StringIO()
    call_command("ledger_verify", stdout=out)
    assert "is consistent: 16 rules checked" in out.getvalue()


def test_a_cached_balance_that_is_off_is_named(carol):
    give(carol, 10)
    account = Account.objects.get(wallet__owner=carol, kind="awarded")
    Account.objects.filter(pk=account.pk).update(balance=99_999)
    errors = StringIO()
    with pytest.raises(CommandError, match="has 2 faulty rows"):
        call_command("ledger_verify", stderr=errors)
    assert errors.getvalue().splitlines() == [
        f"an account's balance is the sum of its entries: {account.pk}, awarded, 99999, 100000",
        f"the lots of an account are its balance: {account.pk}, awarded, 99999, 0, 100000, 0",
    ]
    Account.objects.filter(pk=account.pk).update(balance=100_000)  # a trigger would refuse it at the end
