"""What a run records of its plan, and of what the apply made of it."""

import pytest

from deployments.models import Run
from deployments.presentation import progress
from deployments.runs.runner import execute_run
from deployments.story.runs import outcome
from deployments.tests.factories import make_run

CHAIN = """
variable "size" { type = number }
resource "terraform_data" "disk" { input = { size = var.size, zone = "a" } }
resource "terraform_data" "backup" { input = terraform_data.disk.output.zone }
"""


@pytest.mark.django_db
def test_a_planned_change_that_turns_out_to_be_none_is_not_counted(alice, deploy):
    deployment = deploy(alice, {"main.tf": CHAIN}, inputs={"size": 1}).deployment
    update = make_run(deployment, action=Run.Action.UPDATE, inputs={"size": 2})

    execute_run(update.pk)

    update.refresh_from_db()
    assert (update.plan["change"], update.plan["applied"]) == (2, {"create": 0, "change": 1, "destroy": 0})
    assert (outcome(update), progress(update)) == (", 0 created, 1 changed, 0 destroyed", (2, 2))
