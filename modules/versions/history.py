"""The versions of a module as its pages list and compare them."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString

from foundation.compiled import Param, compiled
from foundation.paragraphs import counted
from modules.models import ModuleVersion
from modules.terraform import abilities
from modules.terraform.abilities import Ability
from modules.terraform.schema import as_seen
from modules.versions import compare, numbering, usage
from modules.versions.change import Change, Compatibility
from modules.versions.usage import Usage, WithUsage

HEAVY = ["schema", "readme", "changes", "commits", "advice"]  # large columns that a list of versions does not load


@dataclass(frozen=True)
class Line:
    version: ModuleVersion
    usage: Usage


@dataclass(frozen=True)
class Step:
    """The step from one version to another: its changes for deployers, and the abilities that it adds."""

    before: ModuleVersion
    after: ModuleVersion
    changes: list[Change]
    widened: list[Ability]

    @property
    def compatibility(self) -> Compatibility:
        return Compatibility.of(numbering.bump_of(self.changes))

    @property
    def commits(self) -> str:
        """The number of known commits of `after` since the version before: "2 commits since 1.0.0"; blank for none."""
        number = len(self.after.commits)
        return f"{counted(number, 'commit')} since {self.before.semver}" if number else ""

    @property
    def widening(self) -> list[SafeString]:
        """The added abilities, a sentence each."""
        return [format_html("{} <code>{}</code>.", ability.lead, ability.name) for ability in self.widened]


def lines(versions: Iterable[WithUsage]) -> list[Line]:
    """Each version with its usage, of rows from `usage.with_usage`."""
    return [Line(version, usage.of(version)) for version in versions]


def step(before: ModuleVersion, after: ModuleVersion, *, with_hidden: bool) -> Step:
    """The step from `before` to `after`; hidden inputs only for those who may see them."""
    schemas = [as_seen(version.schema, sees_hidden=with_hidden) for version in (before, after)]
    return Step(before, after, compare.compare(*schemas), abilities.widened(*schemas))


def step_to(version: ModuleVersion, *, with_hidden: bool) -> Step | None:
    """Return the step that published the version. Returns None for the first version."""
    return next((step(before, version, with_hidden=with_hidden) for before in _before(version)), None)


def _before(version: ModuleVersion) -> list[ModuleVersion]:
    """The version before this one, in a list; empty for the first."""
    return _versions_before(module=version.module_id, number=version.number)


@compiled
def _versions_before(module: Param, number: Param) -> QuerySet[ModuleVersion]:
    light = ModuleVersion.objects.defer(*(name for name in HEAVY if name != "schema"))
    return light.filter(module=module, number__lt=number).order_by("-number")[:1]
