"""What a folder's files declare together: the schema that catalogue, form and runs read, and the folder's findings."""

from collections import Counter

NUMBER = int | float
MOST_CREDITS = 1_000_000
# Ordinary variables that the platform reads itself instead of asking deployers (RAD's conventions).
PLATFORM = {
    "module_description": str,
    "module_documentation": str,
    "module_dependency": list,
    "module_services": list,
    "credit_cost": NUMBER,
    "require_credit_purchases": bool,
    "enable_purge": bool,
    "public_access": bool,
    "shared_users": list,
}
INJECTED = "deployment_id"
HIDDEN_GROUP = 0  # RAD's convention: inputs of this group are for the publisher and admins only
BUILT_IN = "terraform"  # Terraform's own provider: terraform_data, terraform_remote_state


def combine(answers: dict[str, dict]) -> tuple[dict, list[dict]]:
    """Join the answers of `modules.terraform.hcl.read_file` by file name to one schema and its findings.

    Findings are `{"level": "error" | "advice", "code", "message", "file", "line"}`; one error makes a module invalid.
    """
    findings = _gather(answers, "findings")
    variables = _gather(answers, "variables")
    outputs = _gather(answers, "outputs")
    resources = _gather(answers, "resources")
    for rows, key, word in (
        (variables, "name", "variable"),
        (outputs, "name", "output"),
        (resources, "address", "resource"),
    ):
        findings += _twins(rows, key, word)
    platform = [variable for variable in variables if _is_platforms(variable, findings)]
    schema = {
        "variables": [_asked(variable) for variable in variables if variable not in platform],
        "outputs": outputs,
        "providers": _providers(answers, resources),
        "resources": resources,
        "calls": _gather(answers, "calls"),
        "programs": _gather(answers, "programs"),
        "moves": _gather(answers, "moves"),
        "platform": {variable["name"]: variable["default"] for variable in platform},
        "required_version": ", ".join(
            answer["required_version"] for answer in answers.values() if answer["required_version"]
        ),
    }
    return schema, findings


def is_hidden(variable: dict) -> bool:
    """Whether deployers are not asked it; who is, `Module.shows_hidden_inputs_to` says."""
    return variable.get("group") == HIDDEN_GROUP


def without_hidden(schema: dict) -> dict:
    """The schema as deployers know it: without the inputs of the hidden group."""
    return schema | {"variables": [variable for variable in schema["variables"] if not is_hidden(variable)]}


def _gather(answers: dict[str, dict], key: str) -> list[dict]:
    return [row | {"file": file} for file, answer in sorted(answers.items()) for row in answer[key]]


def _twins(rows: list[dict], key: str, word: str) -> list[dict]:
    counts = Counter(row[key] for row in rows)
    return [
        finding("error", "duplicate", f"The {word} {row[key]} is declared more than once.", row["file"], row["line"])
        for row in rows
        if counts[row[key]] > 1
    ]


def _is_platforms(variable: dict, findings: list) -> bool:
    """A platform variable counts only with a default of its type; without one Terraform needs it from the deployer."""
    wanted = PLATFORM.get(variable["name"])
    if wanted is None:
        return False
    value = variable["default"]
    if variable["required"] or (value is not None and not _fits(value, wanted)):
        message = f"{variable['name']} has no default that the portal can read, so it is asked like any other input."
        findings.append(finding("advice", "platform", message, variable["file"], variable["line"]))
        return False
    return True


def _fits(value, wanted) -> bool:
    if wanted is NUMBER:
        return isinstance(value, NUMBER) and not isinstance(value, bool) and 0 <= value <= MOST_CREDITS
    if wanted is list:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    return isinstance(value, wanted)


def _asked(variable: dict) -> dict:
    return variable | {"injected": True} if variable["name"] == INJECTED else variable


def _providers(answers: dict[str, dict], resources: list[dict]) -> list[dict]:
    """Providers that are required, configured, or implied by a resource's type, once each."""
    required = _gather(answers, "required_providers")
    found = {row["name"]: {key: row[key] for key in ("name", "source", "version")} for row in required}
    implied = [row["name"] for row in _gather(answers, "configured_providers")]
    implied += [row["address"].split(".")[-2].split("_")[0] for row in resources]
    for name in implied:
        if name != BUILT_IN:
            found.setdefault(name, {"name": name, "source": f"hashicorp/{name}", "version": ""})
    return list(found.values())


def finding(level: str, code: str, message: str, file: str = "", line: int | None = None) -> dict:
    return {"level": level, "code": code, "message": message, "file": file, "line": line}
