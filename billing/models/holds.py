from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from billing import triggers
from billing.models.cost_centres import CostCentre
from billing.models.wallets import Lot, Wallet
from billing.querysets import HoldQuerySet
from foundation.choices import ChoiceField, ShownChoices
from foundation.refs import RefField
from foundation.words import by_words, words_of

HOLD_WORDS = words_of("ref", "reference", "reason")


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
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
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
            by_words(HOLD_WORDS, "holds_by_words"),
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
