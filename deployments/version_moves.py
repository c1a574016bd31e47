"""Changes of a deployment's version: which one is possible, what it breaks, and which inputs it changes."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from accounts.models import User
from deployments import quotes
from deployments.inputs import values
from deployments.inputs.conversions import same
from deployments.inputs.fields import kind_of
from deployments.inputs.form import visible_variables
from deployments.models import Deployment, Draft, Inputs
from modules.models import Module, ModuleVersion
from modules.terraform.abilities import Ability, widened
from modules.terraform.schema import Schema, Variable, is_ephemeral
from modules.versions.compare import Change, compare

NOT_ASKED = "not asked"


@dataclass(frozen=True)
class Move:
    """A change from a deployment's version to another one of its module, as a person may see both.

    With `sees_hidden` the hidden inputs count too.
    """

    before: ModuleVersion
    after: ModuleVersion
    sees_hidden: bool = False

    @property
    def is_back(self) -> bool:
        return self.after.number < self.before.number

    @property
    def went_back(self) -> bool:
        """Whether the publisher returned to an older version without revoking the newer one."""
        return self.is_back and self.before.revoked_at is None

    @cached_property
    def changes(self) -> list[Change]:
        return compare(*self._schemas)

    @property
    def breaking(self) -> list[Change]:
        return [change for change in self.changes if change.is_breaking]

    @cached_property
    def widened(self) -> list[Ability]:
        return widened(*self._schemas)

    @property
    def _schemas(self) -> list[Schema]:
        return [shown_schema(version, sees_hidden=self.sees_hidden) for version in (self.before, self.after)]


class ChangedInput(Variable):
    """A variable whose value changes, with both values as text."""

    before: str
    after: str


@dataclass(frozen=True)
class Outlook:
    """The facts about a deployment's version on its page, and the change of version that is possible."""

    version: ModuleVersion
    move: Move | None = None
    may_move: bool = False
    removed_at: datetime | None = None
    is_withdrawn: bool = False

    @property
    def is_needed(self) -> bool:
        said = self.version.revoked_at or self.version.deprecated_at
        return bool(said or self.move or self.removed_at or self.is_withdrawn)


def outlook(deployment: Deployment, user: User, *, is_in_catalogue: bool) -> Outlook:
    """The outlook of a deployment for `user`, without other versions of a module that they do not see there."""
    version, module = deployment.version, deployment.version.module
    if deployment.destroyed_at:
        return Outlook(version)
    if module.removed_at:
        return Outlook(version, removed_at=module.removed_at)
    current = module.current_version
    if current is None or not is_in_catalogue:
        return Outlook(version, is_withdrawn=True)
    if current.pk == version.pk or current.revoked_at:
        return Outlook(version)
    may_move = deployment.may_change(user) and quotes.is_offered(current, deployment.owner)
    move = Move(version, current, sees_hidden=module.shows_hidden_inputs_to(user))
    return Outlook(version, move, may_move=may_move)


def target_of(deployment: Deployment) -> ModuleVersion | None:
    """The module's current version, if the deployment has another one and its owner can deploy it; otherwise None."""
    current = _current(deployment.version.module, deployment.owner)
    is_other = current and current.pk != deployment.version_id and not current.revoked_at
    return current if is_other and not quotes.obstacle(current) else None


def shown_schema(version: ModuleVersion, *, sees_hidden: bool) -> Schema:
    """The schema of a version, without the hidden inputs unless `sees_hidden`."""
    return version.schema | {"variables": visible_variables(version.schema, sees_hidden=sees_hidden)}


def _current(module: Module, user: User) -> ModuleVersion | None:
    offered = Module.objects.visible_to(user).published().filter(pk=module.pk).values("current_version")
    return ModuleVersion.objects.filter(pk__in=offered).select_related("module__owner").first()


def secrets_for(deployment: Deployment, version: ModuleVersion, stored: dict[str, Any]) -> dict[str, Any]:
    """The deployment's values for the sensitive variables of `version`, by name.

    From its `stored` secrets, and from the plain inputs for variables that became sensitive. A variable that is no
    longer sensitive loses its value, and one that is ephemeral has none: the form asks for them again.
    """
    given = deployment.inputs | stored
    asked = _variables(version).items()
    names = [name for name, variable in asked if variable["sensitive"] and not is_ephemeral(variable)]
    return {name: given[name] for name in names if name in given}


def changed_inputs(
    deployment: Deployment, draft: Draft, *, stored: Container[str], typed: Container[str], sees_hidden: bool
) -> list[ChangedInput]:
    """The variables whose value `draft` changes, with both values as text.

    `stored` are the names of the deployment's secrets, `typed` those of newly entered ones. A variable that only one
    of the two versions has counts as changed when it has a value.
    """
    before, after = (_variables(version, sees_hidden) for version in (deployment.version, draft.version))
    found: list[ChangedInput] = []
    for name in {**after, **before}:
        old, new = before.get(name), after.get(name)
        if new and new["sensitive"]:
            is_changed = name in typed
        elif old and old["sensitive"]:
            is_changed = name in stored or name in draft.inputs
        else:
            is_changed = not _same(name, old, deployment.inputs, new, draft.inputs)
        if is_changed:
            found.append({**(new or old), "before": _text(old, deployment), "after": _text(new, draft)})
    return found


def _variables(version: ModuleVersion, sees_hidden: bool = True) -> dict[str, Variable]:
    return {each["name"]: each for each in visible_variables(version.schema, sees_hidden=sees_hidden)}


def _same(name: str, old: Variable | None, before: dict[str, Any], new: Variable | None, after: dict[str, Any]) -> bool:
    if old is None or new is None:
        return name not in (after if old is None else before)
    return same(before.get(name, old["default"]), after.get(name, new["default"]), kind_of(new))


def _text(variable: Variable | None, given: Inputs) -> str:
    if variable is None:
        return NOT_ASKED
    if variable["sensitive"]:
        return "sensitive"
    return values.show(given.inputs.get(variable["name"], variable["default"]))
