"""People are chosen by typing; suggested are those alone whom the viewer may choose on that page."""

import pytest
from django.urls import reverse

from accounts.services import set_private_mode
from billing.tests.money import centre_of, give

pytestmark = pytest.mark.django_db


def suggested(client, person, page, typed="example"):
    client.force_login(person)
    response = client.get(reverse("billing:people"), {"of": page, "person": typed})
    return [each.email for each in response.context["people"]] if response.status_code == 200 else response.status_code


@pytest.fixture
def costs(bob, carol, admin):
    """Carol has costs and a balance, bob a balance alone."""
    centre_of(carol)
    give(carol, 5)
    give(bob, 5)


def test_whoever_sees_only_their_own_gets_no_suggestions(client, alice, carol, costs):
    for person in (alice, carol):
        for page in ("transactions", "invoices", "costs", "revenue", "credits", "anything"):
            assert suggested(client, person, page) == 404


def test_private_mode_suggests_people_with_costs_and_nobody_elses_money(client, alice, bob, admin, costs):
    set_private_mode(True, by=admin)
    assert suggested(client, alice, "costs") == ["alice@example.com", "carol@example.com"]
    assert suggested(client, alice, "invoices") == ["alice@example.com", "carol@example.com"]
    assert suggested(client, alice, "transactions") == 404
    assert suggested(client, alice, "credits") == 404


def test_admins_choose_among_all_who_have_what_the_page_shows(client, alice, bob, admin, costs):
    assert suggested(client, admin, "transactions") == ["bob@example.com", "carol@example.com"]
    assert suggested(client, admin, "revenue") == ["alice@example.com", "bob@example.com"]
    assert "admin@example.com" not in suggested(client, admin, "credits")


def test_names_are_not_searched_as_not_everybody_may_know_them(client, admin, carol, costs):
    carol.first_name = "Zoe"
    carol.save()
    assert suggested(client, admin, "transactions", "zoe") == []
    assert suggested(client, admin, "transactions", "CAROL@") == ["carol@example.com"]


@pytest.mark.parametrize("typed", ["", "  ", "\0", "%", "_", "x" * 5_000])
def test_nothing_to_find_suggests_nobody(client, admin, carol, costs, typed):
    assert suggested(client, admin, "transactions", typed) == []


def test_ten_are_suggested_at_most_and_the_page_names_nobody(client, admin, carol, costs):
    from_page = client.get(reverse("billing:costs"))
    assert from_page.status_code == 302
    client.force_login(admin)
    page = client.get(reverse("billing:costs")).content.decode()
    assert 'list="people"' in page
    assert "carol@example.com" not in page


def test_somebody_who_is_no_partner_is_not_called_unknown_and_no_month_is_said_to_be_empty(client, admin, carol):
    client.force_login(admin)
    response = client.get(reverse("billing:revenue"), {"person": "carol@example.com"})
    assert response.status_code == 422
    assert "No partner has this e-mail address." in response.text
    assert "Correct the filter, then you see the revenue again." in response.text
    assert "No revenue in" not in response.text
