from datetime import timedelta
from decimal import Decimal

import pytest

from billing import services, verify
from billing.models import Hold, Transfer
from billing.tests.money import NOON, centre_of, credits, figures, give, hold_for

pytestmark = pytest.mark.django_db


def entries(transfer):
    return [(entry.account.kind, entry.amount) for entry in transfer.entries.order_by("pk")]


def test_person_without_wallet_has_nothing(alice):
    assert services.balance(alice) == services.Balance(awarded=0, purchased=0, held=0)
    assert services.balance(alice).available == 0


def test_hold_takes_awarded_before_purchased(alice):
    give(alice, 30)
    give(alice, 100, paid=5_000)
    hold_for(alice, 50)
    assert figures(alice) == (0, 80, 50)


def test_purchased_only_leaves_awarded_alone(alice):
    give(alice, 30)
    give(alice, 100, paid=5_000)
    hold_for(alice, 50, purchased_only=True)
    assert figures(alice) == (30, 50, 50)


def test_purchased_only_is_refused_when_only_awarded_would_do(alice):
    give(alice, 100)
    with pytest.raises(services.NotEnoughCredits, match="you need 40 Purchased credits and have 0"):
        hold_for(alice, 40, purchased_only=True)
    assert figures(alice) == (100, 0, 0)


def test_soonest_expiry_goes_first_then_the_oldest(alice):
    give(alice, 10, now=NOON - timedelta(days=3))
    give(alice, 10, expires_at=NOON + timedelta(days=9))
    give(alice, 10, expires_at=NOON + timedelta(days=2))
    hold = hold_for(alice, 25)
    taken = [(line.lot.expires_at, line.amount) for line in hold.lines.select_related("lot")]
    assert taken == [
        (NOON + timedelta(days=2), credits(10)),
        (NOON + timedelta(days=9), credits(10)),
        (None, credits(5)),
    ]


def test_hold_beyond_the_balance_is_refused_and_leaves_no_row(alice):
    give(alice, 7)
    with pytest.raises(services.NotEnoughCredits, match="you need 8 credits and have 7") as refusal:
        hold_for(alice, 8)
    assert (refusal.value.needed, refusal.value.available) == (80_000, 70_000)
    assert Hold.objects.count() == 0


def test_expired_credits_pay_for_nothing(alice):
    give(alice, 10, expires_at=NOON)
    assert figures(alice) == (0, 0, 0)
    with pytest.raises(services.NotEnoughCredits):
        hold_for(alice, 1)


def test_same_hold_again_is_the_first_one(alice):
    give(alice, 100)
    centre = centre_of(alice)
    asked = {"key": "run:r1:hold", "run": "r1", "cost_centre": centre, "by": alice, "explain": "x"}
    first = services.hold(alice, amount=credits(40), **asked)
    assert services.hold(alice, amount=credits(40), **asked) == first
    assert figures(alice) == (60, 0, 40)
    with pytest.raises(services.KeyReused):
        services.hold(alice, amount=credits(41), **asked)
    assert figures(alice) == (60, 0, 40)


def test_a_hold_of_nothing_is_refused(alice):
    with pytest.raises(ValueError, match="reserves something"):
        hold_for(alice, 0)


def test_capture_charges_the_lots_that_were_held(alice):
    give(alice, 30)
    give(alice, 100, paid=5_000)
    hold = hold_for(alice, 50)
    transfer = services.capture(hold)
    assert entries(transfer) == [
        ("awarded", credits(-30)),
        ("purchased", credits(-20)),
        ("fees", credits(50)),
    ]
    assert (transfer.awarded, transfer.purchased, transfer.balance_after) == (credits(-30), credits(-20), credits(80))
    assert (transfer.module_title, transfer.key) == ("Postgres Database", f"run:{hold.run_ref}:capture")
    assert figures(alice) == (0, 80, 0)
    assert verify.faults() == []


def test_captured_twice_charges_once(alice):
    give(alice, 100)
    hold = hold_for(alice, 40)
    assert services.capture(hold) == services.capture(Hold.objects.get(pk=hold.pk))
    assert figures(alice) == (60, 0, 0)
    assert Transfer.objects.filter(kind="capture").count() == 1


def test_release_gives_back_what_was_held(alice):
    give(alice, 30)
    give(alice, 100, paid=5_000)
    hold = hold_for(alice, 50)
    services.release(hold, reason="failed")
    services.release(hold, reason="failed again")
    assert figures(alice) == (30, 100, 0)
    assert (hold.state, hold.reason) == ("released", "failed")
    assert verify.faults() == []


def test_a_hold_ends_one_way(alice):
    give(alice, 100)
    captured, released = hold_for(alice, 10), hold_for(alice, 10)
    services.capture(captured)
    services.release(released)
    with pytest.raises(services.HoldIsOver, match="were charged already"):
        services.release(captured)
    with pytest.raises(services.HoldIsOver, match="were returned already"):
        services.capture(released)
    assert figures(alice) == (90, 0, 0)


def test_held_credits_never_expire_and_expire_once_released(alice):
    give(alice, 10, expires_at=NOON + timedelta(hours=1))
    hold = hold_for(alice, 4)
    later = NOON + timedelta(hours=2)
    assert services.expire(later) == 0
    services.release(hold, now=later)
    assert services.expire(later) == 1
    assert services.expire(later) == 0
    assert Transfer.objects.get(kind="expiry").awarded == credits(-10)
    assert verify.faults() == []


def test_held_credits_that_are_over_can_still_be_captured(alice):
    give(alice, 10, expires_at=NOON + timedelta(hours=1))
    hold = hold_for(alice, 10)
    transfer = services.capture(hold, now=NOON + timedelta(days=1))
    assert transfer.awarded == credits(-10)
    assert services.expire(NOON + timedelta(days=1)) == 0


def test_fractions_of_a_credit_are_exact(alice):
    give(alice, "0.3")
    services.capture(hold_for(alice, "0.1"))
    services.capture(hold_for(alice, "0.2"))
    assert figures(alice) == (Decimal(0), 0, 0)
