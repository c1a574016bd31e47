import json
import time

import pytest

from modules.terraform.hcl import read_file


def read(text, *, is_json=False):
    return read_file(text, is_json=is_json)


def variable(body, name="x"):
    return read(f'variable "{name}" {{\n{body}\n}}\n')["variables"][0]


def test_variable_has_all_its_facts():
    found = variable(
        """
  description = "Disk size. {{UIMeta group=2 order=7 updatesafe options=50,100 }}"
  type        = number
  default     = 50
  nullable    = false
  sensitive   = true
  validation {
    condition     = var.x > 0
    error_message = "More than nothing."
  }"""
    )
    assert found == {
        "name": "x",
        "type": "number",
        "description": "Disk size.",
        "default": 50,
        "required": False,
        "sensitive": True,
        "nullable": False,
        "group": 2,
        "order": 7,
        "updatesafe": True,
        "options": [50, 100],
        "validations": [{"condition": "var.x > 0", "error_message": "More than nothing."}],
        "line": 1,
    }


def test_ephemeral_variable_is_treated_as_a_secret():
    found = variable("type = string\nephemeral = true")
    assert (found["ephemeral"], found["sensitive"], found["required"]) == (True, True, True)


def test_variable_without_anything_is_required_and_of_any_type():
    found = variable("")
    assert (found["type"], found["required"], found["default"], found["nullable"]) == ("any", True, None, True)


def test_default_null_is_a_default():
    found = variable("default = null")
    assert (found["required"], found["default"]) == (False, None)


def test_heredoc_default_keeps_its_lines():
    assert variable("default = <<-EOT\n    # Title\n\n      text\n  EOT")["default"] == "# Title\n\n  text\n"


def test_default_that_is_computed_is_kept_as_text_with_advice():
    answer = read('variable "x" {\n  default = 1 + 2\n}\n')
    assert answer["variables"][0]["default_expression"] == "1 + 2"
    assert answer["variables"][0]["required"] is False
    assert [(row["level"], row["code"], row["line"]) for row in answer["findings"]] == [("advice", "default", 2)]


def test_type_that_computes_a_default_is_valid_with_advice():
    answer = read('variable "x" {\n  type = object({ ttl = optional(number, 60 * 60) })\n}\n')
    assert answer["variables"][0]["type"] == "object({ ttl = optional(number, 60 * 60) })"
    assert [(row["level"], row["code"], row["line"]) for row in answer["findings"]] == [("advice", "default", 2)]


def test_contains_validation_gives_the_choices():
    body = 'type = string\nvalidation {\n condition = contains(["a", "b"], var.x)\n error_message = "a or b"\n}'
    assert variable(body)["options"] == ["a", "b"]


@pytest.mark.parametrize(
    "condition", ['contains(["a"], var.y)', 'contains(["a"], var.x) || true', "contains([1], var.x)"]
)
def test_other_conditions_give_no_choices(condition):
    assert variable(f'type = string\nvalidation {{\n condition = {condition}\n error_message = ""\n}}')["options"] == []


def test_type_that_terraform_would_refuse_is_an_error_with_its_line():
    answer = read('variable "x" {\n  type = strin\n}\n')
    assert [(row["level"], row["code"], row["line"]) for row in answer["findings"]] == [("error", "type", 2)]


def test_outputs_providers_resources_and_calls_are_read():
    answer = read(
        """terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      version               = "~> 5.0"
      configuration_aliases = [aws.other]
    }
    random = "~> 3.0"
  }
}
provider "tls" {}
resource "terraform_data" "a" {}
data "http" "b" { url = "https://example.com" }
module "c" { source = "../shared" }
output "d" {
  value       = 1
  description = "Four"
  sensitive   = true
}
"""
    )
    assert answer["required_version"] == ">= 1.5"
    assert answer["required_providers"] == [
        {"name": "aws", "source": "hashicorp/aws", "version": "~> 5.0", "line": 4, "aliases": ["aws.other"]},
        {"name": "random", "source": "hashicorp/random", "version": "~> 3.0", "line": 9},
    ]
    assert answer["configured_providers"] == [{"name": "tls", "line": 12}]
    assert answer["resources"] == [{"address": "terraform_data.a", "line": 13}, {"address": "data.http.b", "line": 14}]
    assert answer["calls"] == [{"name": "c", "source": "../shared", "version": "", "line": 15}]
    assert answer["outputs"] == [{"name": "d", "description": "Four", "sensitive": True, "line": 16}]


def test_programs_and_backends_are_shown_not_refused():
    answer = read(
        'terraform {\n  backend "gcs" {}\n  cloud {}\n}\n'
        'resource "terraform_data" "a" {\n  provisioner "local-exec" {\n    command = "date"\n  }\n}\n'
        'data "external" "b" {\n  program = ["x"]\n}\n'
    )
    assert [(row["level"], row["code"], row["line"]) for row in answer["findings"]] == [
        ("advice", "backend", 2),
        ("advice", "backend", 3),
        ("advice", "program", 6),
        ("advice", "program", 10),
    ]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ('a = 1\nvariable "x" {\n  type = string\n', 2, "never closed"),
        ('variable "x" {\n  type = = string\n}\n', 2, "does not allow"),
        ('variable "x" {}\n}\n', 2, "does not allow “}”"),
        ('x = "a"\ny = "\0"\n', 2, "NUL"),
    ],
)
def test_syntax_error_says_where(text, line, message):
    (finding,) = read(text)["findings"]
    assert (finding["level"], finding["code"], finding["line"]) == ("error", "syntax", line)
    assert message in finding["message"]


def test_json_syntax_gives_the_same_as_native_syntax():
    native = read(
        'variable "a" {\n  type = list(string)\n  default = ["x"]\n  description = "A"\n'
        '  validation {\n    condition = length(var.a) > 0\n    error_message = "Some."\n  }\n}\n'
        'variable "b" {}\noutput "c" { value = 1 }\nresource "terraform_data" "d" {}\nmodule "e" { source = "./f" }\n'
    )
    document = {
        "variable": {
            "a": {
                "type": "list(string)",
                "default": ["x"],
                "description": "A",
                "validation": {"condition": "${length(var.a) > 0}", "error_message": "Some."},
            },
            "b": [{}],
        },
        "output": [{"c": {"value": 1}}],
        "resource": {"terraform_data": {"d": {}}},
        "module": {"e": {"source": "./f"}},
    }
    found = read(json.dumps(document, indent=2), is_json=True)
    for key in ("variables", "outputs", "resources", "calls"):
        assert [row | {"line": 0} for row in found[key]] == [row | {"line": 0} for row in native[key]]
    assert [row["line"] for row in found["variables"]] == [3, 14]


@pytest.mark.parametrize(
    "text", ["{", "[1, 2", '{"a": NaN}', '{"a": 1e999}', r'{"a": "\u0000"}', r'{"a": "\ud800"}', "3"]
)
def test_json_that_cannot_be_kept_is_one_error(text):
    answer = read(text, is_json=True)
    assert [(row["level"], row["code"]) for row in answer["findings"]] == [("error", "syntax")]


def test_windows_line_ends_and_byte_order_are_no_matter():
    assert read('variable "x" {\r\n  type = string\r\n  default = "a"\r\n}\r\n')["variables"][0]["default"] == "a"


def test_json_nested_too_deeply_is_refused():
    default = "[" * 60 + "]" * 60
    answer = read(f'{{"variable": {{"x": {{"default": {default}}}}}}}', is_json=True)
    assert [finding["message"] for finding in answer["findings"]] == ["This file is nested too deeply."]
    assert answer["variables"] == []


def test_json_block_has_the_line_of_its_name():
    text = '{"variable": {\n  "a" : {},\n  "b": {"description": "c"},\n  "c": {}\n}}'
    assert [row["line"] for row in read_file(text, is_json=True)["variables"]] == [2, 3, 4]


def test_line_of_a_json_block_costs_no_search_of_the_text():
    text = '{"variable": {' + ",\n".join(f'"v{at}": {{}}' for at in range(20_000)) + "}}"
    start = time.process_time()
    assert read_file(text, is_json=True)["variables"][-1]["line"] == 20_000
    assert time.process_time() - start < 5
