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
