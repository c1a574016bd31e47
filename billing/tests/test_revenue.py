from decimal import Decimal
from fractions import Fraction

import pytest

from accounts.models import PlatformSettings
from billing import services, verify
from billing.models import Account, Transfer
from billing.revenue import rounded
from billing.tests.money import NOON, centre_of, credits, figures, give, hold_for

pytestmark = pytest.mark.django_db


def due_to(partner) -> int:
    return Account.objects.get(wallet__owner=partner, kind="revenue").balance


def sold(carol, bob, amount, *, share="70"):
    return hold_for(carol, amount, centre=centre_of(carol, partner=bob, share=Decimal(share), module="Event Archive"))


def test_partner_earns_a_share_of_what_was_paid(bob, carol):
    give(carol, 100, paid=5_000)
    services.capture(sold(carol, bob, 40))
    revenue = Transfer.objects.get(kind="revenue")
    assert (revenue.partner, revenue.share_percent) == (bob, Decimal("70.00"))
    assert (revenue.charged_amount, revenue.share_amount, revenue.currency) == (2_000, 1_400, "EUR")
    assert due_to(bob) == 1_400
    assert verify.faults() == []


def test_given_credits_earn_nothing(bob, carol):
    give(carol, 30)
    give(carol, 30, source="goodwill")
    services.capture(sold(carol, bob, 60))
    assert not Transfer.objects.filter(kind="revenue").exists()
    assert due_to(bob) == 0


def test_only_the_paid_part_of_a_mixed_charge_earns(bob, carol):
    give(carol, 30)
    give(carol, 100, paid=5_000)
    services.capture(sold(carol, bob, 50))
    assert due_to(bob) == 700  # 20 of 100 credits, for which 50.00 were paid: 10.00, of it 70 %


def test_share_is_rounded_once_and_half_up(bob, carol):
    give(carol, 100, paid=101)
    services.capture(sold(carol, bob, 50, share="99"))
    assert Transfer.objects.get(kind="revenue").charged_amount == 51  # 50.5
    assert due_to(bob) == 50  # 49.995, not 99 % of the rounded 51


def test_halves_are_rounded_away_from_zero():
    assert [rounded(Fraction(n, 2)) for n in (1, 3, -1, -3, 2)] == [1, 2, -1, -2, 1]
    assert rounded(Fraction(49, 100)) == 0


def test_share_stays_as_it_was_when_the_deployment_was_made(bob, carol):
    give(carol, 100, paid=10_000)
    hold = hold_for(carol, 10, centre=centre_of(carol, partner=bob))
    PlatformSettings.objects.update_or_create(pk=1, defaults={"revenue_share": 10})
    services.capture(hold)
    assert due_to(bob) == 700


def test_own_module_earns_its_partner_nothing(bob):
    give(bob, 100, paid=10_000)
    services.capture(hold_for(bob, 10, centre=centre_of(bob, partner=bob)))
    assert due_to(bob) == 0


def test_refund_goes_back_to_the_same_lots_in_reverse_order(bob, carol):
    give(carol, 30)
    give(carol, 100, paid=5_000)
    hold = sold(carol, bob, 50)
    services.capture(hold)
    services.refund(hold, amount=credits(10), reason="half of it failed", by=None, nonce="one")
    assert figures(carol) == (0, 90, 0)
    assert due_to(bob) == 350
    services.refund(hold, reason="and the rest", by=None, nonce="two")
    assert figures(carol) == (30, 100, 0)
    assert due_to(bob) == 0
    assert verify.faults() == []


def test_refund_twice_under_one_nonce_is_one_refund(carol, admin):
    give(carol, 30)
    hold = hold_for(carol, 20)
    services.capture(hold)
    asked = {"amount": credits(5), "reason": "charged twice", "by": admin, "nonce": "n"}
    assert services.refund(hold, **asked) == services.refund(hold, **asked)
    assert figures(carol) == (15, 0, 0)
    with pytest.raises(services.RefundTooLarge):
        services.refund(hold, amount=credits("15.0001"), reason="more", by=admin, nonce="m")


def test_nobody_refunds_themselves(admin):
    give(admin, 30)
    hold = hold_for(admin, 20)
    services.capture(hold)
    with pytest.raises(services.OwnBalance):
        services.refund(hold, reason="mine", by=admin, nonce="n")


def test_refund_into_an_expired_lot_lives_for_thirty_days(carol):
    give(carol, 30, expires_at=NOON.replace(hour=13))
    hold = hold_for(carol, 20)
    services.capture(hold)
    later = NOON.replace(hour=14)
    services.expire(later)
    services.refund(hold, reason="did not work", by=None, nonce="n", now=later)
    assert figures(carol, now=later.replace(month=12, day=20, hour=13)) == (20, 0, 0)
    assert figures(carol, now=later.replace(month=12, day=20, hour=14)) == (0, 0, 0)
    assert verify.faults() == []
