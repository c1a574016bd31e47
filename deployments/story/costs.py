"""Sentences about a deployment's credits: reserved, charged or returned."""

from datetime import datetime

from django.utils.html import format_html

from accounts.models import User
from billing import reservation
from billing.models import Hold
from deployments.models import Run
from deployments.offers import WithFigures
from deployments.quotes import Quote
from foundation.credits import CREDIT, amount, written
from foundation.paragraphs import Notice, joined
from foundation.times import when

WORDS = {state.value: state.label.lower() for state in Hold.State}
NOTHING_STARTED = "No run was started and no credits were reserved."
KEPT = f"Your inputs are kept. {NOTHING_STARTED}"
WHEN_CHARGED = "Reserved when you confirm, charged on success. Returned if nothing was created."


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


def run_cost(quote: Quote, usable: int, charge: Hold | None = None) -> str:
    """How an update is paid; `usable` is what the owner can spend, in units, and `charge` what is reserved already."""
    if charge and charge.state == Hold.State.PENDING:
        return f"{amount(charge.amount)} {_is(charge)} reserved already, and charged on success."
    if not quote.price:
        return "This run is free."
    kind = "Purchased credits" if quote.is_purchased_only else "credits"
    return f"{written(usable)} {kind} are available. {WHEN_CHARGED}"


def settled(hold: Hold | None) -> str:
    """Whether the credits of a run are reserved, charged or returned; blank when it has none."""
    if hold is None:
        return ""
    if hold.state == Hold.State.PENDING:
        return f"{amount(hold.amount)} reserved until this run ends."
    why = f", {hold.reason}" if hold.state == Hold.State.CAPTURED and hold.reason else ""
    return f"{amount(hold.amount)} {word(hold.state)}{why}."


def stays(hold: Hold | None, *, is_busy: bool, is_yours: bool, now: datetime, has_lost: bool = False) -> Notice | None:
    """The notice about credits that wait for the next run, as the last one failed and left resources.

    Those of a deployment that `has_lost` a state wait for an admin: what it listed may still exist.
    """
    if hold is None or hold.state != Hold.State.PENDING or hold.due_at is None or is_busy:
        return None
    if has_lost:
        title = f"{amount(hold.amount)} {_is(hold)} reserved, because a state was lost."
        return Notice(title, format_html("Charged on {}. An admin can check what still exists.", when(hold.due_at)))
    title, text = reservation.until(hold, is_yours=is_yours), reservation.charged(hold, now=now, is_yours=is_yours)
    return Notice(title, text, "warn", "clock")


def on_destroy(hold: Hold | None, *, now: datetime, has_lost: bool = False) -> str:
    """What destroying does to reserved credits; blank without any."""
    if hold is None or hold.state != Hold.State.PENDING:
        return ""
    if has_lost:
        return f"{_reserved(hold)} stay{'s' if hold.amount == CREDIT else ''} reserved until an admin decides."
    is_in_time = hold.destroy_by is None or now <= hold.destroy_by
    fate = "returned if nothing is left" if is_in_time else "charged"
    return f"{_reserved(hold)} {_is(hold)} {fate}."


def on_cancel(hold: Hold | None, run: Run, *, now: datetime) -> str:
    """What cancelling `run` does to reserved credits; blank without any."""
    if hold is None or hold.state != Hold.State.PENDING:
        return ""
    if hold.due_at and not (run.takes_effect and run.is_applying):
        return f"{_reserved(hold)} stay{'s' if hold.amount == CREDIT else ''} reserved."
    is_late = hold.destroy_by is not None and now > hold.destroy_by
    if run.is_applying:
        return f"{_reserved(hold)} {_is(hold)} charged{'' if is_late else ' if resources exist, otherwise returned'}."
    return f"{_reserved(hold)} {_is(hold)} returned."


def _reserved(hold: Hold) -> str:
    """ "The 40 reserved credits"."""
    return f"The {amount(hold.amount).replace(' ', ' reserved ', 1)}"


def _is(hold: Hold) -> str:
    return "is" if hold.amount == CREDIT else "are"


def listed(state: str | None, units: int | None) -> str:
    """A deployment's credits in a list: "40", followed by their state unless they were charged."""
    if not state:
        return "0"
    return written(units or 0) if state == Hold.State.CAPTURED else f"{written(units or 0)} {word(state)}"


def word(state: str | None) -> str:
    """The state of a hold in lower case; blank when there is none."""
    return WORDS[state] if state else ""
