"""The groups of a form on its page: steps, and in a large form the folds of each step.

A large form shows required inputs first and folds the others, by the first word of their names where several share it.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from django.forms import BoundField

from deployments.inputs.nested_widget import words
from modules.terraform.form_steps import form_steps
from modules.terraform.schema import Variable

LARGE = 40  # inputs of a form; with more of them its optional ones are folded
LONG = 15  # inputs of one fold; more are divided by topic
SHARED = 3  # inputs of a topic
OTHERS = "More inputs"


@dataclass(frozen=True)
class Fold:
    """Optional fields that the page folds under one title; `is_open` when one of them needs attention."""

    id: str
    title: str
    fields: list[BoundField]
    is_open: bool


@dataclass(frozen=True)
class Step:
    """A group of fields that the form shows under one title; `folds` come after `fields`."""

    id: str
    title: str
    fields: list[BoundField]
    folds: list[Fold] = field(default_factory=list)


def steps(
    variables: list[Variable], bound: Callable[[str], BoundField], needs_attention: Callable[[BoundField], bool]
) -> list[Step]:
    """The steps of a form that asks `variables`; `bound` gives the field of a variable."""
    is_large = len(variables) > LARGE
    found = []
    for step in form_steps(variables):
        name = f"step-{step.at}"
        shown = [each for each in step.variables if each["required"] or not is_large]
        fields = [bound(each["name"]) for each in shown]
        topics = by_topic([each for each in step.variables if each not in shown])
        folded = {title: [bound(each["name"]) for each in rows] for title, rows in topics.items()}
        folds = [
            Fold(f"{name}-{at}", title, rows, is_open=any(map(needs_attention, rows)))
            for at, (title, rows) in enumerate(folded.items(), 1)
        ]
        found.append(Step(name, step.title, fields, folds))
    return found


def by_topic(variables: list[Variable]) -> dict[str, list[Variable]]:
    """Variables by the title of their topic: the first word of their names, or OTHERS, which come last."""
    counts = Counter(_first_word(variable) for variable in variables)
    is_short = len(variables) <= LONG
    found: dict[str, list[Variable]] = {}
    others: list[Variable] = []
    for variable in variables:
        word = _first_word(variable)
        rows = others if is_short or counts[word] < SHARED else found.setdefault(words(word), [])
        rows.append(variable)
    return found | ({("Optional inputs" if is_short else OTHERS): others} if others else {})


def _first_word(variable: Variable) -> str:
    return variable["name"].replace("-", "_").strip("_").partition("_")[0].lower() or variable["name"]
