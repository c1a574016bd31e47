from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from accounts.models import User
from billing import granting, services, verify
from billing.models import Allowance, Lot, Transfer
from billing.tasks import grant_allowances
from billing.tests.money import credits, figures

pytestmark = pytest.mark.django_db
NOVEMBER = datetime(2026, 11, 1, tzinfo=UTC)


def since(partner, *day):
    User.objects.filter(pk=partner.pk).update(partner_since=datetime(*day, tzinfo=UTC))


def allow(amount, *day, partner=None):
    return Allowance.objects.create(partner=partner, amount=credits(amount), valid_from=date(*day))


def granted(partner) -> dict[str, int]:
    lots = Lot.objects.filter(account__wallet__owner=partner, source="grant").order_by("period")
    return {f"{lot.period:%Y-%m}": lot.amount // 10_000 for lot in lots}


def test_every_month_from_the_first_that_began_after_they_became_partner(alice):
    since(alice, 2026, 8, 20)
    allow(500, 2026, 1, 1)
    assert granting.ensure_grants(NOVEMBER) == 3
    assert granted(alice) == {"2026-09": 500, "2026-10": 500, "2026-11": 500}
    assert figures(alice) == (0, 1_500, 0)
    assert verify.faults() == []


def test_again_and_again_grants_nothing_more(alice):
    since(alice, 2026, 9, 20)
    allow(500, 2026, 1, 1)
    assert [granting.ensure_grants(NOVEMBER) for _ in range(3)] == [2, 0, 0]
    assert figures(alice) == (0, 1_000, 0)


def test_the_month_begins_at_midnight_utc(alice):
    since(alice, 2026, 10, 5)
    allow(500, 2026, 1, 1)
    assert granting.ensure_grants(datetime(2026, 10, 31, 23, 59, 59, tzinfo=UTC)) == 0
    assert granting.ensure_grants(NOVEMBER) == 1


def test_partner_of_midnight_on_the_first_waits_for_the_next_month(alice):
    since(alice, 2026, 10, 1)
    allow(500, 2026, 1, 1)
    assert granting.ensure_grants(datetime(2026, 10, 15, tzinfo=UTC)) == 0
    assert granting.ensure_grants(NOVEMBER) == 1


def test_a_month_gets_the_allowance_that_was_valid_when_it_began(alice):
    since(alice, 2026, 7, 20)
    allow(500, 2026, 1, 1)
    allow(700, 2026, 9, 2)
    allow(900, 2026, 11, 1)
    granting.ensure_grants(NOVEMBER)
    assert granted(alice) == {"2026-08": 500, "2026-09": 500, "2026-10": 700, "2026-11": 900}


def test_partners_own_allowance_goes_before_the_default(alice, bob):
    since(alice, 2026, 8, 20)
    since(bob, 2026, 8, 20)
    allow(500, 2026, 1, 1)
    allow(50, 2026, 10, 1, partner=bob)
    granting.ensure_grants(NOVEMBER)
    assert granted(alice) == {"2026-09": 500, "2026-10": 500, "2026-11": 500}
    assert granted(bob) == {"2026-09": 500, "2026-10": 50, "2026-11": 50}


def test_own_allowance_of_nothing_stops_the_default(alice, bob):
    since(alice, 2026, 9, 20)
    since(bob, 2026, 9, 20)
    allow(500, 2026, 1, 1)
    allow(0, 2026, 1, 1, partner=bob)
    granting.ensure_grants(NOVEMBER)
    assert (granted(alice), granted(bob)) == ({"2026-10": 500, "2026-11": 500}, {})


def test_nobody_else_is_granted_anything(alice, bob, carol):
    since(alice, 2026, 9, 20)
    since(bob, 2026, 9, 20)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    bob.is_partner = False
    bob.save()
    allow(500, 2026, 1, 1)
    assert granting.ensure_grants(NOVEMBER) == 0


def test_a_change_of_the_allowance_leaves_a_granted_month_alone(alice):
    since(alice, 2026, 10, 20)
    allowance = allow(500, 2026, 1, 1)
    granting.ensure_grants(NOVEMBER)
    allowance.amount = credits(900)
    allowance.save()
    assert granting.ensure_grants(NOVEMBER) == 0
    assert granted(alice) == {"2026-11": 500}


def test_what_is_granted_is_purchased_never_expires_and_earns_nobody(alice):
    since(alice, 2026, 10, 20)
    allow(500, 2026, 1, 1)
    granting.ensure_grants(NOVEMBER)
    lot = Lot.objects.get()
    assert (lot.account.kind, lot.expires_at, lot.paid) == ("purchased", None, 0)
    transfer = Transfer.objects.get()
    assert (transfer.key, transfer.reference) == (f"grant:{alice.ref}:2026-11", "Monthly grant, November 2026")
    assert (transfer.purchased, transfer.balance_after) == (credits(500), credits(500))


def test_small_batches_grant_the_same(alice, bob):
    since(alice, 2026, 5, 20)
    since(bob, 2026, 5, 20)
    allow(500, 2026, 1, 1)
    assert granting.ensure_grants(NOVEMBER, batch_size=5) == 12
    assert verify.faults() == []


def test_dry_run_lists_and_grants_nothing(alice):
    since(alice, 2026, 9, 20)
    allow(500, 2026, 1, 1)
    assert [(item.email, item.period, item.amount) for item in granting.due(NOVEMBER)] == [
        ("alice@example.com", date(2026, 10, 1), credits(500)),
        ("alice@example.com", date(2026, 11, 1), credits(500)),
    ]
    out = StringIO()
    call_command("grant_allowances", dry_run=True, stdout=out)
    assert "alice@example.com 2026-10 500 credits" in out.getvalue()
    assert services.balance(alice).purchased == 0


def test_a_dry_run_says_so_when_nothing_is_due(db):
    out = StringIO()
    call_command("grant_allowances", dry_run=True, stdout=out)
    assert out.getvalue() == "No grants are due.\n"


def test_the_task_may_run_twice(alice):
    since(alice, 2026, 9, 20)
    allow(500, 2026, 1, 1)
    grant_allowances()
    grant_allowances()
    months = granted(alice)
    assert months["2026-10"] == 500
    assert set(months.values()) == {500}


def months_looked_at(now: datetime) -> int:
    """How many months PostgreSQL makes to look for what is due at `now`."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {granting.DUE}", {"now": now, "first": 0, "limit": None})
        nodes = [cursor.fetchone()[0][0]["Plan"]]
    for node in nodes:
        nodes += node.get("Plans", [])
    series = [node for node in nodes if node.get("Function Name") == "generate_series"]
    return round(sum(node["Actual Rows"] * node["Actual Loops"] for node in series))


def test_months_gone_by_are_not_looked_at_again(alice):
    since(alice, 2023, 10, 20)
    allow(500, 2023, 1, 1)
    looked = [months_looked_at(NOVEMBER)]
    for now in (NOVEMBER, datetime(2026, 12, 1, tzinfo=UTC)):
        granting.ensure_grants(now)
        looked += [months_looked_at(now), months_looked_at(now + timedelta(days=31))]
    assert looked == [37, 0, 1, 0, 1]


def test_months_without_an_allowance_are_granted_once_there_is_one(alice):
    since(alice, 2026, 8, 20)
    nothing = allow(0, 2026, 1, 1)
    assert granting.ensure_grants(NOVEMBER) == 0
    nothing.amount = credits(500)
    nothing.save()
    assert granting.ensure_grants(NOVEMBER) == 3
    assert granted(alice) == {"2026-09": 500, "2026-10": 500, "2026-11": 500}


def test_an_allowance_of_their_own_for_months_gone_by_is_granted(alice, bob):
    since(alice, 2026, 8, 20)
    since(bob, 2026, 8, 20)
    assert granting.ensure_grants(NOVEMBER) == 0
    allow(50, 2026, 10, 1, partner=bob)
    assert granting.ensure_grants(NOVEMBER) == 2
    assert (granted(alice), granted(bob)) == ({}, {"2026-10": 50, "2026-11": 50})


def test_somebody_who_may_sign_in_again_is_granted_the_months_between(alice):
    since(alice, 2026, 8, 20)
    allow(500, 2026, 1, 1)
    granting.ensure_grants(datetime(2026, 9, 1, tzinfo=UTC))
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert granting.ensure_grants(NOVEMBER) == 0
    User.objects.filter(pk=alice.pk).update(is_active=True)
    assert granting.ensure_grants(NOVEMBER) == 2
    assert granted(alice) == {"2026-09": 500, "2026-10": 500, "2026-11": 500}


def test_a_first_day_that_moves_back_is_granted_from_there(alice):
    since(alice, 2026, 10, 20)
    allow(500, 2026, 1, 1)
    granting.ensure_grants(NOVEMBER)
    since(alice, 2026, 8, 20)
    assert granting.ensure_grants(NOVEMBER) == 2
    assert granted(alice) == {"2026-09": 500, "2026-10": 500, "2026-11": 500}


def test_somebody_who_becomes_a_partner_later_begins_with_the_next_month(alice, carol):
    since(alice, 2026, 9, 20)
    allow(500, 2026, 1, 1)
    granting.ensure_grants(NOVEMBER)
    User.objects.filter(pk=carol.pk).update(is_partner=True, partner_since=datetime(2026, 11, 5, tzinfo=UTC))
    assert granting.ensure_grants(datetime(2026, 12, 1, tzinfo=UTC)) == 2
    assert granted(carol) == {"2026-12": 500}
