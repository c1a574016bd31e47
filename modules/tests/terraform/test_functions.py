"""The table of Terraform's functions is what Terraform itself says."""

import json
import subprocess

from django.conf import settings

from modules.terraform.rules.functions import SIGNATURES


def text(kind):
    if isinstance(kind, str):
        return "any" if kind == "dynamic" else text(json.loads(kind)) if kind.startswith("[") else kind
    return f"{kind[0]}({text(kind[1])})"


def parameter(row, more=""):
    return f"{text(row['type'])}{'?' * row.get('is_nullable', False)}{more}"


def signature(name, row):
    parameters = [parameter(each) for each in row.get("parameters", [])]
    if "variadic_parameter" in row:
        parameters.append(parameter(row["variadic_parameter"], "..."))
    return f"{name}({', '.join(parameters)}) {text(row['return_type'])}"


def test_signatures_are_those_of_the_embedded_terraform():
    command = [*settings.TERRAFORM_COMMAND, "metadata", "functions", "-json"]
    answer = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    rows = {name: row for name, row in answer["function_signatures"].items() if "::" not in name}
    found = {line.strip() for part in SIGNATURES.splitlines() for line in part.split(";") if line.strip()}
    assert found == {signature(name, row) for name, row in rows.items()}
