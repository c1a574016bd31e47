"""What the billing pages say about a partner's revenue."""

from accounts.models import User

FREE = "Free credits don't count towards"


def hint(*, everyone: bool) -> str:
    """What a list of revenue counts; one of `everyone` is an admin's."""
    if everyone:
        return f"Partners earn only on credits the customer paid for. {FREE} their revenue."
    return f"You earn only on credits the customer paid for. {FREE} your revenue."


def due_label(partner: User, *, everyone: bool) -> str:
    """What goes before the balance due; blank for somebody who earns nothing."""
    if not partner.is_partner:
        return ""
    return f"Balance due to {partner}" if everyone else "Balance due"
