import json
import zlib
from collections.abc import Container
from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from deployments import triggers
from deployments.json_columns import InputErrors, Phases, Plan, Process
from deployments.querysets import DeploymentQuerySet, RunQuerySet
from foundation import encryption
from foundation.choices import ChoiceField, ShownChoices
from foundation.json_shapes import JSONOf
from foundation.refs import RefField

PEOPLE = settings.AUTH_USER_MODEL


class Inputs(models.Model):
    """Values of a module's variables: plain ones as JSON, sensitive ones encrypted and bound to the row."""

    ref: RefField  # each subclass declares it
    inputs = models.JSONField(default=dict)
    secret_inputs = models.BinaryField(default=b"", editable=False)
    secret_names = models.JSONField(default=list, editable=False, help_text="Names of the stored sensitive values.")

    class Meta:
        abstract = True

    def secrets(self) -> dict:
        """Sensitive values by variable name; raises foundation.encryption.DecryptionFailed."""
        if not self.secret_inputs:
            return {}
        return json.loads(encryption.decrypt(bytes(self.secret_inputs), context=self._secrets_context))

    def set_secrets(self, values: dict) -> None:
        """Set `secret_inputs` and `secret_names`; save both."""
        self.secret_names = sorted(values)
        self.secret_inputs = (
            encryption.encrypt(json.dumps(values).encode(), context=self._secrets_context) if values else b""
        )

    def all_inputs(self) -> dict:
        return self.inputs | self.secrets()

    def forget(self, names: Container[str]) -> None:
        """Drop the sensitive values of these variables; drops all when they can't be decrypted."""
        try:
            kept = {name: value for name, value in self.secrets().items() if name not in names}
        except encryption.DecryptionFailed:
            kept = {}
        self.set_secrets(kept)

    @property
    def _secrets_context(self) -> str:
        return f"{self._meta.label_lower}:{self.ref}:inputs"


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
            models.Index(fields=["finished_at"], condition=Q(emptied_at=None), name="runs_to_empty"),
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


class StateVersion(models.Model):
    """Terraform's state at one serial, compressed and encrypted."""

    deployment = models.ForeignKey(Deployment, on_delete=models.PROTECT, related_name="states")
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="states")
    lineage = models.CharField(max_length=64)
    serial = models.PositiveBigIntegerField()
    data = models.BinaryField()
    size = models.PositiveIntegerField(help_text="Size in bytes, as Terraform wrote it.")
    resource_count = models.PositiveIntegerField(default=0)
    output_count = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-serial"]
        constraints = [models.UniqueConstraint(fields=["deployment", "serial"], name="one_state_per_serial")]

    def __str__(self) -> str:
        return f"serial {self.serial}"

    @property
    def content(self) -> bytes:
        """The state as Terraform wrote it; raises foundation.encryption.DecryptionFailed."""
        return zlib.decompress(encryption.decrypt(bytes(self.data), context=self.context))

    @content.setter
    def content(self, text: bytes) -> None:
        self.size = len(text)
        self.data = encryption.encrypt(zlib.compress(text, level=1), context=self.context)

    @property
    def context(self) -> str:
        """What its content, and that of its outputs, is bound to when it is encrypted."""
        return f"deployments.deployment:{self.deployment.ref}:state:{self.lineage}:{self.serial}"


class StateResource(models.Model):
    """A managed resource in a state. Of very many, the first ones."""

    state = models.ForeignKey(StateVersion, on_delete=models.CASCADE, related_name="resources")
    position = models.PositiveIntegerField(help_text="Place in the state, from 0.")
    address = models.TextField()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["state", "position"], name="one_resource_per_position")]

    def __str__(self) -> str:
        return self.address


class Output(models.Model):
    """An output in a state. The value of a sensitive or large one is kept in parts, and only in the newest state."""

    state = models.ForeignKey(StateVersion, on_delete=models.CASCADE, related_name="outputs")
    name = models.CharField(max_length=500)
    type = models.JSONField(null=True, help_text="As Terraform writes it.")
    is_sensitive = models.BooleanField()
    is_large = models.BooleanField(help_text="Too large for a page.")
    size = models.PositiveIntegerField(help_text="Bytes of the value as JSON.")
    value = models.JSONField(null=True, help_text="Null if it is sensitive or large.")

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["state", "name"], name="one_output_per_name")]

    def __str__(self) -> str:
        return self.name


class Piece(models.Model):
    """A piece of something large: its content is kept in `data`, compressed, encrypted and bound to the row."""

    data = models.BinaryField()

    class Meta:
        abstract = True

    @property
    def content(self) -> bytes:
        """Raises foundation.encryption.DecryptionFailed."""
        return zlib.decompress(encryption.decrypt(bytes(self.data), context=self._context))

    @content.setter
    def content(self, text: bytes) -> None:
        self.data = encryption.encrypt(zlib.compress(text, level=1), context=self._context)

    @property
    def _context(self) -> str:
        raise NotImplementedError  # each subclass has its own


class OutputPart(Piece):
    """A part of an output's value as people see it, in UTF-8. Its content needs `output.state.deployment`."""

    output = models.ForeignKey(Output, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField(help_text="From 0.")

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["output", "number"], name="one_part_per_number")]

    def __str__(self) -> str:
        return f"part {self.number}"

    @property
    def _context(self) -> str:
        return f"{self.output.state.context}:output:{self.number}:{self.output.name}"


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
    decided_by = models.ForeignKey(PEOPLE, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True, help_text="When an accepted one became the newest state.")
    problem = models.CharField(max_length=300, blank=True, help_text="Why an accepted one was not taken.")

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


class RemovalNotice(models.Model):
    """The owners of live deployments were notified of one removal of a module."""

    module = models.ForeignKey("modules.Module", on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField()
    told_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["module", "removed_at"], name="one_notice_per_removal")]

    def __str__(self) -> str:
        return f"{self.module} removed {self.removed_at:%Y-%m-%d %H:%M}"


class RevocationNotice(models.Model):
    """The owners of live deployments were notified of one revocation of a version."""

    version = models.ForeignKey("modules.ModuleVersion", on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField()
    told_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "revoked_at"], name="one_notice_per_revocation")]

    def __str__(self) -> str:
        return f"{self.version} revoked {self.revoked_at:%Y-%m-%d %H:%M}"
