"""Sentences about revenue on the billing pages."""

from accounts.models import User

FREE = "Free credits don't count towards"


def hint(*, everyone: bool) -> str:
    """What revenue counts, for a partner, or with `everyone` for an admin."""
    if everyone:
        return f"Partners earn only on credits the customer paid for. {FREE} their revenue."
    return f"You earn only on credits the customer paid for. {FREE} your revenue."


def due_label(partner: User, *, everyone: bool) -> str:
    """The label of the balance due; blank for somebody who is no partner."""
    if not partner.is_partner:
        return ""
    return f"Balance due to {partner}" if everyone else "Balance due"
