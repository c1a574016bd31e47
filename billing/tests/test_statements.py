"""The list of statements, by month and person, and what a statement says."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from billing import services, statement_list
from billing.months import Month
from billing.tests.money import credits, give, hold_for
from billing.tests.test_pages import OCTOBER, charged, page, private_mode

pytestmark = pytest.mark.django_db


def words_of(response) -> str:
    """The text of a page without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.text)).split())


def listed(response):
    """The lines of the list of statements."""
    rows = response.context["page"].statements
    return [(str(row.key.month), row.key.email, row.added, row.used, row.share) for row in rows]


def test_a_month_with_purchases_and_no_use_has_a_statement(client, carol):
    give(carol, 100, paid=5_000, now=OCTOBER)
    assert listed(page(client, carol, "invoices"))[1:] == [("2025-10", "carol@example.com", credits(100), 0, 0)]
    text = words_of(page(client, carol, "statement", "2025-10"))
    assert "Credits added Type Times Awarded Purchased Sale 1 0 100" in text
    assert "No deployment of yours was charged in October 2025." in text


def test_a_month_before_the_portal_existed_has_no_statement(client, carol):
    page(client, carol, "statement", "2014-02", status=404)
    assert "No credits used" in words_of(page(client, carol, "statement", f"{timezone.now():%Y-%m}"))


def test_a_statement_says_which_days_it_covers(client, carol):
    give(carol, 1, now=OCTOBER)
    assert "1 to 31 October 2025, UTC." in words_of(page(client, carol, "statement", "2025-10"))
    now = timezone.now()
    assert f"1 {now:%B %Y} to now, UTC." in words_of(page(client, carol, "statement", f"{now:%Y-%m}"))


class TestStatementsOfEverybody:
    @pytest.fixture(autouse=True)
    def _money(self, alice, bob, carol):
        for person in (alice, carol):
            give(person, 100, now=OCTOBER)
            charged(person, 10, now=OCTOBER)
        give(bob, 7, now=OCTOBER.replace(month=9))

    def test_an_admin_sees_each_persons_statement_of_each_month(self, client, admin):
        assert listed(page(client, admin, "invoices")) == [
            ("2025-10", "alice@example.com", credits(100), credits(10), 0),
            ("2025-10", "carol@example.com", credits(100), credits(10), 0),
            ("2025-09", "bob@example.com", credits(7), 0, 0),
        ]

    def test_under_private_mode_partners_see_what_others_used_and_not_what_they_bought(self, client, bob, carol):
        private_mode()
        response = page(client, bob, "invoices")
        assert listed(response) == [
            ("2025-10", "alice@example.com", None, credits(10), None),
            ("2025-10", "carol@example.com", None, credits(10), None),
            ("2025-09", "bob@example.com", credits(7), 0, 0),
        ]
        assert "Credits added" not in words_of(response)
        assert f"/billing/statements/2025-10/?person={carol.ref}" in response.text
        statement = page(client, bob, "statement", "2025-10", person=carol.ref)
        assert "Credits added" not in words_of(statement)
        assert "Revenue" not in words_of(statement).partition("Credits used")[2]

    def test_the_list_is_paged_by_key(self, client, admin, monkeypatch):
        monkeypatch.setattr(statement_list, "PER_PAGE", 1)
        seen, query = [], {}
        while True:
            response = page(client, admin, "invoices", **query)
            seen += [email for _, email, *_ in listed(response)]
            if response.context["page"].next is None:
                break
            query = {"after": str(response.context["page"].next)}
            assert f'rel="next" href="?after={query["after"]}"' in response.text
        assert seen == ["alice@example.com", "carol@example.com", "bob@example.com"]

    @pytest.mark.parametrize("after", ["x", "2025-10", "2025-10.zzzzzzzzzz", "2025-99.%00", "\0.\0"])
    def test_a_place_that_does_not_exist_shows_the_newest(self, client, admin, after):
        assert len(listed(page(client, admin, "invoices", after=after))) == 3

    def test_the_place_of_a_person_tells_nobody_whether_there_is_such_a_person(self, client, carol, alice, bob):
        stranger, nobody = (page(client, carol, "invoices", after=f"2020-01.{ref}") for ref in (bob.ref, "zzzzzzzzzz"))
        assert len(listed(stranger)) == len(listed(nobody)) == 2
        private_mode()
        page(client, alice, "invoices")
        assert listed(page(client, alice, "invoices", after=f"2020-01.{bob.ref}"))  # bob used nothing
        assert not listed(page(client, alice, "invoices", after=f"2020-01.{carol.ref}"))

    @pytest.mark.parametrize("count", [1, 3])
    def test_queries_do_not_grow(self, client, admin, carol, count, django_assert_num_queries):
        for month in range(1, count + 1):
            charged(carol, 1, now=OCTOBER.replace(month=month))
        page(client, admin, "invoices")
        with django_assert_num_queries(9):
            assert client.get(reverse("billing:invoices")).status_code == 200


def test_a_person_who_only_bought_credits_can_be_chosen(client, admin, carol):
    give(carol, 100, now=OCTOBER)
    text = words_of(page(client, admin, "statement", "2025-10", person=carol.ref))
    assert "Award 1 100 0" in text
    assert "No deployment of carol@example.com was charged in October 2025." in text


@pytest.mark.parametrize(("name", "args"), [("statement", ["2025-10"]), ("invoices", []), ("costs", [])])
def test_of_a_person_who_does_not_exist_nothing_is_said(client, admin, name, args):
    text = words_of(page(client, admin, name, *args, status=422, person="nobody"))
    assert "Nothing is shown. Enter another e-mail address." in text
    assert "No " not in text.partition("Nothing is shown.")[2]


class TestWhatPartnersReadOfTheirRevenue:
    def test_of_no_module_of_theirs_nobody_was_charged(self, client, alice, bob, carol):
        give(carol, 100, now=OCTOBER)
        charged(carol, 40, partner=bob, now=OCTOBER)
        private_mode()
        assert "Nobody was charged for your modules in October 2025." in words_of(
            page(client, alice, "statement", "2025-10")
        )

    def test_an_admin_reads_of_all_partners(self, client, admin, carol):
        give(carol, 100, now=OCTOBER)
        assert "Nobody was charged for a partner's module in October 2025." in words_of(
            page(client, admin, "statement", "2025-10")
        )


def test_a_charge_without_success_says_why_on_the_statement(client, carol):
    give(carol, 100)
    hold = hold_for(carol, 40)
    services.capture(hold, reason="cancelled while applying", now=timezone.now())
    client.force_login(carol)
    month = Month.of(timezone.now())
    assert "cancelled while applying" in client.get(reverse("billing:statement", args=[str(month)])).text


def test_what_a_failed_run_left_reserved_is_on_the_statement_of_this_month_alone(client, carol):
    now = timezone.now()
    give(carol, 100, now=now)
    hold = hold_for(carol, 40, now=now)
    services.keep(hold, due_at=now + timedelta(days=7), destroy_by=now + timedelta(days=1))
    client.force_login(carol)
    month = Month.of(now)
    shown = client.get(reverse("billing:statement", args=[str(month)])).text
    assert "orders-db: 40 credits are reserved until you run it again." in shown
    assert "reserved until" not in client.get(reverse("billing:statement", args=[str(month.shifted(-1))])).text
