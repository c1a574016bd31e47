"""Sentences about a deployment's credits: reserved, charged or returned."""

from accounts.models import User
from billing.models import Hold
from deployments.offers import WithFigures
from deployments.quotes import Quote
from foundation.credits import amount, written
from foundation.paragraphs import joined

NOTHING_STARTED = "No run was started and no credits were reserved."
KEPT = f"Your inputs are kept. {NOTHING_STARTED}"
WHEN_CHARGED = "Reserved when you confirm, charged on success, otherwise returned."


def for_amount(verb: str, price: int) -> str:
    """The label of a button, with the price if there is one: "Run again for 40 credits"."""
    return f"{verb} for {amount(price)}" if price else verb


def deploy_action(name: str, price: int) -> str:
    """The label of the button that confirms a new deployment."""
    return for_amount("Deploy", price) if price else f"Deploy {name}"


def next_page(*, is_own: bool) -> str:
    """What the page after the form of a new deployment shows; a person's own module costs them nothing."""
    return "The next page shows what you are about to deploy." if is_own else "The next page shows cost and balance."


def price_of(module: WithFigures, user: User) -> str:
    """The price on the module's card."""
    return "Free, your own" if module.owner_id == user.pk else amount(module.price)


def explained(quote: Quote, from_awarded: int) -> str:
    """How a new deployment is paid; `from_awarded` is in units."""
    if not quote.price:
        return "This module is free."
    kinds = "Only Purchased credits can pay for it." if quote.is_purchased_only else ""
    if from_awarded:
        kinds = f"{amount(from_awarded)} of it from Awarded credits, which are used first."
    return joined([kinds, WHEN_CHARGED])


def run_cost(quote: Quote, usable: int) -> str:
    """How an update is paid; `usable` is what the owner can spend, in units."""
    if not quote.price:
        return "This run is free."
    kind = "Purchased credits" if quote.is_purchased_only else "credits"
    return f"{written(usable)} {kind} are available. {WHEN_CHARGED}"


def settled(hold: Hold) -> str:
    """Whether a run's credits are reserved, charged or returned."""
    until = " until this run ends" if hold.state == Hold.State.PENDING else ""
    return f"{amount(hold.amount)} {word(hold.state)}{until}."


def listed(state: str | None, units: int | None) -> str:
    """A deployment's credits in a list: "40", followed by their state unless they were charged."""
    if not state:
        return "0"
    return written(units or 0) if state == Hold.State.CAPTURED else f"{written(units or 0)} {word(state)}"


def word(state: str | None) -> str:
    """The state of a hold in lower case; blank when there is none."""
    return Hold.State(state).label.lower() if state else ""
