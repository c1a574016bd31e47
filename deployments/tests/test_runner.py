import pytest

from deployments.models import Deployment, Run
from deployments.runner import execute_run
from deployments.tests.factories import make_run

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
    assert run.deployment.outputs == {
        "greeting": {"sensitive": False, "type": "string", "value": "hello alice"},
        "key": {"sensitive": True, "type": "string"},
    }
    assert run.plan == {
        "create": 1,
        "change": 0,
        "destroy": 0,
        "resources": [{"address": "terraform_data.greeting", "action": "create"}],
    }
    assert run.resources == [{"address": "terraform_data.greeting", "action": "create", "status": "done", "seconds": 0}]
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
    assert (deployment.status, deployment.resource_count, deployment.outputs) == ("destroyed", 0, {})
    assert deployment.destroyed_at == destroy.finished_at
