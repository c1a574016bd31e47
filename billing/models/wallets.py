from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from billing import triggers
from billing.querysets import LotQuerySet


class Wallet(models.Model):
    """A person's credits and revenue. Every movement locks this row first and increments `version`."""

    owner = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="wallet")
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
        indexes = [
            models.Index(fields=["account"], condition=Q(remaining__gt=0), name="lots_with_something_left"),
            models.Index(
                fields=["expires_at"],
                condition=Q(remaining__gt=0, expires_at__isnull=False),
                name="lots_that_expire",
            ),
        ]
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
