from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.models import User
from deployments import triggers
from deployments.models.inputs import Inputs
from deployments.querysets import DeploymentQuerySet
from foundation.choices import ChoiceField, ShownChoices
from foundation.refs import RefField

PEOPLE = settings.AUTH_USER_MODEL


class Deployment(Inputs):
    """A module version deployed for its owner, with inputs, states and runs."""

    class Status(ShownChoices):
        PENDING = "pending", "", "clock", "Pending"
        LIVE = "live", "ok", "ok", "Live"
        DESTROYED = "destroyed", "", "trash", "Destroyed"

    class Mark(ShownChoices):
        """The mark for people who may see a deployment but not change it."""

        READ_ONLY = "read_only", "", "eye", "Read only"

    ref = RefField()
    owner = models.ForeignKey(PEOPLE, on_delete=models.PROTECT, related_name="deployments")
    name = models.CharField(max_length=60)
    nonce = models.CharField(max_length=10, null=True, unique=True, editable=False, help_text="Reference of its form.")
    version = models.ForeignKey("modules.ModuleVersion", on_delete=models.PROTECT, related_name="deployments")
    cost_centre = models.OneToOneField("billing.CostCentre", on_delete=models.PROTECT, related_name="deployment")
    status = ChoiceField(max_length=10, choices=Status, default=Status.PENDING)
    state = models.ForeignKey(
        "StateVersion",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="The newest state when its last run ended. Null while there is none.",
    )
    resource_count = models.PositiveIntegerField(default=0, help_text="Resources in this state.")
    was_interrupted = models.BooleanField(
        default=False, help_text="The last run was killed. Some of its steps may be unfinished."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    destroyed_at = models.DateTimeField(null=True)
    newest_run = models.OneToOneField(
        "Run", on_delete=models.PROTECT, null=True, editable=False, related_name="+", help_text="Kept by a trigger."
    )
    words = models.TextField(blank=True, editable=False, help_text="What a search looks in. Kept by a trigger.")

    objects = DeploymentQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        triggers = triggers.DEPLOYMENT
        indexes = [
            models.Index(fields=["owner", "-id"], name="deployments_of_owner"),
            models.Index(fields=["owner", "-newest_run"], name="deployments_by_newest_run"),
            models.Index(fields=["version", "-id"], name="deployments_of_version"),
            models.Index(fields=["owner", "version", "-id"], name="deployments_of_both"),
            models.Index(
                fields=["version", "owner", "status", "id"],
                condition=Q(destroyed_at__isnull=True),
                name="standing_of_version",
            ),
            GinIndex(fields=["words"], opclasses=["gin_trgm_ops"], name="deployments_by_words"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "name"],
                condition=Q(destroyed_at__isnull=True),
                name="one_name_per_owner_while_it_stands",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("deployments:deployment", args=[self.ref])

    @property
    def module_title(self) -> str:
        """The module's title at the time of the deployment, as on invoices; later changes of it have no effect."""
        return self.cost_centre.module_title

    def may_change(self, user: User) -> bool:
        return user.is_staff or self.owner_id == user.pk


class Draft(Inputs):
    """A form's values, stored between its pages. No run is queued and no credits are held for it."""

    ref = RefField()
    owner = models.ForeignKey(PEOPLE, on_delete=models.CASCADE, related_name="+")
    version = models.ForeignKey("modules.ModuleVersion", on_delete=models.CASCADE, related_name="+")
    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, null=True, related_name="drafts")
    name = models.CharField(max_length=60, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"draft {self.ref}"
