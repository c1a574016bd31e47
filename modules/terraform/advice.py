"""Suggestions for a valid module: findings of the level "advice", with file and line."""

import re

from modules.terraform.constraints import excludes
from modules.terraform.schema import INJECTED, FileAnswer, Finding, Provider, Schema, Variable, finding, provider_of

SECRET = re.compile(
    r"(?:^|_)(?:password|passwd|passphrase|secret|token|credentials?|(?:private|api|access|secret|auth)_?key)s?$", re.I
)
BOUNDED = re.compile(r"~>|=|<|v?\d")  # how a constraint with an upper bound begins; `>=` alone has none


def of_module(folder: str, schema: Schema, answers: dict[str, FileAnswer], readme: str) -> list[Finding]:
    """Findings of one folder: `answers` are those of its files by name, `schema` is what they declare together."""
    places = _places(schema, answers)
    untyped = {name for answer in answers.values() for name in answer["untyped"]}
    used = {name for answer in answers.values() for name in answer["uses"]}
    found = [
        finding("advice", code, message, _path(folder, row["file"]), row["line"])
        for row in schema["variables"]
        for code, message in _of_variable(row, is_typed=row["name"] not in untyped, is_used=row["name"] in used)
    ]
    found += [
        finding("advice", "provider-version", _unbounded(row), _path(folder, file), line)
        for row in schema["providers"]
        if not any(BOUNDED.match(part.strip()) for part in row["version"].split(","))
        for file, line in [places.get(row["name"], ("", None))]
    ]
    found += [
        finding("advice", "caller", _needing_caller(row["aliases"]), _path(folder, file), row["line"])
        for file, answer in sorted(answers.items())
        for row in answer["required_providers"]
        if set(row.get("aliases", [])).intersection(schema["unconfigured"])
    ]
    if not readme.strip():
        found.append(finding("advice", "readme", "Add a README.md that says what this module is for.", folder))
    return found


def of_versions(answers: dict[str, FileAnswer], terraform: str) -> list[Finding]:
    """Findings of files by path, of a module and the folders that it calls, whose constraints exclude `terraform`."""
    return [
        finding("advice", "terraform", _excluding(answer["required_version"], terraform), path, line)
        for path, answer in sorted(answers.items())
        for line in [answer["required_version_line"]]
        if excludes(answer["required_version"], terraform)
    ]


def _needing_caller(aliases: list[str]) -> str:
    names = ", ".join(aliases)
    return f"This needs a calling module, which passes the provider configuration {names}. Nobody can deploy it alone."


def _excluding(constraint: str, terraform: str) -> str:
    return f"“{constraint}” excludes Terraform {terraform}, which runs deployments here. Nobody can deploy it."


def _of_variable(row: Variable, *, is_typed: bool, is_used: bool) -> list[tuple[str, str]]:
    name = row["name"]
    found = []
    if not row["description"] and name != INJECTED:
        found.append(("description", f"The variable {name} has no description."))
    if not is_typed:
        found.append(("untyped", f"The variable {name} has no type, so its input is not checked."))
    if not is_used and name != INJECTED:
        found.append(("unused", f"The variable {name} is not used."))
    if SECRET.search(name) and not row["sensitive"] and row["type"] not in ("bool", "number"):
        found.append(("secret", f"The variable {name} looks like a credential. Mark it as sensitive."))
    return found


def _unbounded(provider: Provider) -> str:
    name, version = provider["name"], provider["version"]
    said = f"“{version}” has no upper bound" if version else "no version is required"
    return f"The provider {name} may change with any release: {said}. Use “~>” and a version."


def _places(schema: Schema, answers: dict[str, FileAnswer]) -> dict[str, tuple[str, int | None]]:
    """File and line where each provider is required, configured, or first used by a resource."""
    files = sorted(answers.items())
    found: dict[str, tuple[str, int | None]] = {}
    for file, answer in files:
        for row in answer["required_providers"]:
            found.setdefault(row["name"], (file, row["line"]))
    for file, answer in files:
        for configured in answer["configured_providers"]:
            found.setdefault(configured["name"], (file, configured["line"]))
    for resource in schema["resources"]:
        found.setdefault(provider_of(resource), (resource["file"], resource["line"]))
    return found


def _path(folder: str, file: str) -> str:
    return f"{folder}/{file}" if folder and file else folder or file
