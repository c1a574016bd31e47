"""A deployment's version compared with its module's current one, and what changing to that one means."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from accounts.models import User
from deployments import quotes
from deployments.inputs import values
from deployments.inputs.form import visible_variables
from deployments.models import Deployment, Draft, Inputs
from modules.models import Module, ModuleVersion
from modules.terraform.abilities import Ability, widened
from modules.terraform.schema import Schema, Variable
from modules.versions.compare import Change, compare

NOT_ASKED = "not asked"


@dataclass(frozen=True)
class Move:
    """From the version that a deployment has to another one of its module, as far as a person may know both."""

    before: ModuleVersion
    after: ModuleVersion
    sees_hidden: bool = False

    @property
    def is_back(self) -> bool:
        return self.after.number < self.before.number

    @property
    def went_back(self) -> bool:
        """Whether the publisher chose the older version, rather than revoking the newer one."""
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
    """A variable that gets another value, with both values as text."""

    before: str
    after: str


@dataclass(frozen=True)
class Outlook:
    """What the page of a deployment tells of its version."""

    version: ModuleVersion
    move: Move | None = None
    may_move: bool = False
    removed_at: datetime | None = None
    is_withdrawn: bool = False

    @property
    def is_needed(self) -> bool:
        said = self.version.revoked_at or self.version.deprecated_at
        return bool(said or self.move or self.removed_at or self.is_withdrawn)


def outlook(deployment: Deployment, user: User) -> Outlook:
    """What `user` may know of the versions beside the deployment's own: nothing of a module that they do not see."""
    version, module = deployment.version, deployment.version.module
    if deployment.destroyed_at:
        return Outlook(version)
    if module.removed_at:
        return Outlook(version, removed_at=module.removed_at)
    current = _current(module, user)
    if current is None:
        return Outlook(version, is_withdrawn=True)
    if current.pk == version.pk or current.revoked_at:
        return Outlook(version)
    may_move = deployment.may_change(user) and quotes.is_offered(current, deployment.owner)
    move = Move(version, current, sees_hidden=module.shows_hidden_inputs_to(user))
    return Outlook(version, move, may_move=may_move)


def target_of(deployment: Deployment) -> ModuleVersion | None:
    """The module's current version, where that is another one and the owner may deploy it."""
    current = _current(deployment.version.module, deployment.owner)
    is_other = current and current.pk != deployment.version_id and not current.revoked_at
    return current if is_other else None


def shown_schema(version: ModuleVersion, *, sees_hidden: bool) -> Schema:
    """What a version declares, without the inputs that a person does not see."""
    return version.schema | {"variables": visible_variables(version.schema, sees_hidden=sees_hidden)}


def _current(module: Module, user: User) -> ModuleVersion | None:
    offered = Module.objects.visible_to(user).published().filter(pk=module.pk).values("current_version")
    return ModuleVersion.objects.filter(pk__in=offered).select_related("module__owner").first()


def secrets_for(deployment: Deployment, version: ModuleVersion, stored: dict[str, Any]) -> dict[str, Any]:
    """What the deployment holds for the sensitive variables of `version`: of its `stored` secrets those that still are,
    and plain values of what has become sensitive. What is sensitive no more is asked for anew, in the open."""
    given = deployment.inputs | stored
    names = [name for name, variable in _variables(version).items() if variable["sensitive"]]
    return {name: given[name] for name in names if name in given}


def changed_inputs(
    deployment: Deployment, draft: Draft, *, stored: Container[str], typed: Container[str], sees_hidden: bool
) -> list[ChangedInput]:
    """The variables that get another value by `draft`, with both values as text and whether that is safe while live.

    `stored` are names of secrets that the deployment has, `typed` of those that were given anew. What one of the two
    versions alone asks counts where a value is given for it.
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
    return values.same(before.get(name, old["default"]), after.get(name, new["default"]))


def _text(variable: Variable | None, given: Inputs) -> str:
    if variable is None:
        return NOT_ASKED
    if variable["sensitive"]:
        return "sensitive"
    return values.show(given.inputs.get(variable["name"], variable["default"]))
