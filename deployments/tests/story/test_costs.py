"""What pages say of credits."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils.html import strip_tags

from billing.models import Hold
from deployments.models import Run
from deployments.quotes import Quote
from deployments.story import costs
from foundation.credits import CREDIT

FAILED_AT = datetime(2026, 11, 27, 14, tzinfo=UTC)
SOON, LATE = FAILED_AT + timedelta(hours=3), FAILED_AT + timedelta(hours=25)


def reserved(amount=40, **fields) -> Hold:
    return Hold(state=Hold.State.PENDING, amount=amount * CREDIT, **fields)


def kept(amount=40) -> Hold:
    """What a run that failed at FAILED_AT left reserved."""
    times = {"due_at": FAILED_AT + timedelta(days=7), "destroy_by": FAILED_AT + timedelta(hours=24)}
    return reserved(amount, **times)


@pytest.mark.parametrize(
    ("price", "text"), [(0, "Deploy web-shop"), (CREDIT, "Deploy for 1 credit"), (40 * CREDIT, "Deploy for 40 credits")]
)
def test_the_button_of_a_new_deployment_names_its_price(price, text):
    assert costs.deploy_action("web-shop", price) == text


@pytest.mark.parametrize(
    ("quote", "from_awarded", "text"),
    [
        (Quote("1.0.0", 0), 0, "This module is free."),
        (Quote("1.0.0", 40 * CREDIT), 0, costs.WHEN_CHARGED),
        (
            Quote("1.0.0", 40 * CREDIT),
            15 * CREDIT,
            f"15 credits of it from Awarded credits, which are used first. {costs.WHEN_CHARGED}",
        ),
        (
            Quote("1.0.0", 40 * CREDIT, is_purchased_only=True),
            0,
            f"Only Purchased credits can pay for it. {costs.WHEN_CHARGED}",
        ),
    ],
)
def test_the_cost_of_a_new_deployment_is_explained(quote, from_awarded, text):
    assert costs.explained(quote, from_awarded) == text


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        (Quote("1.0.0", 0), "This run is free."),
        (Quote("1.0.0", 40 * CREDIT), f"100 credits are available. {costs.WHEN_CHARGED}"),
        (Quote("1.0.0", 1, is_purchased_only=True), f"100 Purchased credits are available. {costs.WHEN_CHARGED}"),
    ],
)
def test_the_cost_of_a_run_is_explained(quote, text):
    assert costs.run_cost(quote, 100 * CREDIT) == text


@pytest.mark.parametrize(
    ("state", "on_its_run", "in_the_list"),
    [
        (Hold.State.PENDING, "40 credits reserved until this run ends.", "40 reserved"),
        (Hold.State.CAPTURED, "40 credits charged.", "40"),
        (Hold.State.RELEASED, "40 credits returned.", "40 returned"),
    ],
)
def test_credits_of_a_run_are_reserved_charged_or_returned(state, on_its_run, in_the_list):
    assert costs.settled(Hold(state=state, amount=40 * CREDIT)) == on_its_run
    assert costs.listed(state, 40 * CREDIT) == in_the_list


def test_what_cost_nothing_is_listed_as_zero():
    assert costs.listed(None, None) == "0"


@pytest.mark.parametrize(
    ("is_own", "words"),
    [(True, "The next page shows what you are about to deploy."), (False, "The next page shows cost and balance.")],
)
def test_bar_of_an_own_module_promises_no_cost_and_balance(is_own, words):
    assert costs.next_page(is_own=is_own) == words


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        ("cancelled while applying", "40 credits charged, cancelled while applying."),
        ("not run again by 4 Dec 2026, 14:00 UTC", "40 credits charged, not run again by 4 Dec 2026, 14:00 UTC."),
    ],
)
def test_a_charge_without_success_says_why(reason, text):
    assert costs.settled(Hold(state=Hold.State.CAPTURED, amount=40 * CREDIT, reason=reason)) == text
    assert costs.settled(None) == ""


def said(hold, *, now, is_yours=True) -> str:
    notice = costs.stays(hold, is_busy=False, is_yours=is_yours, now=now)
    return strip_tags(f"{notice.title} {notice.text}")


def test_credits_that_stay_reserved_say_until_when():
    assert said(kept(), now=SOON) == (
        "40 credits are reserved until you run it again."
        " They are charged on 4 Dec 14:00, unless you destroy it by 28 Nov 14:00."
    )
    assert said(kept(1), now=LATE) == (
        "1 credit is reserved until you run it again. It is charged on 4 Dec 14:00, or earlier if you destroy it."
    )
    assert said(kept(), now=SOON, is_yours=False) == (
        "40 credits are reserved until its owner runs it again."
        " They are charged on 4 Dec 14:00, unless its owner destroys it by 28 Nov 14:00."
    )


@pytest.mark.parametrize(
    ("hold", "is_busy"), [(None, False), (reserved(), False), (kept(), True), (Hold(state=Hold.State.CAPTURED), False)]
)
def test_there_is_no_notice_while_a_run_decides_or_when_nothing_is_reserved(hold, is_busy):
    assert costs.stays(hold, is_busy=is_busy, is_yours=True, now=SOON) is None


@pytest.mark.parametrize(
    ("hold", "run", "now", "text"),
    [
        (None, Run(action="deploy"), SOON, ""),
        (reserved(), Run(action="deploy"), SOON, "The 40 reserved credits are returned."),
        (reserved(1), Run(action="deploy"), SOON, "The 1 reserved credit is returned."),
        (
            reserved(),
            Run(action="deploy", phases={"applying": "…"}),
            SOON,
            "The 40 reserved credits are charged if resources exist, otherwise returned.",
        ),
        (kept(), Run(action="retry"), SOON, "The 40 reserved credits stay reserved."),
        (kept(), Run(action="destroy", phases={"applying": "…"}), SOON, "The 40 reserved credits stay reserved."),
        (kept(), Run(action="retry", phases={"applying": "…"}), LATE, "The 40 reserved credits are charged."),
    ],
)
def test_cancel_says_what_becomes_of_reserved_credits(hold, run, now, text):
    assert costs.on_cancel(hold, run, now=now) == text


@pytest.mark.parametrize(
    ("hold", "now", "text"),
    [
        (None, SOON, ""),
        (Hold(state=Hold.State.CAPTURED, amount=CREDIT), SOON, ""),
        (kept(), SOON, "The 40 reserved credits are returned if nothing is left."),
        (kept(), LATE, "The 40 reserved credits are charged."),
    ],
)
def test_destroy_says_what_becomes_of_reserved_credits(hold, now, text):
    assert costs.on_destroy(hold, now=now) == text


def test_an_update_of_what_is_reserved_says_so():
    assert costs.run_cost(Quote("1.0.0", 0), 100 * CREDIT, kept()) == (
        "40 credits are reserved already, and charged on success."
    )


def test_a_destroy_was_said_to_return_credits_that_wait_for_an_admin():
    assert (
        costs.on_destroy(kept(), now=SOON, has_lost=True)
        == "The 40 reserved credits stay reserved until an admin decides."
    )
    notice = costs.stays(kept(), is_busy=False, is_yours=True, has_lost=True, now=SOON)
    assert strip_tags(f"{notice.title} {notice.text}") == (
        "40 credits are reserved, because a state was lost."
        " Charged on 4 Dec 14:00. An admin can check what still exists."
    )
