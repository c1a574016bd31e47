"""What we read of a file is what Terraform makes of it."""

import json
import subprocess

from django.conf import settings

from modules.hcl import read_file

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
