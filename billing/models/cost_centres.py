from django.conf import settings
from django.db import models
from django.db.models import Q

from billing.querysets import CostCentreQuerySet
from foundation.refs import RefField
from foundation.words import by_words, words_of

PEOPLE = settings.AUTH_USER_MODEL
CENTRE_WORDS = words_of("deployment_name", "module_title")


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
        indexes = [by_words(CENTRE_WORDS, "cost_centres_by_words")]
        constraints = [
            models.CheckConstraint(
                condition=Q(share_percent__gte=0, share_percent__lte=100), name="share_is_a_percentage"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deployment_name} ({self.module_title})"
