"""The steps of a module's form: how its variables are grouped, ordered and titled."""

from collections.abc import Iterable
from dataclasses import dataclass

from modules.terraform.schema import Finding, Variable, finding, is_hidden

MOST_VARIABLES = 1_000


@dataclass(frozen=True)
class FormStep:
    """Variables that are asked together; `at` counts the steps from 1."""

    at: int
    title: str
    is_hidden: bool
    variables: list[Variable]


def too_many(variables: list[Variable]) -> list[Finding]:
    """An error if there are more variables than a form can ask for."""
    if len(variables) <= MOST_VARIABLES:
        return []
    first = variables[MOST_VARIABLES]
    message = f"This module declares {len(variables):,} variables. A form can ask for {MOST_VARIABLES:,} at most."
    return [finding("error", "variables", message, first["file"], first["line"])]


def form_steps(variables: Iterable[Variable]) -> list[FormStep]:
    """The variables by group, sorted by group and then by order; variables without either come last.

    Among those without a group, which their author did not arrange, required ones come first.
    """
    groups: dict[int | None, list[Variable]] = {}
    for variable in sorted(variables, key=_position):
        groups.setdefault(variable["group"], []).append(variable)
    return [
        FormStep(at, _title(at, found[0], is_only=len(groups) == 1), is_hidden(found[0]), found)
        for at, found in enumerate(groups.values(), 1)
    ]


def _title(at: int, first: Variable, *, is_only: bool) -> str:
    if is_hidden(first):
        return "Publisher and admins only"
    if is_only:
        return "Inputs"
    return "More inputs" if first["group"] is None else f"Step {at}"


def _position(variable: Variable) -> tuple[bool, int, bool, int, bool]:
    group, order = variable["group"], variable["order"]
    is_arranged = group is not None or order is not None
    return group is None, group or 0, order is None, order or 0, not is_arranged and not variable["required"]
