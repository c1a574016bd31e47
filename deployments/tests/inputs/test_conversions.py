"""Terraform's conversions, compared with Terraform."""

import json
import subprocess
from decimal import Decimal

import pytest
from django.conf import settings

from deployments.inputs.conversions import converted, same
from deployments.sandbox import commands
from modules.terraform.literals import to_hcl
from modules.terraform.types import parse_type

LONG = "3.141592653589793238462643"
CASES = [
    ("list(string)", [8080, 0.0000001, 1e21, -0.25, 123456.789e3, 1.5e-10, 12345678901234567890123, True, False, "x"]),
    ("list(number)", ["1", "2.50", "1e3", "007", ".5", "5.", "-3", 4, LONG, "12345678901234567890123"]),
    ("list(bool)", ["true", "false", "1", "0", True]),
    ("map(string)", {"a": 1, "b": True}),
    ("object({ a = string, c = list(number) })", {"a": 5, "c": ["1"], "unknown": 1}),
    ("tuple([string, number])", [1, "2.50"]),
    ("string", "a\r\nb\rc"),
]


def given_out(folder, text):
    """The outputs of a module, as `terraform apply` gives them out."""
    (folder / "main.tf").write_text(text)
    environment = {"CHECKPOINT_DISABLE": "1", "HOME": str(folder)}
    for arguments in (["apply", "-auto-approve", "-input=false"], commands.output()):
        command = [*settings.TERRAFORM_COMMAND, *arguments]
        answer = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
        assert answer.returncode == 0, answer
    return {name: output["value"] for name, output in json.loads(answer.stdout, parse_float=Decimal).items()}


def test_defaults_are_converted_as_terraform_converts_them(tmp_path):
    variables = [
        f'variable "v{at}" {{\n  type    = {type_}\n  default = {to_hcl(value)}\n}}\n'
        for at, (type_, value) in enumerate(CASES)
    ]
    outputs = [f'output "v{at}" {{ value = var.v{at} }}\n' for at in range(len(CASES))]
    found = given_out(tmp_path, "".join(variables + outputs))
    for at, (type_, value) in enumerate(CASES):
        assert exact(converted(value, parse_type(type_))) == exact(found[f"v{at}"]), type_


def exact(value):
    """A JSON value with its numbers, and the one text that is a long number, as decimals."""
    if isinstance(value, dict):
        return {name: exact(part) for name, part in value.items()}
    if isinstance(value, list):
        return [exact(part) for part in value]
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return Decimal(str(value)) if value == LONG or is_number else value


@pytest.mark.parametrize(
    ("type_", "one", "other"),
    [
        ("any", 1, 1.0),
        ("any", {"a": [1]}, {"a": [1.0]}),
        ("string", 1, "1"),
        ("bool", "1", True),
        ("number", LONG, f"{LONG}0"),
        ("set(number)", [1, "2", 2], [2, 1]),
        ('object({ a = optional(string, "x") })', {}, {"a": "x"}),
        ('object({ a = optional(string, "x") })', {"a": None}, {"a": "x"}),
        ("object({ a = string })", {"a": "x", "unknown": 1}, {"a": "x"}),
        ("map(set(string))", {"k": ["b", 1]}, {"k": ["1", "b"]}),
    ],
)
def test_what_a_variable_holds_alike_is_the_same(type_, one, other):
    assert same(one, other, parse_type(type_))


@pytest.mark.parametrize(
    ("type_", "one", "other"),
    [
        ("any", 1, True),
        ("any", "1", 1),
        ("any", None, ""),
        ("any", [1, 2], [2, 1]),
        ("any", {"a": 1}, {"b": 1}),
        ("string", "a\r\nb", "a\nb"),
        ("list(string)", ["a", "b"], ["b", "a"]),
        ("object({ a = optional(string) })", {"a": ""}, {}),
    ],
)
def test_what_a_variable_holds_differently_is_not_the_same(type_, one, other):
    assert not same(one, other, parse_type(type_))
