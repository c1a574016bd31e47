"""Sources of module calls that only Terraform can compute, from `const` variables and locals (Terraform 1.15).

A source is followed when it is made of constants whose values the files of one folder state: defaults of `const`
variables, locals that are text or made of these, and `path.module`.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator

from modules.terraform.schema import Call, FileAnswer, Finding, Schema, finding

REFERENCE = re.compile(r"(?:var|local|path)\.[^\W\d][\w-]*")
HOLE = re.compile(rf"\$\{{\s*({REFERENCE.pattern})\s*\}}")
INSIDE = re.compile(r"\$\{([^}]*+)(?:\}|\Z)")
HEAD = re.compile(r"(?<![\w.-])([^\W\d][\w-]*)\s*\.\s*([^\W\d][\w-]*)")
PASSES = 10  # a local that is made of a local that is made of …
LONGEST = 1_000  # characters of a source: locals that are made of locals grow with each pass
HERE = {"path.module": ".", "path.root": "."}


def constants(answers: Iterable[FileAnswer]) -> dict[str, str]:
    """The values of a module's constants as text, by reference: {"var.word": "a", "local.folder": "a-world"}."""
    known = dict(HERE)
    waiting: dict[str, str] = {}
    for answer in answers:
        for row in answer["variables"]:
            if row.get("const") and isinstance(row["default"], str | bool | int | float):
                default = row["default"]
                text = default if isinstance(default, str) else json.dumps(default)
                known |= {f"var.{row['name']}": text} if len(text) <= LONGEST else {}
        waiting |= {f"local.{name}": text for name, text in answer["locals"].items()}
    for _ in range(PASSES):
        found = {name: value for name, text in waiting.items() if (value := resolved(text, known)) is not None}
        if found.keys() <= known.keys():
            break
        known |= found
    return known


def resolved(expression: str, known: dict[str, str]) -> str | None:
    """The value of a reference, or of a quoted text with references in it; None when that is not known."""
    if REFERENCE.fullmatch(expression):
        return known.get(expression)
    body = expression[1:-1]
    if len(expression) < 2 or expression[0] != '"' or expression[-1] != '"' or '"' in body or "$${" in body:
        return None
    filled = HOLE.sub(lambda hole: known.get(hole[1], hole[0]), body)
    is_open = any(mark in filled for mark in ("${", "%{", "\\"))
    return None if is_open or len(filled) > LONGEST else filled


def followed(call: Call, known: dict[str, str]) -> Call:
    """The call with its source in place of the expression, where that is known."""
    source = resolved(call["expression"], known) if "expression" in call else None
    if source is None:
        return call
    found = call | {"source": source}
    del found["expression"]
    return found


def applied(schema: Schema, answers: Collection[FileAnswer]) -> Schema:
    """A module's schema with the sources that are known; the variables that decide one are fixed at their default."""
    if not any("expression" in call for call in schema["calls"]):
        return schema
    known, deciding = constants(answers), _deciding(answers)
    variables = [
        row | {"fixed": True} if row.get("const") and not row["required"] and f"var.{row['name']}" in deciding else row
        for row in schema["variables"]
    ]
    return schema | {"variables": variables, "calls": [followed(call, known) for call in schema["calls"]]}


def findings(path: str, answer: FileAnswer, known: dict[str, str], variables: dict[str, bool]) -> Iterator[Finding]:
    """Findings of the calls in one file; `variables` says of those of its folder whether they are `const`."""
    for call in answer["calls"]:
        if "expression" not in call:
            continue
        if wrong := _inconstant(call["expression"], variables):
            message = f"The source of module {call['name']} refers to {wrong}. Terraform allows constants only there."
            yield finding("error", "source", message, path, call["line"])
        elif followed(call, known) is call:
            message = f"The source {call['source']} can't be followed. Files outside of this folder would be missing."
            yield finding("advice", "source", message, path, call["line"])


def fixed(schema: Schema, folder: str) -> Iterator[Finding]:
    for row in schema["variables"]:
        if row.get("fixed"):
            message = f"The variable {row['name']} decides which module is loaded, so the form does not ask for it."
            yield finding("advice", "const", message, "/".join(filter(None, (folder, row["file"]))), row["line"])


def _deciding(answers: Collection[FileAnswer]) -> set[str]:
    """References to the constants that sources are made of, through locals."""
    texts = {f"local.{name}": text for answer in answers for name, text in answer["locals"].items()}
    waiting = [call["expression"] for answer in answers for call in answer["calls"] if "expression" in call]
    found: set[str] = set()
    while waiting:
        for reference in set(REFERENCE.findall(waiting.pop())) - found:
            found.add(reference)
            waiting.append(texts.get(reference, ""))
    return found


def _inconstant(expression: str, variables: dict[str, bool]) -> str:
    """The first thing in a source that Terraform does not know when it loads modules; blank when there is none."""
    parts = INSIDE.findall(expression) if expression.startswith('"') else [expression]
    for part in parts:
        for head, name in HEAD.findall(part):
            if head not in ("var", "local", "path") or (head == "var" and not variables.get(name, True)):
                return f"{head}.{name}"
    return ""
