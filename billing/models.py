from datetime import datetime

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Concat, Lower
from django.utils import timezone

from billing import triggers
from billing.querysets import CostCentreQuerySet, HoldQuerySet, LotQuerySet, TransferQuerySet
from foundation.choices import ChoiceField, ShownChoices
from foundation.refs import RefField

PEOPLE = settings.AUTH_USER_MODEL


def _words(*columns: str) -> Lower:
    """What a search for transactions looks in, in lower case: an index has the trigrams of the same expression."""
    parts = [part for column in columns for part in (F(column), Value(" "))]
    return Lower(Concat(*parts[:-1], output_field=models.TextField()))


CENTRE_WORDS = _words("deployment_name", "module_title")
TRANSFER_WORDS = _words("ref", "reference", "reason")
HOLD_WORDS = _words("ref", "reference", "reason")


def _by_words(words: Lower, name: str) -> GinIndex:
    return GinIndex(OpClass(words, name="gin_trgm_ops"), name=name)


class Wallet(models.Model):
    """A person's credits and revenue. Every movement locks this row first and increments `version`."""

    owner = models.OneToOneField(PEOPLE, on_delete=models.PROTECT, related_name="wallet")
    version = models.PositiveBigIntegerField(default=0)

    class Meta:
        triggers = triggers.WALLET

    def __str__(self) -> str:
        return f"wallet of {self.owner}"


class Account(models.Model):
    """An account of a wallet or of the platform. The platform's has no wallet and no balance, so it needs no lock."""

    class Kind(models.TextChoices):
        AWARDED = "awarded", "Awarded"
        PURCHASED = "purchased", "Purchased"
        REVENUE = "revenue", "Revenue"
        ISSUANCE = "issuance", "Issuance"
        FEES = "fees", "Fees"
        BREAKAGE = "breakage", "Breakage"
        PAYOUTS = "payouts", "Payouts"

    wallet = models.ForeignKey(Wallet, on_delete=models.PROTECT, null=True, related_name="accounts")
    kind = models.CharField(max_length=10, choices=Kind)
    balance = models.BigIntegerField(default=0, help_text="Units, reserved ones included.")
    held = models.BigIntegerField(default=0, help_text="Units of the balance that are reserved.")
    sequence = models.PositiveBigIntegerField(default=0, help_text="Number of the newest entry.")

    class Meta:
        triggers = triggers.ACCOUNT
        constraints = [
            models.UniqueConstraint(fields=["wallet", "kind"], nulls_distinct=False, name="one_account_per_kind"),
            models.CheckConstraint(
                condition=Q(wallet__isnull=True) | Q(held__gte=0, balance__gte=F("held")),
                name="account_never_below_zero",
            ),
            models.CheckConstraint(
                condition=Q(wallet__isnull=False) | Q(balance=0, held=0, sequence=0),
                name="system_account_keeps_no_balance",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.wallet_id or 'the platform'}"


class Lot(models.Model):
    """Credits of one origin, price and expiry."""

    class Source(models.TextChoices):
        SALE = "sale", "Sale"
        GRANT = "grant", "Monthly grant"
        AWARD = "award", "Award"
        GOODWILL = "goodwill", "Goodwill"
        REFUND = "refund", "Refund"

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="lots")
    source = models.CharField(max_length=10, choices=Source)
    amount = models.BigIntegerField(help_text="Units that came in.")
    remaining = models.BigIntegerField(help_text="Units not yet spent, reserved ones included.")
    held = models.BigIntegerField(default=0)
    expires_at = models.DateTimeField(null=True)
    period = models.DateField(null=True, help_text="First day of the month that a grant is for.")
    paid = models.BigIntegerField(default=0, help_text="What was paid for it, in minor units of `currency`.")
    currency = models.CharField(max_length=3, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = LotQuerySet.as_manager()

    class Meta:
        triggers = triggers.LOT
        indexes = [models.Index(fields=["account"], condition=Q(remaining__gt=0), name="lots_with_something_left")]
        constraints = [
            models.CheckConstraint(
                condition=Q(held__gte=0, remaining__gte=F("held"), amount__gte=F("remaining"), amount__gt=0),
                name="lot_spends_what_it_has",
            ),
            models.CheckConstraint(condition=Q(paid=0) | ~Q(currency=""), name="paid_lot_has_a_currency"),
            models.UniqueConstraint(
                fields=["account", "period"], condition=Q(source="grant"), name="one_grant_per_account_and_month"
            ),
            models.CheckConstraint(condition=~Q(source="grant") | Q(period__isnull=False), name="grant_has_a_month"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.remaining}/{self.amount}"


class CostCentre(models.Model):
    """The facts about a deployment that billing needs, copied so that billing does not depend on deployments."""

    ref = RefField()
    owner = models.ForeignKey(PEOPLE, on_delete=models.PROTECT, related_name="cost_centres")
    deployment_ref = models.CharField(max_length=10, unique=True)
    deployment_name = models.CharField(max_length=100)
    module_title = models.CharField(max_length=200)
    partner = models.ForeignKey(PEOPLE, on_delete=models.PROTECT, null=True, related_name="+")
    share_percent = models.DecimalField(
        max_digits=5, decimal_places=2, default=0, help_text="The partner's part of what was paid for the credits."
    )
    opened_at = models.DateTimeField(auto_now_add=True)

    objects = CostCentreQuerySet.as_manager()

    class Meta:
        indexes = [_by_words(CENTRE_WORDS, "cost_centres_by_words")]
        constraints = [
            models.CheckConstraint(
                condition=Q(share_percent__gte=0, share_percent__lte=100), name="share_is_a_percentage"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deployment_name} ({self.module_title})"


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
    partner = models.ForeignKey(PEOPLE, on_delete=models.PROTECT, null=True, related_name="+")
    share_percent = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    charged_amount = models.BigIntegerField(default=0, help_text="What was paid for the credits, in minor units.")
    share_amount = models.BigIntegerField(default=0, help_text="The partner's revenue in minor units.")
    currency = models.CharField(max_length=3, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = TransferQuerySet.as_manager()

    class Meta:
        triggers = triggers.TRANSFER
        indexes = [
            models.Index(fields=["wallet", "-created_at"], name="transfers_by_wallet_and_time"),
            models.Index(fields=["partner", "created_at"], name="revenue_by_partner_and_time"),
            models.Index(fields=["-created_at", "-id"], condition=~Q(kind="revenue"), name="transfers_by_time"),
            models.Index(
                fields=["created_at"],
                include=["cost_centre", "awarded", "purchased"],
                condition=Q(kind__in=["capture", "refund"]),
                name="usage_by_time",
            ),
            _by_words(TRANSFER_WORDS, "transfers_by_words"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.ref}"


class Entry(models.Model):
    """One line of a transfer; the lines of a transfer sum to zero."""

    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="entries")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="entries")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, null=True, related_name="entries")
    amount = models.BigIntegerField()
    balance_after = models.BigIntegerField(null=True, help_text="Null on a system account.")
    sequence = models.PositiveBigIntegerField(null=True, help_text="Null on a system account.")

    class Meta:
        triggers = triggers.ENTRY
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="entry_moves_something"),
            models.UniqueConstraint(fields=["account", "sequence"], name="one_entry_per_account_and_sequence"),
        ]

    def __str__(self) -> str:
        return f"{self.amount:+d}"


class Hold(models.Model):
    """Credits reserved for a deployment, until they are charged (captured) or returned (released).

    It stays with the deployment when a run failed while resources exist: `due_at` then says when it is charged at the
    latest, and `destroy_by` until when the destroy must be asked for that returns it. `docs/reliability.md` has the
    whole rule.
    """

    class State(ShownChoices):
        PENDING = "pending", "", "clock", "Reserved"
        CAPTURED = "captured", "", "check", "Charged"
        RELEASED = "released", "", "replace", "Returned"

    ref = RefField()
    wallet = models.ForeignKey(Wallet, on_delete=models.PROTECT, related_name="holds")
    cost_centre = models.ForeignKey(CostCentre, on_delete=models.PROTECT, related_name="holds")
    run_ref = models.CharField(max_length=10, unique=True, help_text="The run that it was reserved for.")
    key = models.CharField(max_length=120, unique=True, help_text="Idempotency key.")
    request_hash = models.CharField(max_length=64)
    by = models.ForeignKey(PEOPLE, on_delete=models.PROTECT, null=True, related_name="+")
    reference = models.CharField(max_length=200, blank=True, help_text="What it is for, as people read it.")
    amount = models.BigIntegerField()
    state = ChoiceField(max_length=10, choices=State, default=State.PENDING)
    captured = models.BigIntegerField(default=0)
    refunded = models.BigIntegerField(default=0)
    earns = models.BooleanField(default=True, help_text="Whether the partner earns from its charge.")
    reason = models.CharField(max_length=300, blank=True, help_text="Why it was returned, or charged without success.")
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(null=True, help_text="When it is charged, if it stays with the deployment.")
    destroy_by = models.DateTimeField(null=True, help_text="A destroy asked for later does not return it.")
    warned_at = models.DateTimeField(null=True, help_text="When its owner was told that it is charged soon.")
    finished_at = models.DateTimeField(null=True)

    objects = HoldQuerySet.as_manager()

    class Meta:
        triggers = triggers.HOLD
        indexes = [
            models.Index(fields=["wallet", "-created_at"], name="holds_by_wallet_and_time"),
            models.Index(fields=["due_at"], condition=Q(state="pending"), name="holds_to_charge"),
            models.Index(fields=["wallet"], condition=Q(state="pending"), name="reservations_of_wallet"),
            models.Index(fields=["-created_at", "-id"], name="holds_by_time"),
            models.Index(fields=["-finished_at", "-id"], condition=Q(state="released"), name="releases_by_time"),
            _by_words(HOLD_WORDS, "holds_by_words"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["cost_centre"], condition=Q(state__in=["pending", "captured"]), name="one_charge_per_deployment"
            ),
            models.CheckConstraint(
                condition=Q(due_at__isnull=True, destroy_by__isnull=True)
                | Q(due_at__isnull=False, destroy_by__isnull=False, due_at__gte=F("destroy_by")),
                name="hold_that_stays_says_until_when",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="hold_reserves_something"),
            models.CheckConstraint(
                condition=Q(captured__gte=0, amount__gte=F("captured")), name="hold_captures_what_it_has"
            ),
            models.CheckConstraint(
                condition=Q(refunded__gte=0, captured__gte=F("refunded")), name="hold_refunds_what_it_captured"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.state}"

    def covers(self, *, run: str, moment: datetime) -> bool:
        """Whether it was reserved for this run, or was still reserved when the run was asked for."""
        is_open = self.finished_at is None or self.finished_at >= moment
        return self.run_ref == run or (self.created_at <= moment and is_open)


class HoldLine(models.Model):
    """The units that a hold reserves of one lot; the lines of a hold are in spend order."""

    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, related_name="lines")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="+")
    amount = models.BigIntegerField()
    refunded = models.BigIntegerField(default=0)

    class Meta:
        triggers = triggers.HOLD_LINE
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="hold_line_reserves_something"),
            models.CheckConstraint(
                condition=Q(refunded__gte=0, amount__gte=F("refunded")), name="hold_line_refunds_what_it_has"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} of lot {self.lot_id}"


class Allowance(models.Model):
    """The monthly grant of a partner from a day on; without a partner, the default for all."""

    partner = models.ForeignKey(PEOPLE, on_delete=models.PROTECT, null=True, blank=True, related_name="allowances")
    amount = models.BigIntegerField(help_text="Units a month. 0 for no grant.")
    valid_from = models.DateField()
    by = models.ForeignKey(PEOPLE, on_delete=models.PROTECT, null=True, editable=False, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "valid_from"], nulls_distinct=False, name="one_allowance_per_partner_and_day"
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="allowance_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.partner or 'default'} from {self.valid_from}"
