"""Secrets made to cost the worker: many lines, printed piece by piece, and as keys of resources."""

import json

import pytest

from deployments.models import PlannedChange, Run, StateResource
from deployments.redaction import MASK
from deployments.runs.runner import execute_run
from deployments.tests.factories import log_of, make_deployment, make_run, make_version
from modules.tests.schemas import schema
from tests.measures import Growth

SOURCE = """
variable "key" {
  type      = string
  sensitive = true
}
resource "terraform_data" "line" {
  for_each = toset(slice(split("\\n", nonsensitive(var.key)), 0, 2))
  input    = each.key
  provisioner "local-exec" {
    command     = "printenv KEY"
    environment = { KEY = nonsensitive(var.key) }
  }
}
"""
MOST_MEMORY = 64 * 1024  # KiB


@pytest.fixture
def runs_dir(settings, tmp_path):
    settings.RUNS_DIR = tmp_path / "runs"


def secret_of(lines):
    return "\n".join(f"qline {number:04} key" for number in range(lines))


@pytest.mark.django_db
@pytest.mark.parametrize("lines", [400, pytest.param(3_000, marks=pytest.mark.whole)])
def test_a_secret_of_many_lines_took_gigabytes_of_the_worker(runs_dir, alice, record_property, lines):
    secret = secret_of(lines)
    version = make_version({"main.tf": SOURCE}, owner=alice, schema=schema(SOURCE))
    run = make_run(make_deployment(version, owner=alice, secrets={"key": secret}))

    with Growth() as growth:
        execute_run(run.pk)

    record_property("memory_kib", growth.kib)
    run.refresh_from_db()
    assert (run.status, run.error) == (Run.Status.SUCCEEDED, "")
    printed = "\n".join(log_of(run))
    assert "qline" not in printed
    assert printed.count(MASK) > lines
    assert growth.kib < MOST_MEMORY
    for model in (PlannedChange, StateResource):
        assert {row.address for row in model.objects.all()} == {f'terraform_data.line["{MASK}"]'}


@pytest.mark.django_db
def test_what_the_log_masks_is_masked_in_errors(runs_dir, alice):
    secret = "two  blanks and\na second line"
    source = """
    variable "key" {
      type      = string
      sensitive = true
    }
    resource "terraform_data" "one" {
      lifecycle {
        precondition {
          condition     = length(var.key) == 0
          error_message = "It is ${nonsensitive(var.key)}."
        }
      }
    }
    """
    version = make_version({"main.tf": source}, owner=alice, schema=schema(source))
    run = make_run(make_deployment(version, owner=alice, secrets={"key": secret}))
    execute_run(run.pk)
    run.refresh_from_db()
    shown = json.dumps([run.error, run.input_errors, log_of(run)])
    assert MASK in run.error
    assert "blanks" not in shown
    assert "second line" not in shown
