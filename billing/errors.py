"""Errors of the ledger, each with a sentence for people."""

from foundation.credits import written


class LedgerError(Exception):
    """The ledger refuses a movement; nothing was changed."""


class NotEnoughCredits(LedgerError):
    """`available` credits are fewer than `needed`; both in units."""

    def __init__(self, *, needed: int, available: int, purchased_only: bool = False) -> None:
        self.needed, self.available, self.purchased_only = needed, available, purchased_only
        kind = "Purchased credits" if purchased_only else "credits"
        super().__init__(
            f"Not enough credits: you need {written(needed)} {kind} and have {written(available)}. "
            "Ask an admin to add some."
        )


class KeyReused(LedgerError):
    """An idempotency key was used again for a different request."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__("This was sent before with other values. Nothing was changed. Open the page again.")


class WalletMoved(LedgerError):
    """The balance changed after the form that adjusts it was opened."""

    def __init__(self) -> None:
        super().__init__(
            "The balance changed after you opened this form. Nothing was added. Check it, then send the form again."
        )


class OwnBalance(LedgerError):
    """People cannot add credits to their own balance, or refund to it."""

    def __init__(self) -> None:
        super().__init__("You cannot change your own balance. Ask another admin.")


class HoldIsOver(LedgerError):
    """A released hold cannot be captured, nor a captured one released."""


class RefundTooLarge(LedgerError):
    """The amount is not between 1 and what was captured and not yet refunded."""


class BadAdjustment(LedgerError):
    """The source, amount, payment or reason of an adjustment is missing or invalid."""
