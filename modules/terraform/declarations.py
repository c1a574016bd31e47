"""What the files of a folder declare together: their answers, merged into one schema."""

from collections import Counter
from typing import Any

from modules.terraform.schema import (
    BUILT_IN,
    INJECTED,
    MOST_CREDITS,
    ConfiguredProvider,
    FileAnswer,
    Finding,
    Node,
    Output,
    Provider,
    Resource,
    Schema,
    Variable,
    finding,
    provider_of,
)

NUMBER = int | float
# Ordinary variables that the portal reads instead of asking deployers (RAD's conventions).
PLATFORM = {
    "module_description": str,
    "module_documentation": str,
    "module_dependency": list,
    "module_services": list,
    "credit_cost": NUMBER,
    "require_credit_purchases": bool,
    "enable_purge": bool,
    "enable_rad_gcpproject": bool,  # whether RAD's own projects may be used, of which the portal has none
    "public_access": bool,
    "shared_users": list,
}


def combine(answers: dict[str, FileAnswer]) -> tuple[Schema, list[Finding]]:
    """Merge the answers of `modules.terraform.hcl.read_file`, by file name, into one schema and its findings."""
    findings: list[Finding] = _gather(answers, "findings")
    variables: list[Variable] = _gather(answers, "variables")
    outputs: list[Output] = _gather(answers, "outputs")
    resources: list[Resource] = _gather(answers, "resources")
    for rows, key, word in (
        (variables, "name", "variable"),
        (outputs, "name", "output"),
        (resources, "address", "resource"),
    ):
        findings += _twins(rows, key, word)
    platform = [variable for variable in variables if _is_platforms(variable, findings)]
    schema: Schema = {
        "variables": [_marked(variable) for variable in variables if variable not in platform],
        "outputs": outputs,
        "providers": _providers(answers, resources),
        "resources": resources,
        "calls": _gather(answers, "calls"),
        "programs": _gather(answers, "programs"),
        "moves": _gather(answers, "moves"),
        "platform": {variable["name"]: variable["default"] for variable in platform},
        "unconfigured": _unconfigured(answers),
        "required_version": ", ".join(
            answer["required_version"] for answer in answers.values() if answer["required_version"]
        ),
    }
    return schema, findings


def node_of(schema: Schema) -> Node:
    """The part of a called folder's schema that is stored."""
    return {
        "providers": schema["providers"],
        "resources": schema["resources"],
        "calls": schema["calls"],
        "programs": schema["programs"],
        "moves": schema["moves"],
        "required_version": schema["required_version"],
    }


def _gather(answers: dict[str, FileAnswer], key: str) -> list[Any]:
    """The items under `key` of all answers, each with its file's name."""
    # mypy cannot follow a key that is a parameter; callers annotate the result
    rows = [(file, answer[key]) for file, answer in sorted(answers.items())]  # type: ignore[literal-required]
    return [row | {"file": file} for file, found in rows for row in found]


def _twins(rows: list[Any], key: str, word: str) -> list[Finding]:
    counts = Counter(row[key] for row in rows)
    return [
        finding(
            "error",
            "duplicate",
            f"The {word} {row[key]} is declared more than once. Keep one.",
            row["file"],
            row["line"],
        )
        for row in rows
        if counts[row[key]] > 1
    ]


def _is_platforms(variable: Variable, findings: list[Finding]) -> bool:
    """Whether it is a platform variable with a default of its type; one without becomes an input, with a finding."""
    wanted = PLATFORM.get(variable["name"])
    if wanted is None:
        return False
    value = variable["default"]
    if variable["required"] or (value is not None and not _fits(value, wanted)):
        message = f"{variable['name']} has no default that the portal can read. It is shown as an ordinary input."
        findings.append(finding("advice", "platform", message, variable["file"], variable["line"]))
        return False
    return True


def _fits(value: Any, wanted: Any) -> bool:
    if wanted is NUMBER:
        return isinstance(value, NUMBER) and not isinstance(value, bool) and 0 <= value <= MOST_CREDITS
    if wanted is list:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    return isinstance(value, wanted)


def _marked(variable: Variable) -> Variable:
    return variable | {"injected": True} if variable["name"] == INJECTED else variable


def _unconfigured(answers: dict[str, FileAnswer]) -> list[str]:
    """Provider configurations that a calling module has to pass: required by an alias, and not in the module itself."""
    required: list[Provider] = _gather(answers, "required_providers")
    configured: list[ConfiguredProvider] = _gather(answers, "configured_providers")
    own = {f"{row['name']}.{row['alias']}" for row in configured if "alias" in row}
    return [alias for row in required for alias in row.get("aliases", []) if alias not in own]


def _providers(answers: dict[str, FileAnswer], resources: list[Resource]) -> list[Provider]:
    """Providers that are required, configured, or implied by a resource's type, once each."""
    required: list[Provider] = _gather(answers, "required_providers")
    found: dict[str, Provider] = {
        row["name"]: {"name": row["name"], "source": row["source"], "version": row["version"]} for row in required
    }
    configured: list[ConfiguredProvider] = _gather(answers, "configured_providers")
    implied = [row["name"] for row in configured]
    implied += [provider_of(row) for row in resources]
    for name in implied:
        if name != BUILT_IN:
            found.setdefault(name, {"name": name, "source": f"hashicorp/{name}", "version": ""})
    return list(found.values())
