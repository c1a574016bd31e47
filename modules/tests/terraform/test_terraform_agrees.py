"""What we read of a file is what Terraform makes of it."""

import json
import subprocess

from django.conf import settings

from modules.terraform.hcl import read_file
from modules.terraform.types import accepts, parse_type

DEFAULTS = r"""
variable "escapes" { default = "tab\tquote\"back\\slash \u00e9 $${x} %%{y} $5 100%" }
variable "raw" {
  default = <<EOF
  kept \n as it is "quoted" $${x}

	tab
EOF
}
variable "flush" {
  default = <<-EOT
    # Title

      deeper
    end
  EOT
}
variable "blank_lines" {
  default = <<-EOT

      text

    more
  EOT
}
variable "empty_heredoc" {
  default = <<-E
  E
}
variable "numbers" { default = [0, -1, 1.50, 1e3, 12345678901234, -2.5e-3, 0.1] }
variable "keys" {
  default = {
    a = 1, "b c" : 2
    (3) = 3
    d = null # comment
    // another
    "e$${f}" = /* inline */ true
  }
}
variable "nested" {
  type    = map(object({ name = string, tags = optional(list(string), ["x"]), size = optional(number) }))
  default = { one = { name = "first", tags = [], size = 2 } }
}
variable "quoted_type" {
  type    = string
  default = "a\r\nb"
}
"""


def terraform(*arguments, folder):
    run = subprocess.run([*settings.TERRAFORM_COMMAND, *arguments], cwd=folder, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def test_defaults_are_read_as_terraform_reads_them(tmp_path):
    variables = read_file(DEFAULTS, is_json=False)["variables"]
    outputs = "".join(f'output "{row["name"]}" {{\n  value = var.{row["name"]}\n}}\n' for row in variables)
    (tmp_path / "main.tf").write_text(DEFAULTS)
    (tmp_path / "outputs.tf").write_text(outputs)
    terraform("init", "-input=false", folder=tmp_path)
    terraform("apply", "-auto-approve", "-input=false", folder=tmp_path)
    values = json.loads(terraform("output", "-json", folder=tmp_path))
    assert {row["name"]: row["default"] for row in variables} == {name: each["value"] for name, each in values.items()}


COMPUTED = """object({
  a = optional(number, 60 * 60), b = optional(bool, !true), c = optional(string, "a-${"b"}"),
  d = optional(string, true ? "x" : "y"), e = optional(list(number), [1 + 1,]), f = optional(string, <<-E
    ${1 + 1} lines
  E
  ), g = optional(object({ h = optional(string, "${"}"}") }), {})
})"""


def test_terraform_computes_the_same_from_a_type_as_we_keep_it(tmp_path):
    kept = read_file(f'variable "a" {{\n  type = {COMPUTED}\n}}\n', is_json=False)["variables"][0]["type"]
    for name, kind in (("written", COMPUTED), ("kept", kept)):
        text = f'variable "{name}" {{\n  type = {kind}\n  default = {{}}\n}}\n'
        (tmp_path / f"{name}.tf").write_text(f'{text}output "{name}" {{\n  value = var.{name}\n}}\n')
    terraform("apply", "-auto-approve", "-input=false", folder=tmp_path)
    values = json.loads(terraform("output", "-json", folder=tmp_path))
    assert values["kept"]["value"] == values["written"]["value"]
    assert values["kept"]["value"]["a"] == 3600


SAMPLES = {
    "string": '"seven"',
    "number": "7",
    "bool": "true",
    "list(string)": '["seven"]',
    "set(string)": '["seven", "six"]',
    "list(number)": "[7]",
    "list(list(string))": '[["seven"], []]',
    "map(number)": "{ a = 7 }",
    "map(bool)": "{ a = true }",
    "tuple([string, number])": '["seven", 7]',
    "object({ a = string })": '{ a = "seven" }',
    "object({ a = string, b = number })": '{ a = "seven", b = 7 }',
    "object({ a = optional(string) })": "{}",
    "list(object({ a = optional(list(string)), b = string }))": '[{ b = "x" }, { a = ["y"], b = "z" }]',
}


def test_terraform_takes_every_value_of_a_type_that_is_called_wider(tmp_path):
    wide = [*SAMPLES, "any", "list(any)", "map(any)", "list(list(any))"]
    pairs = [(new, old) for new in wide for old in SAMPLES if accepts(parse_type(new), parse_type(old))]
    assert len(pairs) > 40
    blocks = [f"{{\n  type = {new}\n  default = {SAMPLES[old]}\n}}\n" for new, old in [*pairs, ("number", "string")]]
    text = "".join(f'variable "v{at}" {block}' for at, block in enumerate(blocks))
    (tmp_path / "main.tf").write_text(text)
    command = [*settings.TERRAFORM_COMMAND, "validate", "-json"]
    answer = json.loads(subprocess.run(command, cwd=tmp_path, capture_output=True, text=True).stdout)
    refused = [each["range"]["start"]["line"] // 4 for each in answer["diagnostics"]]
    assert refused == [len(pairs)]  # the wrong pair at the end alone
