import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.urls import reverse

from accounts.scoping import Reach, Thing, reach
from foundation.refs import RefField


class ParsedFile(models.Model):
    """What a file declares, by the hash of its content, so that each content is parsed once."""

    blob = models.CharField(max_length=40, help_text="Git's object id.")
    is_json = models.BooleanField()
    reader = models.PositiveSmallIntegerField(help_text="modules.hcl.READER that gave the answer.")
    answer = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["blob", "is_json", "reader"], name="one_answer_per_content_and_reader"),
        ]

    def __str__(self):
        return self.blob[:7]


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

    def claimable(self):
        """Waiting for a worker, or left by one whose lease has run out by the database's clock."""
        return self.filter(Q(status=Scan.Status.PENDING) | Q(status=Scan.Status.RUNNING, lease_expires_at__lt=Now()))

    def held_by(self, scan):
        """The row of `scan` as long as nobody else has claimed it since."""
        return self.filter(pk=scan.pk, token=scan.token, status=Scan.Status.RUNNING)


class Scan(models.Model):
    """One reading of a connection's repository. The row is the job."""

    class Status(models.TextChoices):
        PENDING = "pending", "Queued"
        RUNNING = "running", "Scanning"
        SUCCEEDED = "succeeded", "Succeeded"
        FAILED = "failed", "Failed"

    UNFINISHED = [Status.PENDING, Status.RUNNING]
    MOST_ATTEMPTS = 3

    ref = RefField()
    connection = models.ForeignKey("accounts.GitHubConnection", on_delete=models.CASCADE, related_name="scans")
    repository_id = models.BigIntegerField()
    repository_name = models.CharField(max_length=200)
    branch = models.CharField(max_length=255, blank=True)
    same_as = models.ForeignKey(
        "self",
        on_delete=models.RESTRICT,
        null=True,
        related_name="+",
        help_text="The reading whose rows hold for this one too, as no module has changed since.",
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    token = models.PositiveIntegerField(default=0, help_text="Fencing token: grows with each claim.")
    lease_expires_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    commit = models.CharField(max_length=40, blank=True)
    commit_message = models.CharField(max_length=200, blank=True)
    committed_at = models.DateTimeField(null=True)
    tree = models.CharField(max_length=40, blank=True, help_text="Git's object id of the commit's files.")
    etag = models.CharField(max_length=200, blank=True, help_text="What GitHub calls the branch's state.")
    reading = models.CharField(
        max_length=64, blank=True, help_text="How it was read; blank when a later scan should read all again."
    )
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

    @property
    def found(self) -> models.QuerySet:
        """The folders of this reading, by path."""
        return ScannedModule.objects.filter(scan=self.same_as_id or self.pk)


class ScannedModule(models.Model):
    """A folder that a scan found: valid, or with the findings that say why not."""

    scan = models.ForeignKey(Scan, on_delete=models.CASCADE, related_name="+")
    path = models.CharField(max_length=240, blank=True, help_text="Folder in the repository; blank for its root.")
    title = models.CharField(max_length=200)
    is_valid = models.BooleanField()
    findings = models.JSONField(default=list)
    content_hash = models.CharField(max_length=64, blank=True)
    archive = models.ForeignKey(Archive, on_delete=models.PROTECT, null=True, related_name="+")
    schema = models.JSONField(default=dict)
    readme = models.TextField(blank=True)
    parts = models.JSONField(default=list, help_text="Paths that it is made of: its folder, siblings, link targets.")
    tree_hash = models.CharField(max_length=64, blank=True, help_text="SHA-256 over git's entries of these parts.")

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


class ModuleQuerySet(models.QuerySet):
    def published(self):
        """In the catalogue: not removed, and its owner still a partner."""
        owned = Q(owner__is_active=True, owner__is_partner=True)
        return self.filter(Q(owner=None) | owned, removed_at=None, current_version__isnull=False)

    def visible_to(self, user):
        """Published ones within the reach of `user`, and all of their own, removed ones too."""
        far = reach(user, Thing.MODULES)
        if far is Reach.NOTHING:
            return self.none()
        if far is Reach.ALL:
            return self
        seen = Q(pk__in=Module.objects.published().values("pk"))
        if far is not Reach.PUBLISHED:
            seen &= Q(owner=None) | Q(audience=Module.Audience.EVERYONE) | self._names(user, far)
        return self.filter(seen | Q(owner=user))

    def platform(self):
        return self.filter(owner=None)

    def partners(self):
        return self.exclude(owner=None)

    def search(self, words):
        """Each word stands in the title, the description or a tag."""
        found = self
        for word in words.split():
            matches = Q(title__icontains=word) | Q(current_version__description__icontains=word)
            if letters := word.strip('"[],\\'):  # tags are searched as JSON text
                matches |= Q(current_version__tags__icontains=letters)
            found = found.filter(matches)
        return found

    def tagged(self, tag):
        return self.filter(current_version__tags__contains=[tag])

    def _names(self, user, far):
        if far is not Reach.SHARED:
            return Q(pk__in=[])
        named = Module.named_people.through.objects.filter(module=OuterRef("pk"), user=user)
        return Q(audience=Module.Audience.NAMED) & Exists(named)


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

    objects = ModuleQuerySet.as_manager()

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

    @property
    def is_platform(self) -> bool:
        return self.owner_id is None

    @property
    def publisher(self) -> str:
        return "Platform" if self.owner is None else self.owner.short_name

    def may_change(self, user) -> bool:
        """Whether `user` may publish, remove or share it."""
        return user.is_staff or (user.is_partner and self.owner_id == user.pk)


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
    advice = models.JSONField(default=list, help_text="What the scan found worth saying, as findings.")
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
        triggers = [
            pgtrigger.Protect(name="versions_never_change", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self):
        return f"{self.title} v{self.number}"
