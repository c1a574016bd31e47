"""The versions of a module as its pages list and compare them."""

from collections.abc import Iterable
from dataclasses import dataclass

from modules import interface, manifest, usage
from modules.changes import Change, Compatibility
from modules.manifest import Ability
from modules.models import ModuleVersion
from modules.schema import without_hidden
from modules.usage import Usage

HEAVY = ["schema", "readme", "changes", "commits", "advice"]  # what a list of versions leaves in the database


@dataclass(frozen=True)
class Line:
    version: ModuleVersion
    usage: Usage


@dataclass(frozen=True)
class Step:
    """From one version to another: what it changes for those who deploy it, and what it can do that it could not."""

    before: ModuleVersion
    after: ModuleVersion
    changes: list[Change]
    widened: list[Ability]

    @property
    def compatibility(self) -> Compatibility:
        return Compatibility.of(interface.bump_of(self.changes))


def lines(versions: Iterable[ModuleVersion]) -> list[Line]:
    """Each version with its usage, in two queries more."""
    versions = list(versions)
    used = usage.of_versions(ModuleVersion.objects.filter(pk__in=[version.pk for version in versions]))
    return [Line(version, used[version.pk]) for version in versions]


def step(before: ModuleVersion, after: ModuleVersion, *, with_hidden: bool) -> Step:
    """What leads from `before` to `after`; the hidden inputs only for those who may see them."""
    schemas = before.schema, after.schema
    if not with_hidden:
        schemas = without_hidden(before.schema), without_hidden(after.schema)
    return Step(before, after, interface.compare(*schemas), manifest.widened(*schemas))


def step_to(version: ModuleVersion, *, with_hidden: bool) -> Step | None:
    """What the version changed when it was published; None of the first."""
    before = version.module.versions.filter(number__lt=version.number).first()
    return step(before, version, with_hidden=with_hidden) if before else None
