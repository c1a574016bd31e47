"""Values of ephemeral variables: every run asks for them anew, and nothing keeps them longer than it."""

import pytest
from django.urls import reverse

from deployments import services
from deployments.models import Deployment, Run
from deployments.runs.runner import execute_run
from deployments.tests.factories import log_of, make_deployment, make_run, make_version
from modules.tests.schemas import schema

pytestmark = pytest.mark.django_db

TOKEN = """
variable "token" {
  type      = string
  ephemeral = true
}
"""
PIN = """
variable "pin" {
  type      = number
  default   = 1234
  ephemeral = true
}
"""
USED = """
variable "size" { default = 1 }
resource "terraform_data" "a" {
  input = var.size
  provisioner "local-exec" {
    command     = "test \\"$VALUE\\" = \\"$WANTED\\""
    environment = { VALUE = %s, WANTED = "%s" }
  }
  provisioner "local-exec" {
    when    = destroy
    command = "true"
  }
}
"""


def version_of(owner, text):
    return make_version({"main.tf": text}, owner=owner, schema=schema(text))


def ran(run):
    execute_run(run.pk)
    run.refresh_from_db()
    assert (run.error, run.status) == ("", Run.Status.SUCCEEDED)
    return run


def test_module_with_an_ephemeral_input_is_deployed_updated_and_destroyed(alice, runs_dir):
    version = version_of(alice, TOKEN + USED % ("var.token", "hunter2-long"))
    once = {"token": "hunter2-long"}
    shop = services.create_deployment(version, name="shop", inputs={}, secrets=once, by=alice)
    deployed = ran(shop.runs.get())
    assert deployed.plan["create"] == 1
    update = services.start_run(shop, action=Run.Action.UPDATE, inputs={"size": 2}, secrets=once, by=alice)
    assert ran(update).plan["change"] == 1
    assert ran(services.start_run(shop, action=Run.Action.DESTROY, anew=once, by=alice)).plan["destroy"] == 1
    shop.refresh_from_db()
    assert shop.status == Deployment.Status.DESTROYED


def test_nothing_keeps_an_ephemeral_value_longer_than_its_run(alice, runs_dir):
    text = TOKEN + 'variable "key" { sensitive = true }\n' + USED % ("var.token", "hunter2-long")
    secrets = {"token": "hunter2-long", "key": "kept-for-good"}
    shop = services.create_deployment(version_of(alice, text), name="shop", inputs={}, secrets=secrets, by=alice)
    run = shop.runs.get()
    assert run.secrets() == secrets
    assert shop.secrets() == {"key": "kept-for-good"}
    ran(run)
    assert run.secrets() == {"key": "kept-for-good"}
    assert b"hunter2" not in shop.states.get().content
    assert "hunter2" not in "\n".join(log_of(run))
    assert list(runs_dir.iterdir()) == []


def test_cancelled_run_forgets_its_ephemeral_value(alice):
    shop = services.create_deployment(
        version_of(alice, TOKEN), name="shop", inputs={}, secrets={"token": "hunter2"}, by=alice
    )
    run = services.cancel_run(shop.runs.get(), by=alice)
    run.refresh_from_db()
    assert (run.status, bytes(run.secret_inputs)) == (Run.Status.CANCELLED, b"")


@pytest.mark.parametrize(("given", "wanted"), [({}, "1234"), ({"pin": 77}, "77")])
def test_ephemeral_input_with_a_default_may_be_left_blank(alice, runs_dir, given, wanted):
    version = version_of(alice, PIN + USED % ("tostring(var.pin)", wanted))
    shop = services.create_deployment(version, name="shop", inputs={}, secrets=given, by=alice)
    ran(shop.runs.get())
    ran(services.start_run(shop, action=Run.Action.UPDATE, inputs={"size": 2}, secrets=given, by=alice))
    ran(services.start_run(shop, action=Run.Action.DESTROY, by=alice))


def test_null_for_an_ephemeral_input_is_the_same_at_plan_and_apply(alice, runs_dir):
    text = 'variable "note" {\n type = any\n default = "x"\n ephemeral = true\n}\nresource "terraform_data" "a" {}\n'
    shop = services.create_deployment(version_of(alice, text), name="shop", inputs={}, secrets={"note": None}, by=alice)
    ran(shop.runs.get())


@pytest.mark.parametrize("action", [Run.Action.UPDATE, Run.Action.DESTROY])
def test_run_without_the_value_is_refused_before_anything_starts(alice, action):
    shop = make_deployment(version_of(alice, TOKEN), owner=alice, status="live")
    with pytest.raises(services.Refused, match="Enter token again"):
        services.start_run(shop, action=action, by=alice)
    assert not shop.runs.exists()


@pytest.fixture
def shop(alice, client):
    """Alice's live deployment of a module with the ephemeral input token, whose last run failed."""
    shop = make_deployment(version_of(alice, TOKEN), owner=alice, status="live")
    make_run(shop, status="failed")
    client.force_login(alice)
    return shop


def test_page_asks_for_the_value_before_it_destroys_or_runs_again(client, shop):
    page = client.get(shop.get_absolute_url()).content.decode()
    assert 'name="in-token"' in page
    assert f'action="{reverse("deployments:run-start", args=[shop.ref])}"' not in page
    address = reverse("deployments:deployment-destroy", args=[shop.ref])
    response = client.post(address, {"confirm": "web-shop"})
    assert response.status_code == 422
    assert response.context["destroy_form"].anew.errors == {"token": ["This field is required."]}
    assert client.post(address, {"confirm": "web-shop", "in-token": "hunter2"}).status_code == 302
    assert shop.runs.get(number=2).secrets() == {"token": "hunter2"}


def test_form_of_an_update_asks_again_and_its_review_does_not_warn(client, shop):
    address = reverse("deployments:deployment-update", args=[shop.ref])
    assert client.post(address, {"in-token": ""}).status_code == 422
    review = client.post(address, {"in-token": "hunter2"}).url
    page = client.get(review).content.decode()
    assert "For this run only" in page
    assert "May destroy resources" not in page
    assert "Run web-shop again" in page
    assert client.post(review).status_code == 302
    assert shop.runs.get(number=2).secrets() == {"token": "hunter2"}
    assert Deployment.objects.get().secrets() == {}
