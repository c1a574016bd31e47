import subprocess

import pytest
from django.conf import settings

from modules.terraform.constraints import excludes

CONSTRAINTS = [
    *("1.15.5", "= 1.15.5", "v1.15.5", "!= 1.15.5", "!= 1.15.4", "= 1.15", "1.15.5.0"),
    *("> 1.15.4", "> 1.15.5", ">= 1.15.5", ">= 1.15", ">=1", "< 1.15.5", "< 1.16", "<= 1.15.5", "<= 1.15"),
    *("~> 1", "~> 1.0", "~> 1.15", "~> 1.15.0", "~> 1.15.5", "~> 1.15.6", "~> 1.14", "~> 1.14.0", "~> 0.12", "~> 2"),
    *(">= 1.0, < 2.0", ">= 1.0, < 1.15", "> 1.0, != 1.15.5, < 2", "~> 1.9, >= 1.15.1"),
]


def test_terraform_excludes_what_we_say_it_excludes(tmp_path):
    for at, constraint in enumerate(CONSTRAINTS):
        (tmp_path / f"c{at}").mkdir()
        text = f'terraform {{\n  required_version = "{constraint}"\n}}\n'
        (tmp_path / f"c{at}" / "main.tf").write_text(text)
    calls = (f'module "c{at}" {{\n  source = "./c{at}"\n}}\n' for at in range(len(CONSTRAINTS)))
    (tmp_path / "main.tf").write_text("".join(calls))
    run = subprocess.run(
        [*settings.TERRAFORM_COMMAND, "get", "-no-color"], cwd=tmp_path, capture_output=True, text=True
    )
    refused = [each for at, each in enumerate(CONSTRAINTS) if f"on c{at}/main.tf line 2" in run.stdout + run.stderr]
    assert refused == [constraint for constraint in CONSTRAINTS if excludes(constraint, "1.15.5")]
    assert 10 < len(refused) < 25


def test_pre_release_of_terraform_counts_by_its_numbers():
    assert not excludes(">= 1.16", "1.16.0-beta2")
    assert excludes("< 1.16", "1.16.0-beta2")


@pytest.mark.parametrize(
    ("constraint", "version"),
    [("", "1.15.5"), (">= 2", ""), ("1.x.y", "1.15.5"), (">= 2,", "1.5.0"), (">= 2.0.0-beta1", "1.5.0")],
)
def test_what_is_not_well_formed_excludes_nothing(constraint, version):
    assert not excludes(constraint, version)


def test_constraint_of_spaces_is_read_once():
    assert not excludes(" " * 200_000 + "x", "1.15.5")
