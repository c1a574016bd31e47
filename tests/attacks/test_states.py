"""Modules that delete, replace, truncate, link, forge and number the state of their own deployment."""

import re

import pytest

from deployments.models import AsideState, Run, StateVersion
from deployments.runs import aside
from deployments.runs.runner import execute_run
from deployments.tests.conftest import deploy, runs_dir  # noqa: F401 - fixtures
from deployments.tests.factories import log_of, make_run, outputs_of
from foundation.models import OutboxMessage
from tests.people import make_admin

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_look_meanwhile(settings):
    """What a worker has stored while Terraform ran is not missing any more."""
    settings.RUN_STATE_POLL = 60


TWO = """
resource "terraform_data" "honest" { input = "kept" }
resource "terraform_data" "attack" {
  input = terraform_data.honest.output
  provisioner "local-exec" { command = "./attack.sh" }
}
"""
LABEL = "terraform_data.attack (local-exec): "
BOTH = ["terraform_data.attack", "terraform_data.honest"]
STATE = '{\\"version\\":4,\\"serial\\":%s,\\"lineage\\":\\"theirs\\",\\"resources\\":[]}'

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
echo 'not a state' > terraform.tfstate && chmod 000 terraform.tfstate && echo overwritten
"""
PLANT = """
line='{"@level":"info","@message":"Emergency state dump","state":"STATE","type":"log"}'
for fd in 1 2; do (echo "$line" > /proc/1/fd/$fd) 2>/dev/null && echo planted; done
(echo x > /proc/1/mem) 2>/dev/null && echo "wrote into memory"
""".replace("STATE", STATE % 9)


def files(script):
    return {"main.tf": TWO, "attack.sh": f"#!/bin/sh\n{script}\nexit 0\n"}


def said(run):
    """What the attack has printed."""
    return [line.removeprefix(LABEL) for line in log_of(run) if line.startswith(LABEL)][1:]


def test_a_module_cannot_replace_its_state_nor_write_terraforms_own_lines(alice, deploy):  # noqa: F811
    run = deploy(alice, files(REPLACE + PLANT))
    assert said(run) == ["overwritten"]
    assert (run.error, run.status) == ("", Run.Status.SUCCEEDED)
    kept = StateVersion.objects.get()
    assert sorted(kept.resources.values_list("address", flat=True)) == BOTH
    assert kept.lineage != "theirs"
    assert AsideState.objects.count() == 0


# Left behind by a provisioner, it writes after Terraform's last write too, until Terraform ends and takes it along.
WRITER = """
import os, re
found = None
while not found:  # Terraform may be writing
    found = re.search('"lineage": "(.*?)"', open("/state/terraform.tfstate").read())
text = open("/module/forged").read().replace("LINEAGE", found[1]).encode()
file = os.open("/state/terraform.tfstate", os.O_RDWR)
open("/tmp/ready", "w").close()
while True:
    os.pwrite(file, text, 0)
    os.ftruncate(file, len(text))
"""
LEAVE_WRITER = """
setsid /usr/bin/python3 writer.py > /dev/null 2>&1 &
until [ -e /tmp/ready ]; do sleep 0.05; done
"""
LINEAGE = re.compile('"lineage": "[0-9a-f]{8}-.*?"')
HOLLOW = '{"version": 4, "serial": %d, "lineage": "LINEAGE", "resources": []}'


def write_last(deploy, owner, forged):  # noqa: F811
    return deploy(owner, files(LEAVE_WRITER) | {"writer.py": WRITER, "forged": forged})


def check_loss(run, reason, forged):
    """The run has failed, names what is missing, keeps what was found, and owner and admins know."""
    assert run.status == Run.Status.FAILED, log_of(run)
    assert f"Terraform reported {BOTH[1]}, {BOTH[0]}" in run.error
    found = AsideState.objects.get()
    assert (found.reason, sorted(found.missing)) == (reason, BOTH)
    content = b"".join(aside.content(found)).decode()
    assert LINEAGE.sub('"lineage": "LINEAGE"', content) == forged
    assert sorted(OutboxMessage.objects.values_list("to", flat=True)) == ["admin@example.com", "alice@example.com"]
    assert run.deployment.states.count() == 0


def test_a_state_numbered_beyond_all_that_follow_fails_the_run(alice, deploy):  # noqa: F811
    make_admin()
    forged = HOLLOW % (2**63 - 1)
    check_loss(write_last(deploy, alice, forged), "serial", forged)


@pytest.mark.whole
@pytest.mark.parametrize(
    ("forged", "reason"),
    [
        ("", "missing"),
        ("no state", "unreadable"),
        ('{"version": 4, "serial": 3', "unreadable"),
        (HOLLOW % 9, "incomplete"),
        (HOLLOW % 0, "serial"),
        (HOLLOW % 900_000, "incomplete"),
        (HOLLOW.replace("LINEAGE", "other") % 9, "lineage"),
        (HOLLOW % 9 + " " * 20_000, "too_large"),
    ],
)
def test_what_a_module_writes_last_is_no_state_of_terraforms(alice, deploy, settings, forged, reason):  # noqa: F811
    settings.RUN_STATE_BYTES = 10_000
    make_admin()
    check_loss(write_last(deploy, alice, forged), reason, forged)


def destroy(deployment):
    run = make_run(deployment, action=Run.Action.DESTROY)
    execute_run(run.pk)
    run.refresh_from_db()
    return run


@pytest.mark.whole
def test_a_destroy_does_not_say_that_what_was_lost_is_gone(alice, deploy):  # noqa: F811
    lost = write_last(deploy, alice, "")
    run = destroy(lost.deployment)
    assert run.status == Run.Status.FAILED
    assert f"Terraform reported {BOTH[1]}, {BOTH[0]}" in run.error
    run.deployment.refresh_from_db()
    assert run.deployment.destroyed_at is None


DISK_FULL = "prlimit --pid 1 --fsize=1"  # from now on no write of Terraform's gets through


@pytest.mark.whole
def test_a_state_that_terraform_can_only_print_is_kept(alice, deploy):  # noqa: F811
    run = deploy(alice, files(DISK_FULL))
    assert run.status == Run.Status.FAILED, log_of(run)
    assert "Failed to save state" in run.error
    assert sorted(StateVersion.objects.get().resources.values_list("address", flat=True)) == BOTH
    assert AsideState.objects.count() == 0
    assert "Emergency" not in "\n".join(log_of(run))


# Terraform's numbers have as many digits as they need; the plan knows of none, as the id is not known yet.
MANY_DIGITS = """
resource "terraform_data" "one" {}
locals { number = tonumber("1e${length(terraform_data.one.id) * 139}") }
output "shown" { value = { number = local.number } }
output "hidden" {
  value     = local.number
  sensitive = true
}
"""


def test_an_output_of_5000_digits_ended_the_run_without_its_state(alice, deploy):  # noqa: F811
    run = deploy(alice, {"main.tf": MANY_DIGITS})
    assert (run.error, run.status) == ("", Run.Status.SUCCEEDED)
    number = "1" + "0" * (36 * 139)
    assert outputs_of(run.deployment) == {"shown": {"number": number}, "hidden": None}
    assert not any("00000" in line for line in log_of(run))
