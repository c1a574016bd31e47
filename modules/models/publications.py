"""Publishing of many modules: a person's choices, the job that carries them out, and what it prepares unseen."""

from django.conf import settings
from django.db import models

from foundation.choices import ChoiceField, ShownChoices
from foundation.json_shapes import JSONOf
from foundation.refs import RefField, new_ref
from modules.json_columns import KeptAbility, KeptChange, KeptCommit
from modules.models.catalogue import Module
from modules.models.files import Archive
from modules.models.leases import LeasedQuerySet
from modules.models.scans import Scan, ScannedModule
from modules.models.versions import ModuleVersion
from modules.terraform.schema import Finding


class PublishDraft(models.Model):
    """One person's choices for the repository of a connection, saved as they change."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    connection = models.ForeignKey("accounts.GitHubConnection", on_delete=models.CASCADE, related_name="drafts")
    repository_id = models.BigIntegerField()
    choices: "JSONOf[dict[str, str]]" = models.JSONField(
        default=dict, help_text="By the folder's path, where it differs from what is chosen beforehand."
    )
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "repository_id", "by"], name="one_draft_per_person_and_repository"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.by} {self.repository_id}"


class Comparison(models.Model):
    """The interface of a module's newest version compared with its folder in the repository, computed ahead."""

    version = models.OneToOneField(ModuleVersion, on_delete=models.CASCADE)
    content_hash = models.CharField(max_length=64, help_text="Of the folder that the version was compared with.")
    rules = models.CharField(max_length=20, help_text="Versions of the reader and of the comparison.")
    bump = ChoiceField(max_length=5, choices=ModuleVersion.Bump)
    changes: "JSONOf[list[KeptChange]]" = models.JSONField(default=list)
    widened: "JSONOf[list[KeptAbility]]" = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.version} {self.bump}"


class Publication(models.Model):
    """What one press of the button publishes, updates and removes. The row is the job."""

    class Status(ShownChoices):
        PENDING = "pending", "", "clock", "Queued"
        RUNNING = "running", "run", "ring", "Publishing"
        SUCCEEDED = "succeeded", "ok", "ok", "Published"
        FAILED = "failed", "bad", "error", "Failed"
        CANCELLED = "cancelled", "", "stop", "Cancelled"

    UNFINISHED = [Status.PENDING, Status.RUNNING]
    MOST_ATTEMPTS = 3

    ref = RefField()
    connection = models.ForeignKey("accounts.GitHubConnection", on_delete=models.CASCADE, related_name="publications")
    scan = models.ForeignKey(Scan, on_delete=models.SET_NULL, null=True, related_name="+")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", help_text="Null: the portal."
    )
    promise: "JSONOf[dict[str, str]]" = models.JSONField(help_text="What each folder becomes, by its path.")
    apart: "JSONOf[list[str]]" = models.JSONField(default=list, help_text="New folders that continue no other one.")
    status = ChoiceField(max_length=10, choices=Status, default=Status.PENDING)
    token = models.PositiveIntegerField(default=0, help_text="Fencing token: grows with each claim.")
    lease_expires_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="Claims since it last made progress.")
    prepared = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True, help_text="Why it ended without a change, as shown to people.")
    problems: "JSONOf[dict[str, str]]" = models.JSONField(default=dict, help_text="By the folder's path.")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    objects = LeasedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection"],
                condition=models.Q(status__in=["pending", "running"]),
                name="one_unfinished_publication_per_connection",
            ),
        ]
        indexes = [models.Index(fields=["connection", "-id"], name="newest_publication")]

    def __str__(self) -> str:
        return f"{self.ref} {self.status}"

    @property
    def is_final(self) -> bool:
        return self.status not in self.UNFINISHED

    @property
    def total(self) -> int:
        return len(self.promise)


class PreparedModule(models.Model):
    """What a publication will write of one folder; nobody sees it before one transaction makes it true."""

    class Kind(models.TextChoices):
        NEW = "new"
        BACK = "back"
        UPDATED = "updated"
        REMOVED = "removed"

    publication = models.ForeignKey(Publication, on_delete=models.CASCADE, related_name="prepared_modules")
    path = models.CharField(max_length=240, blank=True)
    kind = models.CharField(max_length=7, choices=Kind)
    module = models.ForeignKey(Module, on_delete=models.CASCADE, null=True, related_name="+")
    newest = models.ForeignKey(ModuleVersion, on_delete=models.CASCADE, null=True, related_name="+")
    found = models.ForeignKey(ScannedModule, on_delete=models.CASCADE, null=True, related_name="+")
    archive = models.ForeignKey(Archive, on_delete=models.PROTECT, null=True, related_name="+")
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    is_automatic = models.BooleanField(default=False)
    adds_version = models.BooleanField(default=False)
    renamed_from = models.CharField(max_length=240, blank=True)
    ref = models.CharField(max_length=10, default=new_ref, help_text="Of the version.")
    number = models.PositiveIntegerField(default=1)
    semver = models.CharField(max_length=60, blank=True)
    bump = models.CharField(max_length=5, blank=True)
    tag = models.CharField(max_length=255, blank=True)
    changes: "JSONOf[list[KeptChange]]" = models.JSONField(default=list)
    commits: "JSONOf[list[KeptCommit]]" = models.JSONField(default=list)
    advice: "JSONOf[list[Finding]]" = models.JSONField(default=list)
    title = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)
    tags: "JSONOf[list[str]]" = models.JSONField(default=list)
    credit_cost = models.BigIntegerField(default=0)
    purchased_only = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["publication", "path"], name="one_prepared_module_per_path"),
        ]

    def __str__(self) -> str:
        return f"{self.path or '(root)'} {self.semver}"
