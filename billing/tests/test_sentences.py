"""What the billing pages say."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils.html import strip_tags

from accounts.models import User
from billing import due_grants, earnings, overview_page, reservation, statement_page
from billing.granting import Due
from billing.models import CostCentre, Hold
from billing.months import Month
from billing.services import Balance
from billing.tabs import tabs
from foundation.credits import CREDIT


def hold_for(name: str) -> Hold:
    return Hold(cost_centre=CostCentre(deployment_name=name))


FAILED_AT = datetime(2026, 11, 27, 14, tzinfo=UTC)


def kept_for(name: str) -> Hold:
    """40 credits that a run which failed at FAILED_AT left reserved."""
    times = {"due_at": FAILED_AT + timedelta(days=7), "destroy_by": FAILED_AT + timedelta(hours=24)}
    return Hold(amount=40 * CREDIT, cost_centre=CostCentre(deployment_name=name), **times)


def test_the_overview_names_the_day_of_a_charge():
    assert overview_page.reserved_for([kept_for("shop"), hold_for("queue")]) == "shop (until 4 Dec) and queue"


def test_the_statement_says_what_is_reserved_and_until_when():
    (said,) = reservation.of_statement([kept_for("<shop>")], now=FAILED_AT, is_yours=True)
    assert strip_tags(said) == (
        "&lt;shop&gt;: 40 credits are reserved until you run it again."
        " They are charged on 4 Dec 14:00, unless you destroy it by 28 Nov 14:00."
    )


def test_a_statement_names_twenty_reservations_and_says_that_there_are_more():
    said = reservation.of_statement([kept_for("shop")] * 21, now=FAILED_AT, is_yours=False)
    assert (len(said), said[-1]) == (21, "Credits are reserved for more deployments.")


def due(*credits: int) -> list[Due]:
    return [Due(1, "ref", "alice@example.com", date(2026, 11, 1), amount * CREDIT) for amount in credits]


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([], "Nothing reserved"),
        (["shop"], "shop"),
        (["shop", "queue"], "shop and queue"),
        (["a", "b", "c", "d", "e"], "a, b, c and 2 more"),
    ],
)
def test_what_credits_are_reserved_for(names, words):
    assert overview_page.reserved_for([hold_for(name) for name in names]) == words


@pytest.mark.parametrize(
    ("pace", "posted", "words"),
    [
        (0, 0, "You used no credits in the last 90 days. Ask an admin to add credits."),
        (0, 10, "You used no credits in the last 90 days."),
        (CREDIT, 10, "You use about 1 credit a month."),
        (1_200 * CREDIT, 0, "You use about 1,200 credits a month. Ask an admin to add credits."),
    ],
)
def test_how_fast_credits_are_used(pace, posted, words):
    assert overview_page.pace(pace, posted=posted) == words


def test_an_admin_without_credits_is_told_to_ask_another_one():
    words = "You used no credits in the last 90 days. Ask another admin to add credits."
    assert overview_page.pace(0, posted=0, is_admin=True) == words


@pytest.mark.parametrize(("is_partner", "words"), [(True, "No allowance set"), (False, "Partners only")])
def test_why_no_grant_comes(is_partner, words):
    assert overview_page.no_grant(is_partner=is_partner) == words


def test_the_bar_of_the_balance_in_words():
    balance = Balance(awarded=12_500, purchased=1_000 * CREDIT, held=2 * CREDIT)
    words = "1,000 Purchased, 1.25 Awarded and 2 reserved, of 1,003.25 credits"
    assert overview_page.balance_label(balance) == words


@pytest.mark.parametrize(
    ("everyone", "words"),
    [
        (
            False,
            "You earn only on credits the customer paid for. Free credits don't count towards your revenue.",
        ),
        (
            True,
            "Partners earn only on credits the customer paid for. Free credits don't count towards their revenue.",
        ),
    ],
)
def test_what_revenue_counts(everyone, words):
    assert earnings.hint(everyone=everyone) == words


@pytest.mark.parametrize(
    ("is_partner", "everyone", "words"),
    [
        (True, False, "Balance due"),
        (True, True, "Balance due to alice@example.com"),
        (False, True, ""),
    ],
)
def test_whose_balance_is_due(is_partner, everyone, words):
    assert earnings.due_label(User(email="alice@example.com", is_partner=is_partner), everyone=everyone) == words


@pytest.mark.parametrize(
    ("credits", "words"),
    [
        ([], "Nothing is due. Every partner has the grants of all months so far."),
        ([500], "1 grant due, 500 credits in total. No month is granted twice."),
        ([500, 1000], "2 grants due, 1,500 credits in total. No month is granted twice."),
    ],
)
def test_what_grants_are_due(credits, words):
    assert due_grants.summary(due(*credits)) == words


@pytest.mark.parametrize(("number", "words"), [(200, ""), (1_250, "1,250 grants, 200 shown.")])
def test_how_much_of_the_list_is_shown(number, words):
    assert due_grants.shown(number, most=200) == words


@pytest.mark.parametrize(
    ("page", "sees_revenue", "current"),
    [
        ("overview", False, ["page", "", "", ""]),
        ("revenue", True, ["", "", "", "", "page"]),
        ("statement", True, ["", "", "true", "", ""]),
        ("credits", False, ["", "", "", ""]),
    ],
)
def test_which_tab_is_open(page, sees_revenue, current):
    assert [tab.current for tab in tabs(page, sees_revenue=sees_revenue)] == current


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (datetime(2026, 11, 3, tzinfo=UTC), "1 to 31 October 2026, UTC."),
        (datetime(2026, 10, 31, 23, tzinfo=UTC), "1 October 2026 to now, UTC. More may follow this month."),
    ],
)
def test_which_days_a_statement_covers(now, words):
    assert statement_page.covers(Month(2026, 10), now=now) == words


@pytest.mark.parametrize(
    ("person", "sees_all", "words"),
    [
        (None, False, "No deployment of yours was charged in October 2026."),
        (None, True, "No deployment was charged in October 2026."),
        (User(pk=1, email="alice@example.com"), True, "No deployment of yours was charged in October 2026."),
        (
            User(pk=2, email="carol@example.com"),
            True,
            "No deployment of carol@example.com was charged in October 2026.",
        ),
    ],
)
def test_whose_deployments_were_not_charged(person, sees_all, words):
    whose = statement_page.whose(person, User(pk=1), sees_all=sees_all)
    assert statement_page.no_usage(Month(2026, 10), whose) == words
