from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from billing import triggers
from billing.models.cost_centres import CostCentre
from billing.models.wallets import Account, Lot, Wallet
from billing.querysets import TransferQuerySet
from foundation.choices import ShownChoices
from foundation.refs import RefField
from foundation.words import by_words, words_of

PEOPLE = settings.AUTH_USER_MODEL
TRANSFER_WORDS = words_of("ref", "reference", "reason")


class Transfer(models.Model):
    """A movement in the ledger. Append-only: a correction is another transfer."""

    class Kind(ShownChoices):
        SALE = "sale", "", "coins", "Sale"
        GRANT = "grant", "", "coins", "Grant"
        AWARD = "award", "", "coins", "Award"
        GOODWILL = "goodwill", "", "coins", "Goodwill"
        CAPTURE = "capture", "", "rocket", "Charged"
        REFUND = "refund", "", "check", "Refunded"
        EXPIRY = "expiry", "", "clock", "Expired"
        REVENUE = "revenue", "", "coins", "Revenue"

    ref = RefField()
    wallet = models.ForeignKey(Wallet, on_delete=models.PROTECT, related_name="transfers")
    kind = models.CharField(max_length=10, choices=Kind)
    key = models.CharField(max_length=120, unique=True, help_text="Idempotency key.")
    request_hash = models.CharField(max_length=64)
    transaction = models.BigIntegerField(default=0, editable=False, help_text="PostgreSQL's; written by a trigger.")
    by = models.ForeignKey(PEOPLE, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=300, blank=True)
    reference = models.CharField(max_length=200, blank=True, help_text="What it is for, as people read it.")
    reverses = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="reversed_by")
    awarded = models.BigIntegerField(default=0, help_text="Units that the Awarded balance moved by.")
    purchased = models.BigIntegerField(default=0, help_text="Units that the Purchased balance moved by.")
    balance_after = models.BigIntegerField(
        null=True, help_text="Awarded and Purchased together, reserved ones included."
    )
    run_ref = models.CharField(max_length=10, blank=True)
    cost_centre = models.ForeignKey(CostCentre, on_delete=models.PROTECT, null=True, related_name="transfers")
    module_title = models.CharField(max_length=200, blank=True)
    deployment_ref = models.CharField(max_length=10, blank=True)
    partner = models.ForeignKey(PEOPLE, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    share_percent = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    charged_amount = models.BigIntegerField(default=0, help_text="What was paid for the credits, in minor units.")
    share_amount = models.BigIntegerField(default=0, help_text="The partner's revenue in minor units.")
    currency = models.CharField(max_length=3, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = TransferQuerySet.as_manager()

    class Meta:
        triggers = triggers.TRANSFER
        indexes = [
            models.Index(
                fields=["wallet", "-created_at"], condition=~Q(kind="revenue"), name="transfers_by_wallet_and_time"
            ),
            models.Index(
                fields=["partner", "created_at"], include=["kind", "share_amount"], name="revenue_by_partner_and_time"
            ),
            models.Index(fields=["-created_at", "-id"], condition=~Q(kind="revenue"), name="transfers_by_time"),
            models.Index(
                fields=["created_at"],
                include=["cost_centre", "awarded", "purchased"],
                condition=Q(kind__in=["capture", "refund"]),
                name="usage_by_time",
            ),
            by_words(TRANSFER_WORDS, "transfers_by_words"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.ref}"


class Entry(models.Model):
    """One line of a transfer; the lines of a transfer sum to zero."""

    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="entries")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="entries")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, null=True, related_name="entries", db_index=False)
    amount = models.BigIntegerField()
    balance_after = models.BigIntegerField(null=True, help_text="Null on a system account.")
    sequence = models.PositiveBigIntegerField(null=True, help_text="Null on a system account.")
    lot_after = models.BigIntegerField(null=True, editable=False, help_text="What the lot has left; by a trigger.")

    class Meta:
        triggers = triggers.ENTRY
        indexes = [models.Index(fields=["lot", "-id"], name="entries_by_lot")]
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="entry_moves_something"),
            models.UniqueConstraint(fields=["account", "sequence"], name="one_entry_per_account_and_sequence"),
        ]

    def __str__(self) -> str:
        return f"{self.amount:+d}"
