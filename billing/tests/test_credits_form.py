from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from billing import services
from billing.models import Allowance, Transfer
from billing.tests.money import credits, figures, give, version_of
from foundation.models import AuditEvent, Heartbeat

pytestmark = pytest.mark.django_db
SOLD = {"source": "sale", "paid": "1", "amount": "1"}


def form(user, **changes):
    return {
        "amount": "12.5",
        "source": "goodwill",
        "paid": "",
        "reason": "outage",
        "nonce": "n1",
        "wallet_version": version_of(user),
    } | changes


def send(client, by, user, **changes):
    client.force_login(by)
    return client.post(f"{reverse('billing:credits-add')}?person={user.ref}", form(user, **changes))


def test_only_admins_add_credits(client, alice, carol):
    assert send(client, alice, carol).status_code == 403
    assert Transfer.objects.count() == 0


def test_admins_choose_among_others(client, admin, carol):
    client.force_login(admin)
    suggested = client.get(reverse("billing:people"), {"of": "credits", "person": "example"})
    assert list(suggested.context["people"]) == [carol]


def test_form_carries_the_wallets_version(client, admin, carol):
    give(carol, 5)
    client.force_login(admin)
    url = reverse("billing:credits-add")
    assert client.get(url).status_code == 200
    response = client.get(url, {"person": carol.ref}, follow=True)
    assert response.context["form"]["wallet_version"].value() == 1
    assert "<dd>5 credits</dd>" in response.content.decode()


def test_goodwill_is_added(client, admin, carol):
    assert send(client, admin, carol).status_code == 302
    assert figures(carol) == (12.5, 0, 0)
    assert Transfer.objects.get().reason == "outage"


def test_sale_keeps_what_was_paid(client, admin, carol):
    send(client, admin, carol, source="sale", paid="19.99")
    assert figures(carol) == (0, 12.5, 0)
    assert Transfer.objects.get().entries.get(amount__gt=0).lot.paid == 1_999


@pytest.mark.parametrize(
    ("changes", "result"),
    [
        ({}, "Added to the balance of carol@example.com: 12.5 credits, Awarded."),
        (SOLD, "Added to the balance of carol@example.com: 1 credit, Purchased."),
    ],
)
def test_the_result_says_how_many_and_of_which_kind(client, admin, carol, changes, result):
    assert result in client.get(send(client, admin, carol, **changes).url, follow=True).content.decode()


def test_sent_twice_adds_once(client, admin, carol):
    for _ in range(2):
        assert send(client, admin, carol, wallet_version=0).status_code == 302
    assert figures(carol) == (12.5, 0, 0)


def test_after_back_the_form_that_was_sent_adds_nothing_again(client, admin, carol):
    client.force_login(admin)
    to_the_form = client.get(reverse("billing:credits-add"), {"person": carol.ref})
    nonce = client.get(to_the_form.url).context["form"]["nonce"].value()
    assert f"form={nonce}" in to_the_form.url
    client.post(to_the_form.url, form(carol, nonce=nonce))
    response = client.post(to_the_form.url, form(carol, nonce=nonce), follow=True)  # from the browser's cache
    assert "These credits were added before. Nothing was added again." in response.text
    back = client.get(to_the_form.url).text  # from the server
    assert "<strong>These credits were added: 12.5.</strong>" in back
    assert 'name="amount"' not in back
    assert figures(carol) == (12.5, 0, 0)


@pytest.mark.parametrize("key", ["short", "a" * 61, "0123456789abcde\0", "%00"])
def test_a_form_key_that_is_none_gets_a_new_one(client, admin, carol, key):
    client.force_login(admin)
    response = client.get(reverse("billing:credits-add"), {"person": carol.ref, "form": key})
    assert (response.status_code, key in response.url) == (302, False)


def test_never_to_oneself(client, admin):
    response = send(client, admin, admin)
    assert response.status_code == 422
    assert "You cannot change your own balance." in response.content.decode()


@pytest.mark.parametrize("name", ["email", "ref"])
def test_choosing_oneself_is_refused_before_anything_is_typed(client, admin, name):
    client.force_login(admin)
    response = client.get(reverse("billing:credits-add"), {"person": getattr(admin, name)})
    text = response.content.decode()
    assert response.status_code == 422
    assert ("You cannot change your own balance." in text, 'name="amount"' in text) == (True, False)
    assert services.balance(admin).available == 0


def test_balance_that_moved_is_refused_with_everything_kept(client, admin, carol):
    give(carol, 5)
    response = send(client, admin, carol, wallet_version=0)
    assert response.status_code == 422
    page = response.content.decode()
    assert "The balance changed after you opened this form." in page
    assert 'value="12.5"' in page
    assert 'name="wallet_version" value="1"' in page
    assert figures(carol) == (5, 0, 0)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": "0"}, "amount"),
        ({"amount": "0.00001"}, "amount"),
        ({"amount": "NaN"}, "amount"),
        ({"amount": "1e30"}, "amount"),
        ({"amount": ""}, "amount"),
        ({"reason": " "}, "reason"),
        ({"source": "sale", "paid": ""}, "paid"),
        ({"source": "goodwill", "paid": "1"}, "paid"),
        ({"source": "grant"}, "source"),
        ({"paid": "-1", "source": "sale"}, "paid"),
        ({"reason": "\x00"}, "reason"),
        ({"wallet_version": "x"}, "wallet_version"),
    ],
)
def test_what_does_not_go_together_is_422(client, admin, carol, changes, field):
    response = send(client, admin, carol, **changes)
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert Transfer.objects.count() == 0


def test_an_amount_finer_than_the_ledger_is_refused_at_its_field(client, admin, carol):
    assert "Enter at most four decimals." in send(client, admin, carol, amount="0.00001").text
    assert send(client, admin, carol, amount="0.0001").status_code == 302
    assert services.balance(carol).awarded == 1


@pytest.mark.parametrize("typed", ["nobody", "a'b", "%"])
def test_a_person_who_does_not_exist_is_told(client, admin, carol, typed):
    client.force_login(admin)
    response = client.get(reverse("billing:credits-add"), {"person": typed})
    assert response.status_code == 422
    assert "Nobody here has this e-mail address." in response.content.decode()


def test_a_part_of_an_address_chooses_whom_it_fits_alone(client, admin, alice, carol):
    client.force_login(admin)
    url = reverse("billing:credits-add")
    assert client.get(url, {"person": "CAROL"}, follow=True).context["person"] == carol
    response = client.get(url, {"person": "example"})
    assert response.status_code == 422
    assert "Several people match." in response.content.decode()


def test_admin_sets_an_allowance_in_credits(client, admin, alice):
    client.force_login(admin)
    data = {"partner": alice.pk, "amount": "500", "valid_from": "2026-01-01"}
    assert client.post(reverse("admin:billing_allowance_add"), data).status_code == 302
    allowance = Allowance.objects.get()
    assert (allowance.amount, allowance.by) == (credits(500), admin)
    assert AuditEvent.objects.get().detail == {
        "partner": "alice@example.com",
        "units": 5_000_000,
        "valid_from": "2026-01-01",
    }
    change = client.get(reverse("admin:billing_allowance_change", args=[allowance.pk]))
    assert 'name="amount" value="500"' in change.content.decode()


def test_admin_grants_what_is_due_after_a_dry_run(client, admin, alice):
    User.objects.filter(pk=alice.pk).update(partner_since=datetime(2025, 10, 5, tzinfo=UTC))
    Allowance.objects.create(amount=credits(500), valid_from=date(2025, 1, 1))
    Allowance.objects.create(amount=0, valid_from=date(2025, 11, 2))
    client.force_login(admin)
    url = reverse("admin:billing_allowance_due")
    page = client.get(url).content.decode()
    assert "1 grant due, 500 credits in total. No month is granted twice." in page
    assert "The scheduler has never run." in page
    assert services.balance(alice).purchased == 0
    page = client.post(url, follow=True).content.decode()
    assert "1 monthly grant made." in page
    assert "Nothing is due" in page
    assert "has never run" in page  # by beat, that is
    assert services.balance(alice).purchased == credits(500)


def test_admin_sees_how_long_ago_beat_was_here(client, admin):
    Heartbeat.objects.create(name="billing.grant_allowances", at=timezone.now() - timedelta(minutes=23))
    client.force_login(admin)
    page = client.get(reverse("admin:billing_allowance_due")).content.decode()
    assert "The scheduler last checked for due grants 23 min" in page


def test_only_admins_grant(client, alice):
    client.force_login(alice)
    User.objects.filter(pk=alice.pk).update(partner_since=datetime(2025, 10, 5, tzinfo=UTC))
    Allowance.objects.create(amount=credits(500), valid_from=date(2025, 1, 1))
    response = client.post(reverse("admin:billing_allowance_due"))
    assert (response.status_code, response.url.split("?")[0]) == (302, "/admin/login/")
    assert services.balance(alice).purchased == 0
