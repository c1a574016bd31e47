"""Scans of repositories, the folders they found, caches of parsed content, tags, and webhook deliveries."""

from typing import Self

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import F, OuterRef, Q

from foundation.choices import ChoiceField, ShownChoices
from foundation.json_shapes import JSONOf
from foundation.refs import RefField
from modules.json_columns import KeptCommit
from modules.models.files import Archive
from modules.models.leases import LeasedQuerySet
from modules.terraform.schema import FileAnswer, Finding, Schema


class ParsedFile(models.Model):
    """The cached answer for a file, by the hash of its content, so that each content is parsed once."""

    blob = models.CharField(max_length=40, help_text="Git's object id.")
    is_json = models.BooleanField()
    reader = models.PositiveSmallIntegerField(help_text="Version of the reader that gave the answer.")
    answer: "JSONOf[FileAnswer]" = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["blob", "is_json", "reader"], name="one_answer_per_content_and_reader"),
        ]

    def __str__(self) -> str:
        return self.blob[:7]


class ScanQuerySet(LeasedQuerySet):
    def newest_first(self) -> Self:
        return self.order_by("-pk")

    def with_tags(self) -> Self:
        """Annotates `tag_names`, the tags of the scanned commit."""
        tags = Tag.objects.filter(
            connection=OuterRef("connection"), repository_id=OuterRef("repository_id"), commit=OuterRef("commit")
        )
        return self.annotate(tag_names=ArraySubquery(tags.values("name")))


class Scan(models.Model):
    """One scan of a connection's repository. The row is the job."""

    class Status(ShownChoices):
        PENDING = "pending", "", "clock", "Queued"
        RUNNING = "running", "run", "ring", "Scanning"
        SUCCEEDED = "succeeded", "ok", "ok", "Succeeded"
        FAILED = "failed", "bad", "error", "Failed"

    UNFINISHED = [Status.PENDING, Status.RUNNING]
    MOST_ATTEMPTS = 3

    ref = RefField()
    connection = models.ForeignKey("accounts.GitHubConnection", on_delete=models.CASCADE, related_name="scans")
    repository_id = models.BigIntegerField()
    repository_name = models.CharField(max_length=200)
    branch = models.CharField(max_length=255, blank=True)
    any_depth = models.BooleanField(default=False, help_text="It took folders at any depth as modules.")
    same_as = models.ForeignKey(
        "self",
        on_delete=models.RESTRICT,
        null=True,
        related_name="+",
        help_text="The earlier scan whose rows are used for this one too, as no module has changed.",
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    status = ChoiceField(max_length=10, choices=Status, default=Status.PENDING)
    token = models.PositiveIntegerField(default=0, help_text="Fencing token: grows with each claim.")
    lease_expires_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    commit = models.CharField(max_length=40, blank=True)
    commit_message = models.CharField(max_length=200, blank=True)
    committed_at = models.DateTimeField(null=True)
    tree = models.CharField(max_length=40, blank=True, help_text="Git's object id of the commit's files.")
    etag = models.CharField(max_length=200, blank=True, help_text="GitHub's ETag of the branch.")
    history: "JSONOf[list[KeptCommit]]" = models.JSONField(
        default=list, help_text='The branch\'s newest commits, newest first: {"sha", "subject", "author", "at"}.'
    )
    history_is_whole = models.BooleanField(default=False, help_text="The history goes back to the first commit.")
    archive = models.ForeignKey(
        Archive,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="The files of its valid modules, until a newer scan has succeeded.",
    )
    stored_bytes = models.BigIntegerField(
        null=True, help_text="What these files and its owner's versions take up, as last counted."
    )
    reading = models.CharField(
        max_length=64,
        blank=True,
        help_text="How it was read. Blank when the next scan must read all again.",
    )
    read = models.PositiveIntegerField(default=0, help_text="Folders read so far.")
    total = models.PositiveIntegerField(null=True, help_text="Folders to read. Null while unknown.")
    current = models.CharField(max_length=300, blank=True, help_text="The path that is read now.")
    error = models.TextField(blank=True, help_text="Why it failed, as shown to people.")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = ScanQuerySet.as_manager()
    tag_names: list[str]  # annotated by `with_tags`

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection"],
                condition=models.Q(status__in=["pending", "running"]),
                name="one_unfinished_scan_per_connection",
            ),
        ]
        indexes = [models.Index(fields=["connection", "-id"], name="newest_scan_of_connection")]

    def __str__(self) -> str:
        return f"{self.repository_name} {self.commit[:7]} {self.status}"

    @property
    def is_final(self) -> bool:
        return self.status not in self.UNFINISHED

    @property
    def is_failed(self) -> bool:
        return self.status == self.Status.FAILED

    @property
    def holder_id(self) -> int:
        """Key of the scan whose folders this one uses: its own, or that of an earlier one that found the same."""
        return self.same_as_id or self.pk

    @property
    def kept_archive(self) -> Archive | None:
        """The files of its valid modules. Returns None when a newer scan has succeeded."""
        return Archive.objects.filter(pk__in=Scan.objects.filter(pk=self.holder_id).values("archive")).first()

    @property
    def found(self) -> models.QuerySet["ScannedModule"]:
        """The folders of this scan, by path."""
        return ScannedModule.objects.filter(scan=self.holder_id)


class ScannedModule(models.Model):
    """A folder that a scan found, with its findings; one error among them makes it invalid."""

    scan = models.ForeignKey(Scan, on_delete=models.CASCADE, related_name="+")
    path = models.CharField(max_length=240, blank=True, help_text="Folder in the repository. Blank for its root.")
    title = models.CharField(max_length=200)
    is_valid = models.BooleanField()
    findings: "JSONOf[list[Finding]]" = models.JSONField(default=list)
    content_hash = models.CharField(max_length=64, blank=True)
    folders: "JSONOf[list[str]]" = models.JSONField(
        default=list, help_text="Folders whose files are those of its archive."
    )
    schema: "JSONOf[Schema]" = models.JSONField(default=dict)
    readme = models.TextField(blank=True)
    parts: "JSONOf[list[str]]" = models.JSONField(
        default=list, help_text="Paths that it is made of: its folder, siblings, link targets."
    )
    helpers: "JSONOf[list[str]]" = models.JSONField(
        default=list, help_text="Folders below it that it calls, and that are no modules for that reason."
    )
    tree_hash = models.CharField(max_length=64, blank=True, help_text="SHA-256 over git's entries of these parts.")

    class Meta:
        ordering = ["path"]
        constraints = [
            models.UniqueConstraint(fields=["scan", "path"], name="one_folder_once_per_scan"),
        ]

    def __str__(self) -> str:
        return self.path or "(root)"


class Tag(models.Model):
    """A tag of a connection's repository, as it was when the tags were last read."""

    connection = models.ForeignKey("accounts.GitHubConnection", on_delete=models.CASCADE, related_name="tags")
    repository_id = models.BigIntegerField()
    name = models.CharField(max_length=255)
    commit = models.CharField(max_length=40)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["connection", "repository_id", "name"], name="one_tag_per_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Watch(models.Model):
    """What was last read of a repository's tags and history, to check its published versions against git."""

    connection = models.ForeignKey("accounts.GitHubConnection", on_delete=models.CASCADE, related_name="watches")
    repository_id = models.BigIntegerField()
    tag_etags: "JSONOf[list[str]]" = models.JSONField(
        default=list, help_text="GitHub's ETags of its tags, page by page."
    )
    tags_are_whole = models.BooleanField(default=False, help_text="Whether all tags were read.")
    tags_read_at = models.DateTimeField(null=True)
    head = models.CharField(max_length=40, blank=True, help_text="The branch's commit when `held` was asked for.")
    held: "JSONOf[list[str]]" = models.JSONField(
        default=list, help_text="Commits, older than a scan's history, that lie in head's past."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "repository_id"], name="one_watch_per_repository"),
        ]

    def __str__(self) -> str:
        return f"{self.connection} {self.repository_id}"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def of_chosen_repository(self) -> Self:
        """Deliveries about their connection's selected repository, or about none."""
        return self.filter(Q(repository_id=None) | Q(repository_id=F("connection__repository_id")))


class Delivery(models.Model):
    """An accepted webhook delivery; its id and its signature are unique, so that a replay is ignored."""

    connection = models.ForeignKey("accounts.GitHubConnection", on_delete=models.CASCADE, related_name="deliveries")
    delivery_id = models.CharField(max_length=64, help_text="X-GitHub-Delivery, which the signature does not cover.")
    signature = models.CharField(max_length=64, help_text="HMAC-SHA256 of the body, hexadecimal.")
    event = models.CharField(max_length=40)
    repository_id = models.BigIntegerField(
        null=True, help_text="Which repository it is about. Empty where it names none."
    )
    at = models.DateTimeField(auto_now_add=True)
    is_waiting = models.BooleanField(default=False, help_text="It requires a scan, which no worker has started yet.")

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "delivery_id"], name="one_delivery_per_id"),
            models.UniqueConstraint(fields=["connection", "signature"], name="one_delivery_per_body"),
        ]
        indexes = [models.Index(fields=["connection"], condition=Q(is_waiting=True), name="waiting_deliveries")]

    def __str__(self) -> str:
        return f"{self.event} {self.delivery_id}"
