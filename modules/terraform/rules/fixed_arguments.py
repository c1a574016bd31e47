"""Arguments that Terraform reads before it computes anything: flags, texts, and version constraints.

Source: github.com/hashicorp/go-version.
"""

import re
from decimal import Decimal
from typing import Any

from modules.terraform.rules.evaluation import Evaluator
from modules.terraform.syntax.blocks import Value
from modules.terraform.syntax.problems import Found, Problem
from modules.terraform.types import Type

CONSTRAINT = re.compile(
    r"\s*+(?:=|!=|>=|<=|>|<|~>)?\s*+v?\d+(?:\.\d+)*(?P<release>-[\w.-]+)?(?:\+[\w.-]+)?\s*", re.ASCII
)


def constant(value: Value, kind: Type, name: str) -> Found:
    evaluator = Evaluator(is_constant=True)
    evaluator.needs(value.tree, kind, name)
    yield from evaluator.problems[:1]


def constraint(value: Value, name: str, *, allows_release: bool = True) -> Found:
    evaluator = Evaluator(is_constant=True)
    found = evaluator.of(value.tree)
    yield from evaluator.problems[:1]
    if evaluator.problems or found is None:
        return
    if isinstance(found, Decimal):
        found = str(found)
    yield from version_problem(found, name, value.line, allows_release=allows_release)


def version_problem(found: Any, name: str, line: int, *, allows_release: bool = True) -> Found:
    """Why a value is no version constraint."""
    if not isinstance(found, str):
        yield Problem(f"{name} must be a string, as in “>= 1.5, < 2.0”.", line)
        return
    for part in found.split(","):
        match = CONSTRAINT.fullmatch(part)
        if match is None:
            shown = found[:40]
            yield Problem(f"“{shown}” in {name} is no version constraint. Write it as “>= 1.5, < 2.0”.", line)
            return
        if match["release"] and not allows_release:
            yield Problem(f"{name} cannot name a prerelease, “{part.strip()[:40]}”. Use a release.", line)
            return
