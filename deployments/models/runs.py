from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from deployments import triggers
from deployments.json_columns import InputErrors, Phases, Plan, Process
from deployments.models.deployments import Deployment
from deployments.models.inputs import Inputs
from deployments.querysets import RunQuerySet
from foundation.choices import ChoiceField, ShownChoices
from foundation.json_shapes import JSONOf
from foundation.refs import RefField

PEOPLE = settings.AUTH_USER_MODEL


class Run(Inputs):
    """One execution of Terraform for a deployment. The row is the job, and the table is the queue."""

    class Action(ShownChoices):
        DEPLOY = "deploy", "run", "rocket", "Deploy"
        UPDATE = "update", "run", "change", "Update"
        RETRY = "retry", "run", "replace", "Run again"
        DESTROY = "destroy", "bad", "trash", "Destroy"

    class Status(ShownChoices):
        QUEUED = "queued", "", "clock", "Queued"
        PREPARING = "preparing", "run", "ring", "Preparing"
        PLANNING = "planning", "run", "ring", "Planning"
        AWAITING_APPROVAL = "awaiting_approval", "warn", "pause", "Awaiting approval"
        APPROVED = "approved", "", "check", "Approved"
        APPLYING = "applying", "run", "ring", "Applying"
        SAVING = "saving", "run", "ring", "Saving"
        SUCCEEDED = "succeeded", "ok", "ok", "Succeeded"
        FAILED = "failed", "bad", "error", "Failed"
        CANCELLED = "cancelled", "", "stop", "Cancelled"
        LOST = "lost", "bad", "warning", "Lost"

    NEXT = {
        Status.QUEUED: {Status.PREPARING, Status.FAILED, Status.CANCELLED},
        Status.PREPARING: {Status.PLANNING, Status.QUEUED, Status.FAILED, Status.CANCELLED},
        Status.PLANNING: {
            Status.APPLYING,
            Status.AWAITING_APPROVAL,
            Status.SUCCEEDED,
            Status.QUEUED,
            Status.FAILED,
            Status.CANCELLED,
        },
        Status.AWAITING_APPROVAL: {Status.APPROVED, Status.FAILED, Status.CANCELLED},
        Status.APPROVED: {Status.PREPARING, Status.FAILED, Status.CANCELLED},
        Status.APPLYING: {Status.SAVING, Status.FAILED, Status.CANCELLED, Status.LOST},
        Status.SAVING: {Status.SUCCEEDED, Status.FAILED, Status.CANCELLED, Status.LOST},
    }
    TAKES_EFFECT = [Action.DEPLOY, Action.UPDATE, Action.RETRY]
    CLAIMABLE = [Status.QUEUED, Status.APPROVED]
    RUNNING = [Status.PREPARING, Status.PLANNING, Status.APPLYING, Status.SAVING]
    OCCUPYING = [*RUNNING, Status.AWAITING_APPROVAL, Status.APPROVED]
    FINAL = [Status.SUCCEEDED, Status.FAILED, Status.CANCELLED, Status.LOST]

    ref = RefField()
    deployment = models.ForeignKey(Deployment, on_delete=models.PROTECT, related_name="runs")
    number = models.PositiveIntegerField()
    action = ChoiceField(max_length=10, choices=Action)
    version = models.ForeignKey("modules.ModuleVersion", on_delete=models.PROTECT, related_name="runs")
    by = models.ForeignKey(PEOPLE, on_delete=models.PROTECT, related_name="+")
    status = ChoiceField(max_length=20, choices=Status, default=Status.QUEUED)
    token = models.PositiveIntegerField(default=0, help_text="Fencing token: grows with each claim.")
    lease_expires_at = models.DateTimeField(null=True)
    worker = models.CharField(max_length=200, blank=True, help_text="Host and process ID of the worker, as host:pid.")
    process: "JSONOf[Process]" = models.JSONField(
        default=dict, help_text="Host, process ID and start time of the sandbox."
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    phases: "JSONOf[Phases]" = models.JSONField(default=dict, help_text="When the run entered each status.")
    plan: "JSONOf[Plan]" = models.JSONField(
        default=dict, help_text="How many resources are created, changed and destroyed. Empty before the plan."
    )
    error = models.TextField(blank=True, help_text="What went wrong, in plain sentences.")
    input_errors: "JSONOf[InputErrors]" = models.JSONField(default=dict, help_text="What was wrong with its inputs.")
    cancel_requested_at = models.DateTimeField(null=True)
    state = models.ForeignKey(
        "StateVersion",
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        help_text="The newest state when the run ended. Null before, and where there was none or it was not kept.",
    )
    resource_count = models.PositiveIntegerField(
        null=True, help_text="Resources that existed when the run ended. Null before, and where that is not known."
    )
    cancelled_by = models.ForeignKey(PEOPLE, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    emptied_at = models.DateTimeField(null=True, help_text="When its log and plan were removed because of their age.")

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["deployment", "number"], name="one_run_per_number"),
            models.UniqueConstraint(
                fields=["deployment"],
                condition=Q(
                    status__in=["preparing", "planning", "awaiting_approval", "approved", "applying", "saving"]
                ),
                name="one_active_run_per_deployment",
            ),
        ]
        triggers = triggers.RUN
        indexes = [
            models.Index(fields=["id"], condition=Q(status__in=["queued", "approved"]), name="runs_to_claim"),
            models.Index(
                fields=["deployment"],
                condition=~Q(status__in=["succeeded", "failed", "cancelled", "lost"]),
                name="unfinished_runs",
            ),
            models.Index(fields=["id"], condition=Q(status__in=["failed", "lost"]), name="failed_runs"),
            models.Index(
                fields=["version", "deployment", "status"],
                condition=Q(
                    action__in=["deploy", "update", "retry"],
                    status__in=["succeeded", "failed", "lost"],
                ),
                name="runs_of_version",
            ),
            models.Index(fields=["finished_at"], condition=Q(emptied_at=None), name="runs_to_empty"),
            models.Index(fields=["finished_at"], condition=~Q(secret_inputs=b""), name="runs_with_secrets"),
        ]

    def __str__(self) -> str:
        return f"run {self.number} of {self.deployment}"

    @property
    def is_final(self) -> bool:
        return self.status in self.FINAL

    @property
    def is_succeeded(self) -> bool:
        return self.status == self.Status.SUCCEEDED

    @property
    def takes_effect(self) -> bool:
        """Whether its success is what the deployment's credits pay for."""
        return self.action in self.TAKES_EFFECT

    @property
    def is_applying(self) -> bool:
        """Whether applying had begun, also if the run has ended since."""
        return self.Status.APPLYING in self.phases

    def advance(self, status: str, *, token: int, **fields: Any) -> bool:
        """Set `status` and `fields`; True when this updated the row.

        Returns False when `token` is stale, or NEXT has no step from the row's status to this one.
        """
        allowed = [before for before, following in self.NEXT.items() if status in following]
        fields |= {"status": status, "phases": self.phases | {str(status): timezone.now().isoformat()}}
        if not Run.objects.filter(pk=self.pk, token=token, status__in=allowed).update(**fields):
            return False
        for name, value in fields.items():
            setattr(self, name, value)
        return True


class PlannedChange(models.Model):
    """A resource in a run's plan, and its progress while it is applied. Of very many, the first ones."""

    class Status(ShownChoices):
        WAITING = "waiting", "", "clock", "Waiting"
        RUNNING = "running", "run", "ring", "Working"
        DONE = "done", "ok", "ok", "Done"
        FAILED = "failed", "bad", "error", "Failed"

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="changes")
    position = models.PositiveIntegerField(help_text="Place in the plan, from 0.")
    address = models.TextField()
    action = models.CharField(max_length=20, help_text="Terraform's: create, update, delete, replace or read.")
    status = ChoiceField(max_length=10, choices=Status, default=Status.WAITING)
    seconds = models.PositiveIntegerField(default=0, help_text="Since it was started.")

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["run", "position"], name="one_change_per_position")]

    def __str__(self) -> str:
        return f"{self.action} {self.address}"


class RunCount(models.Model):
    """Ended runs of a module that were created on a day, or (without `day`) ever. Kept by a trigger."""

    module = models.ForeignKey("modules.Module", on_delete=models.PROTECT, related_name="run_counts")
    day = models.DateField(null=True)
    finished = models.PositiveIntegerField(default=0, help_text="Without those that destroy or were cancelled.")
    succeeded = models.PositiveIntegerField(default=0, help_text="Of these.")
    others_ended = models.PositiveIntegerField(default=0, help_text="All ended runs of other people than its owner.")
    others_succeeded = models.PositiveIntegerField(default=0, help_text="Of these.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["module", "day"], nulls_distinct=False, name="one_count_per_module_and_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.module_id} {self.day or 'ever'}: {self.succeeded}/{self.finished}"


class RunLog(models.Model):
    """A chunk of a run's output; the first character of each line is its tone, a space for a plain one."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="log")
    sequence = models.PositiveIntegerField()
    start = models.PositiveBigIntegerField(
        default=0, db_default=0, help_text="Bytes of the log before it. More than there are: some were left out."
    )
    text = models.TextField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["sequence"]
        constraints = [models.UniqueConstraint(fields=["run", "sequence"], name="one_chunk_per_sequence")]

    def __str__(self) -> str:
        return f"chunk {self.sequence}"
