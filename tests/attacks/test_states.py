"""Modules that delete, replace, truncate, link, forge and number the state of their own deployment."""

import pytest

from deployments.models import Run
from deployments.runs import state
from deployments.tests.conftest import deploy, runs_dir  # noqa: F401 - fixtures
from deployments.tests.factories import log_of

pytestmark = pytest.mark.django_db

TWO = """
resource "terraform_data" "honest" { input = "kept" }
resource "terraform_data" "attack" {
  input = terraform_data.honest.output
  provisioner "local-exec" { command = "./attack.sh" }
}
"""
LABEL = "terraform_data.attack (local-exec): "


def said(run):
    """What the attack has printed."""
    return [line.removeprefix(LABEL) for line in log_of(run) if line.startswith(LABEL)]


def attack(deploy, alice, script):  # noqa: F811
    return deploy(alice, {"main.tf": TWO, "attack.sh": f"#!/bin/sh\n{script}\nexit 0\n"})


REPLACE = """
cd /state
for deed in "rm -f terraform.tfstate" "mv terraform.tfstate gone" "mv gone terraform.tfstate" "ln terraform.tfstate two"
do
  $deed 2>/dev/null && echo "$deed"
done
echo '{}' > other
ln -s /module/main.tf link
mv -T other terraform.tfstate 2>/dev/null && echo replaced
mv -T link terraform.tfstate 2>/dev/null && echo linked
"""


def test_a_module_cannot_delete_replace_or_link_its_state(alice, deploy):  # noqa: F811
    run = attack(deploy, alice, REPLACE + "echo tried")
    assert said(run)[1:] == ["tried"]
    assert (run.error, run.status) == ("", Run.Status.SUCCEEDED)
    assert run.deployment.resource_count == 2
    assert state.newest(run.deployment).serial > 0


PLANT = r"""
state='{\"version\":4,\"serial\":9,\"lineage\":\"planted\",\"resources\":[]}'
line='{"@level":"info","@message":"Emergency state dump","state":"'$state'","type":"log"}'
for fd in 1 2; do echo "$line" > /proc/1/fd/$fd && echo planted; done 2>&1
"""


def test_a_module_cannot_write_lines_of_its_own_to_terraforms_output(alice, deploy):  # noqa: F811
    run = attack(deploy, alice, PLANT)
    assert "planted" not in said(run)
    assert any("No such device or address" in line for line in said(run))
    assert (run.error, run.status, run.deployment.resource_count) == ("", Run.Status.SUCCEEDED, 2)
    assert run.deployment.states.exclude(lineage="planted").count() == 1
