from django.conf import settings
from django.db import models
from django.db.models import Q

PEOPLE = settings.AUTH_USER_MODEL


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


class Granted(models.Model):
    """Up to which month nothing is left to grant to a partner since `since`, under these allowances.

    It spares a look at each month. What was granted is what the keys of transfers say.
    """

    partner = models.OneToOneField(PEOPLE, on_delete=models.PROTECT, primary_key=True, related_name="+")
    since = models.DateTimeField(help_text="When they became a partner, as of then.")
    through = models.DateField(help_text="First day of the month.")
    allowances = models.CharField(max_length=32, help_text="Digest of all allowances, as of then.")

    def __str__(self) -> str:
        return f"{self.partner_id} through {self.through:%Y-%m}"
