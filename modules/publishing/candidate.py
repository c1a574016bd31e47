"""Candidates for publication: the folders of a repository, and how publishing changes each."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from foundation.choices import ShownChoices
from modules.json_columns import KeptCommit
from modules.models import Module, ModuleVersion, ScannedModule
from modules.reading import discovery
from modules.terraform.abilities import Ability
from modules.terraform.schema import Finding, Level
from modules.versions.compare import Change


class Live(NamedTuple):
    """One person's live deployments of a version; `is_told` if removing the module sends that person an e-mail."""

    person: str  # short name
    semver: str
    deployments: int
    is_told: bool


@dataclass
class Preview:
    """The result of publishing a candidate.

    `live` are the live deployments of all its versions; `commits_are_whole` is false where the stored history of the
    branch does not reach the newest version's commit.
    """

    semver: str
    tag: str = ""
    note: str = ""
    bump: str = "first"
    changes: list[Change] = field(default_factory=list)
    widened: list[Ability] = field(default_factory=list)
    commits: list[KeptCommit] = field(default_factory=list)
    commits_are_whole: bool = True
    live: list[Live] = field(default_factory=list)

    @property
    def is_breaking(self) -> bool:
        return self.bump == "major"

    @property
    def step(self) -> "Step":
        return Step(self.bump)

    @cached_property
    def people(self) -> list[tuple[str, int]]:
        """The owners of live deployments with their number of deployments, the largest first."""
        return most_first((each.person, each.deployments) for each in self.live)

    @cached_property
    def versions(self) -> list[tuple[str, int]]:
        """The versions of live deployments with their number of deployments, the largest first."""
        return most_first((each.semver, each.deployments) for each in self.live)

    @property
    def told(self) -> list[str]:
        """Who gets an e-mail when the module is removed, by number of deployments, the largest first."""
        return [name for name, _ in most_first((each.person, each.deployments) for each in self.live if each.is_told)]

    @property
    def deployments(self) -> int:
        return sum(count for _, count in self.people)


def most_first(counted: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """Sum the numbers by name, and sort them, the largest first."""
    sums: Counter[str] = Counter()
    for name, count in counted:
        sums[name] += count
    return sorted(sums.items(), key=lambda item: (-item[1], item[0]))


class Step(ShownChoices):
    """The step of the version's number that an interface change requires (https://semver.org)."""

    FIRST = "first", "", "plus", "First version"
    MAJOR = "major", "bad", "warning", "Breaking, major version"
    MINOR = "minor", "ok", "ok", "Compatible, minor version"
    PATCH = "patch", "ok", "ok", "Compatible, patch version"


class Status(ShownChoices):
    """What a candidate is, whatever is chosen for it."""

    NEW = "new", "run", "plus", "New"
    UPDATED = "updated", "run", "upload", "Update available"
    RENAMED = "renamed", "run", "replace", "Folder renamed"
    UNCHANGED = "unchanged", "", "check", "Unchanged"
    REMOVED = "removed", "warn", "minus", "Removed"
    INVALID = "invalid", "bad", "error", "Invalid"


@dataclass
class Candidate:
    """A folder of the repository: as the scan found it, as it is published, or both.

    A module whose folder was renamed has one candidate, under the new path; `renamed_from` is the old path, "." for
    the root. `newest` is the version with the highest number, which may not be the current one. A published one that
    `keeps` its version is not updated. `bump` is the step to the next version, once the two were compared.
    """

    path: str
    title: str
    is_platform: bool = False
    found: ScannedModule | None = None
    module: Module | None = None
    ticked: bool = False
    keeps: bool = False
    bump: str = ""
    alarms: int = 0
    newest: ModuleVersion | None = None
    renamed_from: str = ""
    preview: Preview | None = None
    title_notes: list[str] = field(default_factory=list)

    @property
    def names(self) -> set[str]:
        """The paths by which a form may tick it: its path, and the old one of a renamed folder."""
        return {self.path, "" if self.renamed_from == "." else self.renamed_from or self.path}

    @property
    def parent(self) -> str:
        """The folder above its own; blank at the root."""
        return self.path.rpartition("/")[0]

    @property
    def is_aside(self) -> bool:
        """Whether it is in a folder of examples, tests or wrappers, and neither published nor ticked."""
        return discovery.is_aside(self.path) and not self.is_published and not self.ticked

    @cached_property
    def is_published(self) -> bool:
        return self.module is not None and self.module.is_listed

    @property
    def is_valid(self) -> bool:
        return self.found is not None and self.found.is_valid

    @property
    def can_be_ticked(self) -> bool:
        """Whether it may be published; a published module may stay although its folder is invalid or gone."""
        return self.is_valid or self.is_published

    @property
    def is_rolled_back(self) -> bool:
        """Whether new deployments use an older version although the newest one is not revoked."""
        return self._is_behind and not self.is_revoked

    @property
    def is_revoked(self) -> bool:
        """Whether the newest version is revoked."""
        return self.newest is not None and self.newest.revoked_at is not None

    @property
    def _is_behind(self) -> bool:
        return self.newest is not None and self.module.current_version_id != self.newest.pk

    @cached_property
    def has_new_content(self) -> bool:
        """Whether the folder is valid and differs from the newest version."""
        return self.is_valid and (self.newest is None or self.found.content_hash != self.newest.content_hash)

    @property
    def has_next_version(self) -> bool:
        """Whether publishing adds a version to existing ones."""
        return self.newest is not None and self.has_new_content and self.change != "removed"

    @property
    def comes_back(self) -> bool:
        """Whether publishing restores a removed module, with its history."""
        return self.change == "new" and self.newest is not None

    @property
    def change(self) -> str:
        """The change that publishing makes: new, updated, unchanged, removed, or blank for none."""
        if not self.ticked:
            return "removed" if self.is_published else ""
        if not self.is_published:
            return "new"
        return "updated" if self.has_new_content and not self.keeps else "unchanged"

    @property
    def has_update(self) -> bool:
        """Whether it is published and its folder differs from the newest version: it may be updated or kept."""
        return self.is_published and self.has_new_content

    @property
    def becomes(self) -> str:
        """What publishing makes of it, as a form promises it: "updated 1.1.0 0a1b2c3d4e5f"; blank for no change.

        The last word is the beginning of the content's hash.
        """
        if self.change in ("", "unchanged"):
            return ""
        if self.change == "removed":
            return "removed"
        kind = "back" if self.comes_back else self.change
        return f"{kind} {self.preview.semver} {self.found.content_hash[:12]}"

    @property
    def status(self) -> Status:
        if not self.is_valid:
            return Status.INVALID
        if self.has_update:
            return Status.RENAMED if self.renamed_from else Status.UPDATED
        if self.is_published:
            return Status.UNCHANGED
        return Status.NEW if self.newest is None else Status.REMOVED

    @property
    def is_breaking(self) -> bool:
        """Whether its update breaks what worked with the newest version."""
        return (self.preview.bump if self.preview else self.bump) == ModuleVersion.Bump.MAJOR

    @property
    def mark(self) -> ShownChoices | None:
        """The badge when new deployments do not use the newest version. Returns None when they do."""
        if self.is_revoked:
            return ModuleVersion.Mark.REVOKED
        return Module.Mark.ROLLED_BACK if self.is_rolled_back else None

    @property
    def held_back(self) -> str:
        """Why updates are not published automatically although that is switched on; blank when nothing prevents it.

        Changes of the update itself are only considered once it has a preview.
        """
        if not self.is_published or self.module.auto_publish_by_id is None:
            return ""
        if not self.module.is_automatic:
            return f"{self.module.auto_publish_by.short_name} switched it on, and may no longer publish"
        if not self.has_update or not self.ticked:
            return ""
        if self.renamed_from:
            return "its folder was renamed"
        if self.is_rolled_back:
            return f"version {self.module.current_version.semver} was made current by hand"
        if self._is_behind:
            return f"version {self.newest.semver} is revoked"
        if self.preview and self.preview.is_breaking:
            return "the interface change is breaking"
        if self.preview and self.preview.widened:
            return "it can do more than before"
        return ""

    @property
    def publishes_itself(self) -> bool:
        """Whether its pending update is published automatically."""
        return self.has_update and self.ticked and self.module.is_automatic and not self.held_back

    @property
    def errors(self) -> list[Finding]:
        return self._findings("error")

    @property
    def advice(self) -> list[Finding]:
        return self._findings("advice")

    def _findings(self, level: Level) -> list[Finding]:
        return [row for row in self.found.findings if row["level"] == level] if self.found else []


@dataclass
class Plan:
    """The candidates by the change that publishing the ticked ones makes."""

    new: list[Candidate] = field(default_factory=list)
    updated: list[Candidate] = field(default_factory=list)
    unchanged: list[Candidate] = field(default_factory=list)
    removed: list[Candidate] = field(default_factory=list)

    @property
    def back(self) -> list[Candidate]:
        """Those of `new` that return with their history."""
        return [candidate for candidate in self.new if candidate.comes_back]

    @property
    def breaking(self) -> list[Candidate]:
        return [candidate for candidate in self.updated if candidate.is_breaking]

    @property
    def affected(self) -> list[Candidate]:
        return [*self.new, *self.updated, *self.removed]

    @property
    def changes_anything(self) -> bool:
        return bool(self.new or self.updated or self.removed)
