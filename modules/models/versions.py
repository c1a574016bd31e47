"""Versions of modules, which deployments run from, with their deprecation, revocation and alarms."""

from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from foundation.choices import ChoiceField, ShownChoices
from foundation.json_shapes import JSONOf
from foundation.refs import RefField
from modules.json_columns import KeptChange, KeptCommit
from modules.models.catalogue import Module
from modules.models.files import Archive
from modules.terraform.schema import Finding, Schema

SAID_LATER = ["deprecated_at", "deprecation_reason", "deprecation_link", "revoked_at", "revocation_reason"]


class ModuleVersionQuerySet(models.QuerySet["ModuleVersion"]):
    def live_deployments(self) -> Any:
        """Live deployments of these versions, as `DeploymentQuerySet.live()` defines live."""
        deployments = self.model.deployments.rel.related_model.objects  # type: ignore[attr-defined] # an upper app's
        return deployments.live().filter(version__in=self)


class ModuleVersion(models.Model):
    """A snapshot of a module that deployments run from, independent of the repository.

    It is immutable except for its deprecation and its revocation.
    """

    class Bump(ShownChoices):
        """The step that the interface change since the version before requires (https://semver.org)."""

        FIRST = "first", "", "plus", "First version"
        MAJOR = "major", "bad", "warning", "Breaking"
        MINOR = "minor", "ok", "ok", "Compatible"
        PATCH = "patch", "ok", "ok", "Compatible, same interface"

    class Mark(ShownChoices):
        """Badges for what its publisher decided after publication."""

        DEPRECATED = "deprecated", "warn", "warning", "Deprecated"
        REVOKED = "revoked", "bad", "stop", "Revoked"

    ref = RefField()
    module = models.ForeignKey(Module, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(help_text="Counts the versions of its module from 1.")
    semver = models.CharField(max_length=60, help_text="As Terraform's registry protocol wants it, without a v.")
    bump = ChoiceField(max_length=5, choices=Bump, default=Bump.FIRST)
    changes: "JSONOf[list[KeptChange]]" = models.JSONField(
        default=list, help_text="Interface changes against the version before."
    )
    commits: "JSONOf[list[KeptCommit]]" = models.JSONField(
        default=list, help_text="The branch's commits since the version before, as in a scan."
    )
    tag = models.CharField(max_length=255, blank=True, help_text="The git tag that gave it its number.")
    branch = models.CharField(max_length=255, blank=True)
    path = models.CharField(max_length=240, blank=True, help_text="Its folder then. Blank for the repository's root.")
    commit = models.CharField(max_length=40)
    committed_at = models.DateTimeField(null=True)
    content_hash = models.CharField(max_length=64)
    archive = models.ForeignKey(Archive, on_delete=models.PROTECT, related_name="+")
    schema: "JSONOf[Schema]" = models.JSONField()
    readme = models.TextField(blank=True)
    advice: "JSONOf[list[Finding]]" = models.JSONField(
        default=list, help_text="The suggestions of its scan, as findings."
    )
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    tags: "JSONOf[list[str]]" = models.JSONField(default=list)
    credit_cost = models.BigIntegerField(default=0, help_text="Units of 1/10,000 credit.")
    purchased_only = models.BooleanField(default=False)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(auto_now_add=True)
    deprecated_at = models.DateTimeField(null=True, blank=True)
    deprecation_reason = models.CharField(max_length=300, blank=True)
    deprecation_link = models.URLField(max_length=300, blank=True)
    revoked_at = models.DateTimeField(
        null=True, blank=True, help_text="No new deployments. Existing ones keep running."
    )
    revocation_reason = models.CharField(max_length=300, blank=True)

    objects = ModuleVersionQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["module", "number"], name="one_version_per_number"),
            models.UniqueConstraint(fields=["module", "semver"], name="one_version_per_semver"),
            models.CheckConstraint(condition=models.Q(credit_cost__gte=0), name="credit_cost_is_not_negative"),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="versions_never_change", exclude=SAID_LATER),
            pgtrigger.Protect(name="versions_are_never_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.semver}"

    def get_absolute_url(self) -> str:
        return reverse("modules:version", args=[self.module.ref, self.semver])

    @property
    def marks(self) -> list[Mark]:
        said = {self.Mark.DEPRECATED: self.deprecated_at, self.Mark.REVOKED: self.revoked_at}
        return [mark for mark, at in said.items() if at]


class VersionTexts(models.Model):
    """The README and the description of a version as HTML, made once by a worker.

    The HTML is safe only as that of its renderer: with another number it is not shown, and made again.
    """

    version = models.OneToOneField(ModuleVersion, on_delete=models.PROTECT, primary_key=True, related_name="texts")
    renderer = models.PositiveSmallIntegerField(db_index=True)
    readme = models.TextField(blank=True, help_text="Blank where it could not be rendered within the limits.")
    about = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"Texts of {self.version_id}"


ALARMS = {
    "tag_moved": "Version {semver} was published from commit {commit}. Its tag {tag} now points to {found}.",
    "tag_gone": "Version {semver} got its number from the tag {tag}. That tag is no longer in the repository.",
    "commit_gone": "The code of version {semver} (commit {commit}) is no longer on its branch {branch}.",
}


class Alarm(models.Model):
    """A version's tag or commit no longer matches git; deployments are unaffected."""

    class Kind(ShownChoices):
        TAG_MOVED = "tag_moved", "bad", "warning", "Tag moved"
        TAG_GONE = "tag_gone", "bad", "warning", "Tag deleted"
        COMMIT_GONE = "commit_gone", "bad", "warning", "Commit missing"

    ref = RefField()
    version = models.ForeignKey(ModuleVersion, on_delete=models.PROTECT, related_name="alarms")
    kind = ChoiceField(max_length=12, choices=Kind)
    found = models.CharField(max_length=300, blank=True, help_text="What git has now: a commit or a branch.")
    raised_at = models.DateTimeField(auto_now_add=True)
    dismissed_at = models.DateTimeField(null=True, blank=True)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    dismissal_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "kind", "found"], name="one_alarm_per_version_and_finding"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.version}"

    @property
    def text(self) -> str:
        """What was published, and what git has now."""
        return ALARMS[self.kind].format(semver=self.version.semver, **self._names)

    @property
    def sentence(self) -> SafeString:
        """`text` as HTML, with git's names in <code>."""
        names = {key: format_html("<code>{}</code>", name) for key, name in self._names.items()}
        return format_html(ALARMS[self.kind], semver=self.version.semver, **names)

    @property
    def _names(self) -> dict[str, str]:
        version = self.version
        return {"commit": version.commit[:7], "tag": version.tag, "branch": version.branch, "found": self.found[:7]}
