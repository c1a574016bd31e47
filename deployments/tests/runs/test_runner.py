import json

import pytest

from deployments.models import Deployment, Output, Run, StateVersion
from deployments.runs import aside, state
from deployments.runs.runner import execute_run
from deployments.tests.factories import log_of, make_run, make_version, outputs_of
from modules.models import Module
from modules.tests.schemas import schema

pytestmark = pytest.mark.django_db

GREETING = """
variable "name" { type = string }
resource "terraform_data" "greeting" { input = "hello ${var.name}" }
output "greeting" { value = terraform_data.greeting.output }
output "key" {
  value     = "the key of ${var.name}"
  sensitive = true
}
"""


def test_a_deploy_ends_live_with_exact_outputs(alice, deploy, runs_dir):
    run = deploy(alice, {"main.tf": GREETING}, inputs={"name": "alice"})

    assert (run.error, run.status) == ("", Run.Status.SUCCEEDED)
    assert run.deployment.status == Deployment.Status.LIVE
    assert run.deployment.resource_count == 1
    outputs = Output.objects.filter(state=run.deployment.state)
    assert list(outputs.values_list("name", "is_sensitive", "type", "value")) == [
        ("greeting", False, "string", "hello alice"),
        ("key", True, "string", None),
    ]
    assert outputs[1].parts.get().content == b"the key of alice"
    assert run.plan == {
        "create": 1,
        "change": 0,
        "destroy": 0,
        "listed": 1,
        "done": 1,
        "applied": {"create": 1, "change": 0, "destroy": 0},
    }
    assert list(run.changes.values_list("address", "action", "status", "seconds")) == [
        ("terraform_data.greeting", "create", "done", 0)
    ]
    assert sorted(run.phases, key=run.phases.get) == ["preparing", "planning", "applying", "saving", "succeeded"]
    assert list(runs_dir.iterdir()) == []


def test_destroy_removes_everything(alice, deploy):
    run = deploy(alice, {"main.tf": GREETING}, inputs={"name": "alice"})
    destroy = make_run(run.deployment, action=Run.Action.DESTROY)

    execute_run(destroy.pk)

    destroy.refresh_from_db()
    assert (destroy.error, destroy.status) == ("", Run.Status.SUCCEEDED)
    assert destroy.plan["destroy"] == 1
    deployment = Deployment.objects.get(pk=run.deployment_id)
    assert (deployment.status, deployment.resource_count, outputs_of(deployment)) == ("destroyed", 0, {})
    assert deployment.destroyed_at == destroy.finished_at


def test_a_deployment_goes_on_in_the_folder_that_its_module_has_left(alice, deploy):
    run = deploy(alice, {"greeting/main.tf": GREETING}, path="greeting", inputs={"name": "alice"})
    Module.objects.update(path="modules/greeting")
    destroy = make_run(Deployment.objects.get(), action=Run.Action.DESTROY)

    execute_run(destroy.pk)

    destroy.refresh_from_db()
    assert (run.status, destroy.error, destroy.status) == (Run.Status.SUCCEEDED, "", Run.Status.SUCCEEDED)


VALUES = {
    "string": 'a "quoted" $${word} %%{if} ä\n\ttab',
    "number": 12.5,
    "bool": False,
    "list(string)": ["b", "a", ""],
    "list(number)": [3, 1, 2],
    "set(string)": ["a", "b"],
    "map(string)": {"key with space": "value", "b": ""},
    "object({ name = string, port = optional(number, 80), tags = list(string) })": {
        "name": "web",
        "port": 8080,
        "tags": [],
    },
    "list(object({ name = string, on = bool }))": [{"name": "one", "on": True}, {"name": "two", "on": False}],
    "tuple([string, number])": ["a", 1],
    "any": {"nested": [1, {"deep": None}]},
}


def test_values_of_every_type_reach_the_outputs_unchanged(alice, deploy):
    source = "".join(
        f'variable "v{number}" {{ type = {kind} }}\noutput "o{number}" {{ value = var.v{number} }}\n'
        for number, kind in enumerate(VALUES)
    )
    run = deploy(
        alice, {"main.tf": source}, inputs={f"v{number}": value for number, value in enumerate(VALUES.values())}
    )
    assert run.error == ""
    outputs = outputs_of(run.deployment)
    assert [outputs[f"o{number}"] for number in range(len(VALUES))] == list(VALUES.values())


def test_a_sensitive_input_reaches_terraform_and_no_log(alice, deploy):
    source = """
    variable "key" {
      type      = string
      sensitive = true
    }
    resource "terraform_data" "key" {
      provisioner "local-exec" { command = "./tell.sh" }
    }
    output "length" { value = nonsensitive(length(var.key)) }
    output "key" { value = nonsensitive(upper(var.key)) }
    """
    tell = "#!/bin/sh\nprintf hu; sleep 0.3; echo nter2-long; echo hunter2-long; echo aHVudGVyMi1sb25n\n"
    run = deploy(alice, {"main.tf": source, "tell.sh": tell}, secrets={"key": "hunter2-long"})
    assert run.error == ""
    assert outputs_of(run.deployment)["length"] == 12
    assert outputs_of(run.deployment)["key"] == "HUNTER2-LONG"
    label = "terraform_data.key (local-exec): "
    said = [line.removeprefix(label) for line in log_of(run) if line.startswith(label)]
    assert said[-3:] == ["", "••••••", "••••••"]
    assert "nter2" not in "\n".join(log_of(run))


def test_a_validation_error_says_it_in_the_modules_words_and_changes_nothing(alice, deploy):
    source = """
    variable "word" {
      type = string
      validation {
        condition     = length(var.word) > 3
        error_message = "The word must be longer than three letters."
      }
    }
    """
    run = deploy(alice, {"main.tf": source}, inputs={"word": "hi"})
    assert run.status == Run.Status.FAILED
    assert "The word must be longer than three letters." in run.error
    assert (run.deployment.status, run.deployment.states.count()) == ("pending", 0)
    assert "applying" not in run.phases


def test_an_apply_that_fails_half_way_records_what_it_made(alice, deploy):
    source = """
    resource "terraform_data" "made" { input = "made" }
    resource "terraform_data" "broken" {
      input = terraform_data.made.output
      provisioner "local-exec" { command = "echo out of space; exit 3" }
    }
    """
    run = deploy(alice, {"main.tf": source})
    assert run.status == Run.Status.FAILED
    assert run.error.startswith("local-exec provisioner error: Error running command 'echo out of space; exit 3'")
    assert dict(run.changes.values_list("address", "status")) == {
        "terraform_data.made": "done",
        "terraform_data.broken": "failed",
    }
    assert (run.deployment.status, run.deployment.resource_count) == ("live", 2)
    assert "saving" in run.phases
    assert "terraform_data.broken (local-exec): out of space" in log_of(run)


def test_backend_workspace_and_values_of_the_module_are_overruled(alice, deploy):
    files = {
        "main.tf": 'terraform {\n  backend "http" {\n    address = "http://127.0.0.1:9/"\n  }\n}\n'
        'variable "word" { default = "default" }\noutput "word" { value = var.word }\n'
        'output "workspace" { value = terraform.workspace }\n',
        "zzz.auto.tfvars": 'word = "theirs"\n',
        "terraform.tfvars": 'word = "theirs too"\n',
        ".terraform/environment": "theirs",
    }
    run = deploy(alice, files, inputs={"word": "ours"})
    assert run.error == ""
    assert outputs_of(run.deployment) == {
        "word": "ours",
        "workspace": "default",
    }
    assert state.newest(run.deployment).serial == 1


def test_a_value_that_was_left_blank_is_the_default_and_not_a_committed_one(alice, deploy):
    files = {
        "main.tf": 'variable "word" { default = "default" }\noutput "word" { value = var.word }\n',
        "zzz.auto.tfvars": 'word = "theirs"\n',
    }
    assert outputs_of(deploy(alice, files).deployment)["word"] == "default"


def test_a_module_with_an_override_file_never_runs(alice, deploy):
    run = deploy(alice, {"main.tf": GREETING, "override.tf": ""}, inputs={"name": "alice"})
    assert run.status == Run.Status.FAILED
    assert run.error == "override.tf would override the module, so nothing was run."
    assert "$ terraform init" not in log_of(run)


def test_a_provider_that_is_not_here_fails_with_terraforms_words(alice, deploy):
    source = 'terraform {\n  required_providers {\n    google = { source = "hashicorp/google" }\n  }\n}\n'
    run = deploy(alice, {"main.tf": source})
    assert run.status == Run.Status.FAILED
    assert "provider hashicorp/google" in run.error


def test_a_module_in_a_folder_uses_its_sibling(alice, deploy):
    files = {
        "modules/web/main.tf": 'module "shared" { source = "../shared" }\n'
        'output "word" { value = module.shared.word }\n',
        "modules/shared/main.tf": 'output "word" { value = "shared" }\n',
    }
    assert outputs_of(deploy(alice, files, path="modules/web").deployment)["word"] == "shared"


def test_the_deployments_ref_is_given_to_a_module_that_asks(alice, deploy):
    source = 'variable "deployment_id" { type = string }\noutput "id" { value = var.deployment_id }\n'
    schema = {"variables": [{"name": "deployment_id", "injected": True}], "outputs": []}
    run = deploy(alice, {"main.tf": source}, schema=schema)
    assert outputs_of(run.deployment)["id"] == run.deployment.ref


def test_an_update_changes_what_stands(alice, deploy):
    run = deploy(alice, {"main.tf": GREETING}, inputs={"name": "alice"})
    update = make_run(run.deployment, action=Run.Action.UPDATE, inputs={"name": "bob"})
    execute_run(update.pk)
    update.refresh_from_db()
    assert (update.status, update.plan["change"], update.plan["create"]) == ("succeeded", 1, 0)
    assert outputs_of(Deployment.objects.get())["greeting"] == "hello bob"
    assert [version.run_id for version in StateVersion.objects.all()] == [update.pk, run.pk]


SLEEP = 'resource "terraform_data" "slow" {\n  provisioner "local-exec" { command = "COMMAND" }\n}\n'


@pytest.mark.parametrize(
    ("limit", "command", "sentence"),
    [
        ({"RUN_TIMEOUT": 8}, "sleep 30", "The run took longer than 8 seconds and was stopped."),
        ({"RUN_SILENCE": 2}, "sleep 30", "Terraform printed nothing for 2 seconds and was stopped."),
        (
            {"RUN_WORKSPACE_BYTES": 5_000_000},
            "for n in 1 2 3 4 5 6; do head -c 1000000 /dev/zero > part$n; done; sleep 30",
            "The run wrote more than 5,000,000 bytes and was stopped.",
        ),
    ],
)
def test_a_run_beyond_a_limit_is_stopped_and_keeps_its_state(alice, deploy, settings, limit, command, sentence):
    for name, value in limit.items():
        setattr(settings, name, value)
    run = deploy(alice, {"main.tf": SLEEP.replace("COMMAND", command)})
    assert (run.status, run.error) == (Run.Status.FAILED, sentence)
    assert run.deployment.resource_count == 1


def test_a_state_beyond_its_limit_ends_the_run(alice, deploy, settings, runs_dir):
    settings.RUN_STATE_BYTES = 200
    run = deploy(alice, {"main.tf": GREETING}, inputs={"name": "alice"})
    assert run.status == "failed"
    assert run.error.startswith("The state can't be saved: it is larger than 200 bytes. Terraform reported")
    assert list(runs_dir.iterdir()) == []
    kept = run.asides.get()
    assert (kept.reason, kept.missing) == ("too_large", ["terraform_data.greeting"])
    assert json.loads(b"".join(aside.content(kept)))["resources"][0]["name"] == "greeting"


FORGED = SLEEP.replace(
    "COMMAND", r"echo '{\"version\": 4, \"lineage\": \"other\", \"serial\": 99}' > /state/terraform.tfstate; sleep 30"
)
QUICK = SLEEP.replace("slow", "quick").replace("COMMAND", "sleep 1")


def forge(alice, deploy, main):
    """An update of a live greeting by a module that writes a state of its own."""
    run = deploy(alice, {"main.tf": GREETING}, inputs={"name": "alice"})
    update = make_run(run.deployment, action=Run.Action.UPDATE)
    Run.objects.filter(pk=update.pk).update(version=make_version({"main.tf": main}, owner=alice))
    execute_run(update.pk)
    update.refresh_from_db()
    return update


def test_a_state_replaced_by_the_module_is_not_kept(alice, deploy):
    update = forge(alice, deploy, GREETING + FORGED)
    assert update.error == "The state was replaced by an unrelated one. The portal keeps the last good state."
    assert len(set(StateVersion.objects.values_list("lineage", flat=True))) == 1


def test_a_forged_state_that_terraform_writes_over_between_two_looks_leaves_no_trace(alice, deploy, settings):
    settings.RUN_STATE_POLL = 60
    update = forge(alice, deploy, GREETING + QUICK + FORGED.replace("sleep 30", "sleep 2"))
    assert (update.status, update.deployment.resource_count) == (Run.Status.SUCCEEDED, 3)
    assert len(set(StateVersion.objects.values_list("lineage", flat=True))) == 1


CONSTANT = """
variable "word" {
  const = true
}
module "in" { source = "./${var.word}" }
output "said" { value = module.in.said }
"""


def test_a_constant_without_default_reaches_every_command(alice, deploy):
    files = {
        "main.tf": CONSTANT,
        "a/main.tf": 'output "said" { value = "a" }',
        "b/main.tf": 'output "said" { value = "b" }',
    }
    run = deploy(alice, files, schema=schema(CONSTANT), inputs={"word": "b"})
    assert (run.error, outputs_of(run.deployment)["said"]) == ("", "b")
