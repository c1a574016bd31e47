"""What pages say of credits."""

import pytest

from billing.models import Hold
from deployments.quotes import Quote
from deployments.story import costs
from foundation.credits import CREDIT


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
