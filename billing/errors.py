"""What the ledger refuses, each with a sentence for people."""

from foundation.credits import written


class LedgerError(Exception):
    """A movement that the ledger refuses; nothing was changed."""


class NotEnoughCredits(LedgerError):
    """Fewer credits are available than are needed; both in units."""

    def __init__(self, *, needed: int, available: int, purchased_only: bool = False) -> None:
        self.needed, self.available, self.purchased_only = needed, available, purchased_only
        kind = "Purchased credits" if purchased_only else "credits"
        super().__init__(
            f"Not enough credits: you need {written(needed)} {kind} and have {written(available)}. "
            "Ask an admin to add some."
        )


class KeyReused(LedgerError):
    """An idempotency key came back with another request under it."""

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
    """Nobody adjusts their own balance."""

    def __init__(self) -> None:
        super().__init__("You cannot change your own balance. Ask another admin.")


class HoldIsOver(LedgerError):
    """The hold was captured or released before, so that it cannot be the other now."""


class RefundTooLarge(LedgerError):
    """More than what was captured and not yet refunded."""


class BadAdjustment(LedgerError):
    """Amount, source, what was paid and reason do not go together."""
