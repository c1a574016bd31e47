"""Judges what only a whole folder, and the folders that it calls, can tell: whether references lead somewhere.

Source: Terraform 1.15, internal/terraform/evaluate_valid.go and node_module_variable.go.
"""

import json
import posixpath
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from typing import Any

from modules.terraform.fact_types import Declared, Referred, Wanted
from modules.terraform.rules import cycles, marks
from modules.terraform.rules.evaluation import ITERABLE, REPEATED, Evaluator
from modules.terraform.rules.folder import Folder, is_read, path_to, target, type_from
from modules.terraform.rules.references import CONFIGURED, FUNCTION
from modules.terraform.rules.values import ANYTHING, article, misfit, type_of
from modules.terraform.schema import Finding, finding
from modules.terraform.syntax.problems import MODULE, Problem
from modules.terraform.syntax.shapes import BUILT_IN_DATA
from modules.terraform.types import (
    Collection,
    Primitive,
    Tuple_,
)

__all__ = ["Folder", "check", "check_root", "is_read"]
MOST_FINDINGS = 100
WORDS = {"managed": "resource", "data": "data source", "ephemeral": "ephemeral resource", "module": "module call"}
RESULTS = ("id", "input", "output", "triggers_replace")  # of terraform_data
ONCE = {
    "local": "The local value {name} is declared more than once. Keep one.",
    "module": "The module call {name} is declared more than once. Keep one.",
    "import": "There is more than one import of {name}. Keep one.",
    "check": "The check {name} is declared more than once. Keep one.",
    "provider": "The provider {name} is configured more than once. Keep one, or give each an alias.",
    "required_providers": "This module has more than one required_providers block. Put them into one.",
    "backend": "This module has more than one backend or cloud block. Keep one.",
}


def check(folder: Folder) -> list[Finding]:
    """Findings of a folder that is complete, not more than anybody reads; each names its file."""
    checks = (_files, _twins, _references, _wants, _arguments, marks.check, cycles.check)
    return list(islice((row for each in checks for row in each(folder)), MOST_FINDINGS))


def check_root(folder: Folder) -> Iterator[Finding]:
    """What only a module that no other calls may not have."""
    yield from _files(folder, is_root=True)
    for name, answer in sorted(folder.answers.items()):
        for row in answer["outputs"]:
            if row.get("ephemeral"):
                message = f"The output {row['name']} is ephemeral, so only a calling module can read it. Remove it."
                yield finding("error", "ephemeral", message, name, row["line"])
            if row.get("deprecated"):
                message = f"The output {row['name']} is deprecated, which only a calling module could read. Remove it."
                yield finding("error", "deprecated", message, name, row["line"])


def _files(folder: Folder, *, is_root: bool = False) -> Iterator[Finding]:
    """Files that functions read: relative to the folder itself, or (`is_root`) to the module that is deployed."""
    for row in folder.rows("files"):
        is_own = row["path"].startswith(MODULE)
        rest = row["path"].removeprefix(f"{MODULE}/")
        if folder.files is None or is_own == is_root or rest.startswith(("/", "~")) or "${" in rest:
            continue
        path = posixpath.normpath(posixpath.join(folder.path, rest))
        is_inside = not folder.path or path.startswith(f"{folder.path}/")  # others are not in the module's archive
        if is_inside and not path.startswith("../") and path not in folder.files:
            message = f"The file {path} is not in the repository. Commit it, or check its path."
            yield finding("error", "file", message, row["file"], row["line"])


def _twins(folder: Folder) -> Iterator[Finding]:
    seen: set[tuple[str, str]] = set()
    for row in folder.rows("declared"):
        kind = "data" if row["kind"] == "scoped" else row["kind"]
        key = (kind, row["name"])
        if key in seen and (kind in ONCE or row["kind"] == "scoped"):
            message = ONCE.get(kind, "The data source {name} is declared more than once. Keep one.")
            yield finding("error", "duplicate", message.format(name=row["name"]), row["file"], row["line"])
        seen.add(key)


def _references(folder: Folder) -> Iterator[Finding]:
    for row in folder.rows("references"):
        message = _broken(folder, row)
        if message:
            yield finding("error", "reference", message, row["file"], row["line"])


def _broken(folder: Folder, row: Referred) -> str:
    """Why a reference leads nowhere; blank if it does not."""
    kind, name, rest = target(row["path"])
    if kind == CONFIGURED:
        is_known = {("provider", name), ("alias", name)} & folder.declared.keys()
        return "" if is_known else f"The provider {name} is not configured in this module. Add it, or its alias."
    if kind == FUNCTION:
        return (
            ""
            if ("requirement", name) in folder.declared
            else f"A function of {name} is called. Add this provider to required_providers."
        )
    declared = folder.declared.get(("resource" if kind == "managed" else kind, name))
    if declared is None:
        return _undeclared(folder, kind, name)
    if kind not in ("managed", "data", "ephemeral"):
        return ""
    return _broken_instance(name, declared, rest) or _broken_result(kind, name, rest)


def _undeclared(folder: Folder, kind: str, name: str) -> str:
    if kind == "action":
        return ""
    if (kind, name) in {("data", row) for what, row in folder.declared if what == "scoped"}:
        return f"data.{name} can only be used inside its check."
    word = WORDS.get(kind, "variable" if kind == "variable" else "local value")
    known = [other for what, other in folder.declared if what == ("resource" if kind == "managed" else kind)]
    close = folder.meant(name, known)
    advice = f"Did you mean {close}?" if close else "Declare it, or remove the reference."
    return f"The {word} {name} is not declared in this module. {advice}"


def _broken_instance(name: str, declared: Declared, rest: list[str]) -> str:
    if rest and declared["many"] and rest[0].startswith("."):
        example = "[0]" if declared["many"] == "count" else "[each.key]"
        return f"{name} has {declared['many']}. Name an instance, as in {name}{example}{rest[0]}."
    if rest and not declared["many"] and rest[0].startswith("[") and rest[0] not in ("[*]", "[?]"):
        return f"{name} has no count or for_each. Remove the index."
    return ""


def _broken_result(kind: str, name: str, rest: list[str]) -> str:
    names = [step[1:] for step in rest[:2] if step.startswith(".")]
    if kind != "managed" or not name.startswith(f"{BUILT_IN_DATA}.") or not names or names[0] in RESULTS:
        return ""
    return f"{BUILT_IN_DATA} has no attribute “{names[0]}”. It has {', '.join(RESULTS)}."


def _wants(folder: Folder) -> Iterator[Finding]:
    for row in folder.rows("wants"):
        if len(row["path"]) < 2 or row["path"][1][1:] not in folder.types.get(row["path"][0], ()):
            continue
        evaluator = Evaluator(names=folder.types)
        value = ANYTHING if "[?]" in row["path"] else evaluator.of(path_to(row["path"]))
        wrong = [problem.message for problem in evaluator.problems if isinstance(problem, Problem)]
        message = wrong[0] if wrong else _unwanted(row, value)
        if row["path"][0] == "module" and message.startswith("This object has no"):
            message = "the module that is called has no such output. Add it there, or remove the reference."
        if message:
            yield finding("error", "reference", f"{''.join(row['path'])}: {message}", row["file"], row["line"])


def _unwanted(row: Wanted, value: Any) -> str:
    kind, given = type_from(row["type"]), type_of(value)
    if kind == REPEATED:
        is_wrong = isinstance(given, Primitive | Tuple_) or (isinstance(given, Collection) and given.kind == "list")
        return f"for_each needs a map or a set, not {article(given)}. Use toset()." if is_wrong else ""
    if kind == ITERABLE:
        return f"{row['message']}, not {article(given)}." if isinstance(given, Primitive) else ""
    reason = misfit(value, kind)
    return f"{row['message']}: {reason}." if reason else ""


def _arguments(folder: Folder) -> Iterator[Finding]:
    for file, answer in sorted(folder.answers.items()):
        for name, arguments in answer["facts"]["arguments"].items():
            called = folder.called.get(name)
            if called is None:
                continue
            given = {row["name"] for row in arguments}
            for row in arguments:
                message = _wrong_argument(folder, called, row["name"], row["value"])
                if message:
                    yield finding("error", "argument", f"module.{name}: {message}", file, row["line"])
            missing = [row["name"] for row in called.variables.values() if row["required"] and row["name"] not in given]
            if missing:
                line = folder.declared["module", name]["line"]
                message = f"module.{name} needs {', '.join(missing)}. Add it."
                yield finding("error", "argument", message, file, line)


def _wrong_argument(folder: Folder, called: Folder, name: str, text: str) -> str:
    variable = called.variables.get(name)
    if variable is None:
        close = folder.meant(name, called.variables)
        return f"there is no variable {name}. " + (f"Did you mean {close}?" if close else "Remove the argument.")
    if not text:
        return ""
    if text == "null" and not variable["nullable"] and variable["required"]:
        return f"{name} cannot be null."
    value = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    reason = misfit(value, type_from(variable["type"]))
    return f"{name} has a wrong value: {reason}." if reason else ""
