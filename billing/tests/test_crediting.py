import pytest

from billing import services
from billing.models import Lot, Transfer
from billing.tests.money import credits, figures, version_of
from foundation.models import AuditEvent

pytestmark = pytest.mark.django_db


def add(user, by, **changes):
    asked = {
        "amount": credits(100),
        "source": "goodwill",
        "reason": "outage of 3 November",
        "nonce": "form-1",
        "wallet_version": version_of(user),
    }
    return services.add_credits(user, by=by, **asked | changes)


def test_sale_is_purchased_and_keeps_what_was_paid(carol, admin):
    transfer = add(carol, admin, source="sale", paid=5_000)
    assert figures(carol) == (0, 100, 0)
    lot = Lot.objects.get()
    assert (lot.source, lot.paid, lot.currency, lot.remaining) == ("sale", 5_000, "EUR", credits(100))
    assert (transfer.kind, transfer.by, transfer.reason) == ("sale", admin, "outage of 3 November")


@pytest.mark.parametrize("source", ["goodwill", "award"])
def test_gift_is_awarded(carol, admin, source):
    add(carol, admin, source=source)
    assert figures(carol) == (100, 0, 0)
    assert Lot.objects.get().paid == 0


def test_it_is_audited(carol, admin):
    transfer = add(carol, admin)
    event = AuditEvent.objects.get()
    assert (event.verb, event.by, event.target) == (
        "credits.added",
        "admin@example.com",
        f"billing.transfer:{transfer.ref}",
    )
    assert event.detail == {"to": "carol@example.com", "units": 1_000_000, "source": "goodwill", "paid": 0}


def test_nobody_adds_to_their_own_balance(admin):
    with pytest.raises(services.OwnBalance):
        add(admin, admin)
    assert figures(admin) == (0, 0, 0)


@pytest.mark.parametrize(
    "changes",
    [
        {"reason": "  "},
        {"amount": 0},
        {"amount": -1},
        {"source": "grant"},
        {"source": "sale", "paid": 0},
        {"source": "goodwill", "paid": 1},
    ],
)
def test_what_does_not_go_together_is_refused(carol, admin, changes):
    with pytest.raises(services.BadAdjustment):
        add(carol, admin, **changes)
    assert Transfer.objects.count() == 0


def test_same_form_sent_twice_adds_once(carol, admin):
    first = add(carol, admin, wallet_version=0)
    assert add(carol, admin, wallet_version=0) == first
    assert figures(carol) == (100, 0, 0)
    with pytest.raises(services.KeyReused):
        add(carol, admin, wallet_version=0, amount=credits(101))


def test_form_older_than_the_last_movement_is_refused(carol, admin):
    add(carol, admin, wallet_version=0)
    with pytest.raises(services.WalletMoved):
        add(carol, admin, wallet_version=0, nonce="form-2")
    assert figures(carol) == (100, 0, 0)
