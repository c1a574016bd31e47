from django.conf import settings
from django.db import models
from django.urls import reverse

from foundation.refs import RefField


class Archive(models.Model):
    """The files of one module as a gzipped tar, stored once for each content."""

    content_hash = models.CharField(max_length=64, unique=True, help_text="SHA-256 over paths, modes and blobs.")
    data = models.BinaryField()
    size = models.PositiveIntegerField(help_text="Bytes, unpacked.")
    files = models.PositiveIntegerField()

    def __str__(self):
        return self.content_hash[:12]


class ScanQuerySet(models.QuerySet):
    def unfinished(self):
        return self.filter(status__in=Scan.UNFINISHED)

    def newest_first(self):
        return self.order_by("-pk")


class Scan(models.Model):
    """One reading of a connection's repository. The row is the job."""

    class Status(models.TextChoices):
        PENDING = "pending", "Queued"
        RUNNING = "running", "Scanning"
        SUCCEEDED = "succeeded", "Succeeded"
        FAILED = "failed", "Failed"

    UNFINISHED = [Status.PENDING, Status.RUNNING]

    ref = RefField()
    connection = models.ForeignKey("accounts.GitHubConnection", on_delete=models.CASCADE, related_name="scans")
    repository_id = models.BigIntegerField()
    repository_name = models.CharField(max_length=200)
    branch = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    token = models.PositiveIntegerField(default=0, help_text="Fencing token: grows with each claim.")
    lease_expires_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    commit = models.CharField(max_length=40, blank=True)
    commit_message = models.CharField(max_length=200, blank=True)
    committed_at = models.DateTimeField(null=True)
    read = models.PositiveIntegerField(default=0, help_text="Folders read so far.")
    total = models.PositiveIntegerField(null=True, help_text="Folders to read; null while unknown.")
    current = models.CharField(max_length=300, blank=True, help_text="What is being read now.")
    error = models.TextField(blank=True, help_text="Why it failed, in a sentence for people.")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = ScanQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection"],
                condition=models.Q(status__in=["pending", "running"]),
                name="one_unfinished_scan_per_connection",
            ),
        ]
        indexes = [models.Index(fields=["connection", "-id"], name="newest_scan_of_connection")]

    def __str__(self):
        return f"{self.repository_name} {self.commit[:7]} {self.status}"

    @property
    def is_final(self) -> bool:
        return self.status not in self.UNFINISHED


class ScannedModule(models.Model):
    """A folder that a scan found: valid, or with the findings that say why not."""

    scan = models.ForeignKey(Scan, on_delete=models.CASCADE, related_name="found")
    path = models.CharField(max_length=240, blank=True, help_text="Folder in the repository; blank for its root.")
    title = models.CharField(max_length=200)
    is_valid = models.BooleanField()
    findings = models.JSONField(default=list)
    content_hash = models.CharField(max_length=64, blank=True)
    archive = models.ForeignKey(Archive, on_delete=models.PROTECT, null=True, related_name="+")
    schema = models.JSONField(default=dict)
    readme = models.TextField(blank=True)

    class Meta:
        ordering = ["path"]
        constraints = [
            models.UniqueConstraint(fields=["scan", "path"], name="one_folder_once_per_scan"),
            models.CheckConstraint(
                condition=models.Q(is_valid=False) | models.Q(archive__isnull=False), name="valid_module_has_an_archive"
            ),
        ]

    def __str__(self):
        return self.path or "(root)"


class Module(models.Model):
    """An entry of the catalogue, known by owner, repository and folder; without owner it is the platform's."""

    class Audience(models.TextChoices):
        EXCLUSIVE = "exclusive", "Exclusive to its owner"
        NAMED = "named", "Named people"
        EVERYONE = "everyone", "Everyone"

    ref = RefField()
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="modules"
    )
    repository_id = models.BigIntegerField()
    repository_name = models.CharField(max_length=200)
    path = models.CharField(max_length=240, blank=True)
    title = models.CharField(max_length=200)
    audience = models.CharField(max_length=10, choices=Audience, default=Audience.EXCLUSIVE)
    named_people = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="modules_shared_with_me")
    current_version = models.ForeignKey("ModuleVersion", on_delete=models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True, blank=True, help_text="Left the catalogue; deployments go on.")

    class Meta:
        ordering = ["title", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "repository_id", "path"],
                nulls_distinct=False,
                name="one_module_per_owner_repository_and_path",
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("modules:module", args=[self.ref])


class ModuleVersion(models.Model):
    """An immutable snapshot of a module: what a deployment runs from, whatever happens to the repository."""

    ref = RefField()
    module = models.ForeignKey(Module, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    commit = models.CharField(max_length=40)
    committed_at = models.DateTimeField(null=True)
    content_hash = models.CharField(max_length=64)
    archive = models.ForeignKey(Archive, on_delete=models.PROTECT, related_name="+")
    schema = models.JSONField()
    readme = models.TextField(blank=True)
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    tags = models.JSONField(default=list)
    credit_cost = models.BigIntegerField(default=0, help_text="Units of 1/10,000 credit.")
    purchased_only = models.BooleanField(default=False)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["module", "number"], name="one_version_per_number"),
            models.CheckConstraint(condition=models.Q(credit_cost__gte=0), name="credit_cost_is_not_negative"),
        ]

    def __str__(self):
        return f"{self.title} v{self.number}"
