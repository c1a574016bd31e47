from django.conf import settings
from django.db import models
from django.db.models import Q

from deployments.models.deployments import Deployment
from deployments.models.pieces import Piece
from deployments.models.runs import Run
from deployments.querysets import AsideQuerySet
from foundation.json_shapes import JSONOf
from foundation.refs import RefField


class AsideState(models.Model):
    """A state that could not become a deployment's newest one, or the trace of one that is missing.

    Its bytes are pieces, compressed and encrypted; there are none if nothing was left to keep. Kept until
    somebody has decided, at least.
    """

    class Reason(models.TextChoices):
        MISSING = "missing", "No state was found"
        INCOMPLETE = "incomplete", "Resources are missing in it"
        TOO_LARGE = "too_large", "Larger than RUN_STATE_BYTES"
        UNREADABLE = "unreadable", "Not readable as a state"
        LINEAGE = "lineage", "Of another lineage"
        SERIAL = "serial", "Its serial does not follow"

    class Decision(models.TextChoices):
        ACCEPTED = "accepted", "Accepted"
        DISMISSED = "dismissed", "Dismissed"

    ref = RefField()
    deployment = models.ForeignKey(Deployment, on_delete=models.PROTECT, related_name="asides")
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="asides")
    reason = models.CharField(max_length=20, choices=Reason)
    size = models.PositiveBigIntegerField(default=0, help_text="Size in bytes, as it was found.")
    missing: "JSONOf[list[str]]" = models.JSONField(
        default=list, help_text="Addresses that Terraform reported and no kept state lists; of many, the first."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    decision = models.CharField(max_length=20, choices=Decision, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True, help_text="When an accepted one became the newest state.")
    problem = models.CharField(max_length=300, blank=True, help_text="Why an accepted one was not taken.")

    objects = AsideQuerySet.as_manager()

    class Meta:
        verbose_name = "state put aside"
        verbose_name_plural = "states put aside"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["deployment"], condition=Q(decided_at=None), name="asides_to_decide")]

    def __str__(self) -> str:
        return f"state of {self.run}"


class AsidePiece(Piece):
    """A piece of a state that was put aside."""

    aside = models.ForeignKey(AsideState, on_delete=models.CASCADE, related_name="pieces")
    number = models.PositiveIntegerField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["aside", "number"], name="one_piece_per_number")]

    def __str__(self) -> str:
        return f"piece {self.number}"

    @property
    def _context(self) -> str:
        return f"deployments.asidestate:{self.aside.ref}:{self.number}"
