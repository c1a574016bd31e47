"""What the ledger refuses, each with a sentence for people."""

from foundation.credits import to_credits


class LedgerError(Exception):
    """A movement that the ledger refuses; nothing was changed."""


class NotEnoughCredits(LedgerError):
    """Fewer credits are available than are needed; both in units."""

    def __init__(self, *, needed: int, available: int, purchased_only: bool = False):
        self.needed, self.available, self.purchased_only = needed, available, purchased_only
        kind = "Purchased credits" if purchased_only else "credits"
        super().__init__(
            f"Not enough credits: {to_credits(needed):,f} {kind} are needed, {to_credits(available):,f} are available."
        )


class KeyReused(LedgerError):
    """An idempotency key came back with another request under it."""

    def __init__(self, key: str):
        super().__init__(f"{key} was used for a different movement.")


class WalletMoved(LedgerError):
    """The balance changed after the form that adjusts it was opened."""

    def __init__(self):
        super().__init__("The balance has changed since this form was opened. Check it and send the form again.")


class OwnBalance(LedgerError):
    """Nobody adjusts their own balance."""

    def __init__(self):
        super().__init__("Nobody adjusts their own balance. Another admin has to do it.")


class HoldIsOver(LedgerError):
    """The hold was captured or released before, so that it cannot be the other now."""


class RefundTooLarge(LedgerError):
    """More is asked back than was captured and not yet refunded."""


class BadAdjustment(LedgerError):
    """Amount, source, what was paid and reason do not go together."""
