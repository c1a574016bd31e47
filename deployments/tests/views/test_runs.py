import pytest
from django.urls import reverse

from billing import services as billing
from deployments import services
from deployments.models import Deployment, Draft, Run
from deployments.runs.runner import execute_run
from deployments.tests.factories import hold_of, make_version
from deployments.tests.inputs.schemas import schema, variable
from deployments.tests.page_text import text_of
from foundation.credits import CREDIT
from modules.models import Module
from modules.terraform.hcl import read_file

SCHEMA = schema(
    variable("greeting", updatesafe=True),
    variable("region", default="north", validations=[{"condition": "…", "error_message": "No such region."}]),
    variable("token", sensitive=True, default=None),
)


@pytest.fixture
def shop(carol, admin):
    """Carol's deployment of a platform module for 40 of her 100 credits; its first run waits."""
    billing.add_credits(
        carol, amount=100 * CREDIT, source="goodwill", reason="test", by=admin, nonce="n", wallet_version=0
    )
    version = make_version({"main.tf": ""}, owner=admin, schema=SCHEMA, credit_cost=40 * CREDIT)
    Module.objects.filter(pk=version.module_id).update(owner=None)
    version.module.refresh_from_db()
    return services.create_deployment(
        version, name="web-shop", inputs={"greeting": "Hello"}, secrets={"token": "s3cret"}, by=carol
    )


@pytest.fixture
def live_shop(shop):
    end(shop, "succeeded")
    Deployment.objects.update(status="live", resource_count=2)
    shop.refresh_from_db()
    return shop


def end(deployment, status, error="", input_errors=None):
    """Bring the waiting run to its end, by the transitions of a worker."""
    run = deployment.runs.get(number=deployment.runs.count())
    for step in ["preparing", "planning", "applying", "saving"] if status == "succeeded" else ["preparing"]:
        assert run.advance(Run.Status(step), token=run.token)
    assert services.finish_run(run, token=run.token, status=Run.Status(status), error=error, input_errors=input_errors)


def url(name, deployment, *args):
    return reverse(f"deployments:{name}", args=[deployment.ref, *args])


def test_a_first_run_that_fails_gives_the_credits_back_and_a_retry_holds_them_anew(client, carol, shop):
    assert billing.balance(carol).held == 40 * CREDIT
    end(shop, "failed")
    assert billing.balance(carol).held == 0
    client.force_login(carol)
    assert "Run again for 40 credits" in client.get(url("deployment", shop)).content.decode()
    assert client.post(url("run-start", shop)).url == shop.get_absolute_url()
    run = shop.runs.get(number=2)
    assert (run.action, run.status, hold_of(run).amount) == ("retry", "queued", 40 * CREDIT)
    assert run.all_inputs() == {"greeting": "Hello", "token": "s3cret"}


def test_success_is_charged_once_and_later_runs_are_free(client, carol, live_shop):
    assert billing.balance(carol).posted == 60 * CREDIT
    client.force_login(carol)
    client.post(url("run-start", live_shop))
    run = live_shop.runs.get(number=2)
    assert (run.action, hold_of(run)) == ("update", None)


def test_a_second_run_is_refused_while_one_is_under_way(client, carol, shop):
    client.force_login(carol)
    response = client.post(url("run-start", shop))
    assert response.status_code == 409
    assert "Run 1 has not ended yet." in response.content.decode()
    assert shop.runs.count() == 1


def test_a_retry_that_cannot_be_paid_is_told_and_queues_nothing(client, carol, shop):
    end(shop, "failed")
    for name in ("first", "second"):
        services.create_deployment(shop.version, name=name, inputs={}, secrets={}, by=carol)
    client.force_login(carol)
    response = client.post(url("run-start", shop))
    assert response.status_code == 422
    assert "Not enough credits" in response.content.decode()
    assert shop.runs.count() == 1


def test_a_safe_change_is_confirmed_and_starts_an_update(client, carol, live_shop):
    client.force_login(carol)
    response = client.post(url("deployment-update", live_shop), {"in-greeting": "Hi", "in-region": "north"})
    review = client.get(response.url).content.decode()
    assert "Hello" in review
    assert "This may destroy resources." not in review
    assert client.post(response.url).url == live_shop.get_absolute_url()
    live_shop.refresh_from_db()
    assert live_shop.inputs == {"greeting": "Hi"}
    run = live_shop.runs.get(number=2)
    assert (run.action, run.all_inputs()) == ("update", {"greeting": "Hi", "token": "s3cret"})
    assert not Draft.objects.exists()


def test_an_unsafe_change_of_a_live_deployment_is_named_before_it_happens(client, carol, live_shop):
    client.force_login(carol)
    data = {"in-greeting": "Hi", "in-region": "south", "in-token": "n3w"}
    response = client.post(url("deployment-update", live_shop), data)
    review = client.get(response.url)
    assert [change["name"] for change in review.context["changes"]] == ["greeting", "region", "token"]
    page = review.content.decode()
    assert "This may destroy resources." in page
    assert "live deployment: region token" in text_of(review)
    assert "n3w" not in page
    assert live_shop.runs.count() == 1
    client.post(response.url)
    assert live_shop.runs.get(number=2).all_inputs() == {"greeting": "Hi", "region": "south", "token": "n3w"}


def test_the_update_form_shows_what_was_given_and_no_secret(client, carol, live_shop):
    client.force_login(carol)
    page = client.get(url("deployment-update", live_shop)).content.decode()
    assert 'value="Hello"' in page
    assert "s3cret" not in page
    assert 'placeholder="Stored"' in page
    assert "Leave it blank to keep the stored value." in page


def test_a_wrong_update_keeps_what_was_typed(client, carol, live_shop):
    client.force_login(carol)
    response = client.post(url("deployment-update", live_shop), {"in-greeting": "", "in-region": "typed"})
    assert response.status_code == 422
    assert 'value="typed"' in response.content.decode()
    assert live_shop.runs.count() == 1


def test_the_modules_message_stands_at_its_field_after_a_failed_run(client, carol, shop):
    end(shop, "failed", error="Invalid value.", input_errors={"region": ["No such region."]})
    client.force_login(carol)
    response = client.get(url("deployment-update", shop))
    assert response.status_code == 200
    assert response.context["form"].errors == {"region": ["No such region."]}


def test_a_run_that_must_fail_again_was_the_primary_button(client, carol, shop):
    end(shop, "failed", error="Invalid value.", input_errors={"region": ["No such region."], "gone": ["No."]})
    client.force_login(carol)
    page = client.get(url("deployment", shop)).content.decode()
    field = f"{url('deployment-update', shop)}#id_in-region"
    assert f'data-variant="primary" href="{field}"' in page
    assert f'Change <a href="{field}">Region</a> and run again.' in page
    assert "Run again for 40 credits" not in page
    assert 'id="id_in-region"' in client.get(url("deployment-update", shop)).content.decode()


def test_a_form_that_was_corrected_does_not_repeat_what_the_last_run_said(client, carol, shop):
    end(shop, "failed", error="Invalid value.", input_errors={"region": ["No such region."]})
    client.force_login(carol)
    review = client.post(url("deployment-update", shop), {"in-greeting": "Hi", "in-region": "south"}).url
    back = f"{url('deployment-update', shop)}?draft={review.rstrip('/').rpartition('/')[2]}"
    assert client.get(back).context["form"].errors == {}


def test_a_secret_that_was_left_blank_was_listed_as_if_set(client, alice):
    asked = schema(variable("token", sensitive=True), variable("spare", sensitive=True, default=None))
    version = make_version({"main.tf": ""}, owner=alice, schema=asked)
    shop = services.create_deployment(version, name="two", inputs={}, secrets={"token": "s3cret"}, by=alice)
    client.force_login(alice)
    page = text_of(client.get(shop.get_absolute_url()))
    assert "token Sensitive" in page
    assert "spare" not in page


def test_destroy_needs_the_name(client, carol, live_shop):
    client.force_login(carol)
    response = client.post(url("deployment-destroy", live_shop), {"confirm": "web-sho"})
    assert response.status_code == 422
    page = response.content.decode()
    assert "The name doesn&#x27;t match. Nothing was destroyed. Type web-shop exactly." in page
    assert 'value="web-sho"' in page
    client.post(url("deployment-destroy", live_shop), {"confirm": "web-shop"})
    run = live_shop.runs.get(number=2)
    assert (run.action, hold_of(run)) == ("destroy", None)


def test_a_destroy_may_wait_for_a_run_but_not_for_another_destroy(client, carol, shop):
    client.force_login(carol)
    assert client.post(url("deployment-destroy", shop), {"confirm": "web-shop"}).status_code == 302
    assert client.post(url("deployment-destroy", shop), {"confirm": "web-shop"}).status_code == 409
    assert list(shop.runs.order_by("pk").values_list("action", flat=True)) == ["deploy", "destroy"]


def test_what_is_destroyed_takes_no_run(client, carol, live_shop):
    services.start_run(live_shop, action=Run.Action.DESTROY, by=carol)
    end(live_shop, "succeeded")
    live_shop.refresh_from_db()
    assert live_shop.status == "destroyed"
    client.force_login(carol)
    assert "Danger zone" not in client.get(url("deployment", live_shop)).content.decode()
    assert client.post(url("run-start", live_shop)).status_code == 409
    assert live_shop.runs.count() == 2


def test_a_waiting_run_is_cancelled_at_once_and_its_hold_released(client, carol, shop):
    client.force_login(carol)
    client.post(url("run-cancel", shop, 1))
    run = shop.runs.get()
    assert (run.status, run.cancelled_by) == ("cancelled", carol)
    assert billing.balance(carol).held == 0


def test_a_cancel_after_the_end_says_what_is_true(client, carol, shop):
    end(shop, "succeeded")
    client.force_login(carol)
    response = client.post(url("run-cancel", shop, 1))
    assert response.status_code == 409
    text = text_of(response)
    assert "Run 1 has already ended. Nothing was cancelled. The page shows how it ended." in text
    assert "No run was started" not in text


def test_after_destroy_the_page_shows_the_run_and_offers_no_second_destroy(client, carol, live_shop):
    client.force_login(carol)
    response = client.post(url("deployment-destroy", live_shop), {"confirm": "web-shop"})
    assert response.url == f"{live_shop.get_absolute_url()}#run"
    page = client.get(response.url).text
    assert "Destroy web-shop: run 2 is queued." in page
    assert "Danger zone" not in page


def test_a_running_run_is_asked_to_stop(client, carol, shop):
    run = shop.runs.get()
    run.advance(Run.Status.PREPARING, token=0)
    client.force_login(carol)
    client.post(url("run-cancel", shop, 1))
    run.refresh_from_db()
    assert (run.status, run.cancelled_by) == ("preparing", carol)
    assert run.cancel_requested_at is not None
    assert "Stopping. The state is saved first." in client.get(url("deployment", shop)).content.decode()


def test_an_admin_acts_but_the_owner_pays_and_stays_owner(client, admin, carol, shop):
    end(shop, "failed")
    client.force_login(admin)
    client.post(url("run-start", shop))
    run = shop.runs.get(number=2)
    assert run.by == admin
    shop.refresh_from_db()
    assert shop.owner == carol
    assert billing.balance(carol).held == 40 * CREDIT


def test_the_services_refuse_strangers(bob, shop):
    for deed in [
        lambda: services.start_run(shop, action=Run.Action.DESTROY, by=bob),
        lambda: services.cancel_run(shop.runs.get(), by=bob),
    ]:
        with pytest.raises(services.Refused):
            deed()
    assert shop.runs.get().cancel_requested_at is None


def test_a_module_out_of_sight_cannot_be_deployed_by_the_service(alice, carol):
    version = make_version({"main.tf": ""}, owner=alice)
    with pytest.raises(services.NotDeployable):
        services.create_deployment(version, name="x", inputs={}, secrets={}, by=carol)
    assert not Deployment.objects.exists()


def test_terraform_says_which_inputs_it_refused_before_anything_is_charged(client, carol, admin, shop, runs_dir):
    files = {"main.tf": REFUSED, "child/main.tf": CHILD}
    read = read_file(REFUSED, is_json=False)
    version = make_version(files, owner=admin, schema={**read, "platform": {}}, credit_cost=10 * CREDIT)
    Module.objects.filter(pk=version.module_id).update(owner=None)
    inputs = {"size": 10, "zone": "moon", "shape": {"sides": "many"}}
    deployment = services.create_deployment(version, name="small", inputs=inputs, secrets={}, by=carol)
    execute_run(deployment.runs.get().pk)
    run = deployment.runs.get()
    assert run.status == "failed"
    assert billing.balance(carol).available == 60 * CREDIT
    client.force_login(carol)
    form = client.get(url("deployment-update", deployment)).context["form"]
    assert form.errors == {
        "size": ["size must be between 20 and 4000, not 10."],
        "zone": ["“moon” is no zone."],
        "shape": ["The given value is not suitable for var.shape declared at main.tf:15,1-17: a number is required."],
        "note": ["The note is too short.\nUse more letters."],
    }
    assert "Invalid value for variable “size”: size must be between 20 and 4000, not 10." in run.error
    assert 'value="10"' in str(form["size"])


REFUSED = """variable "size" {
  type = number
  validation {
    condition     = var.size >= 20 && var.size <= 4000
    error_message = "size must be between 20 and 4000, not ${var.size}."
  }
}
variable "zone" {
  type = string
  validation {
    condition     = var.zone == "earth"
    error_message = format("“%s” is no zone.", var.zone)
  }
}
variable "shape" {
  type = object({ sides = number })
}
variable "note" {
  default = "x"
  validation {
    condition     = length(var.note) > 3
    error_message = <<-EOT
      The note is too short.
      Use more letters.
    EOT
  }
}
module "child" {
  source = "./child"
  size   = var.size
}
"""
CHILD = """variable "size" {
  type = number
  validation {
    condition     = var.size > 100
    error_message = "The child does not like it."
  }
}
"""


def test_secrets_whose_key_is_gone_are_asked_anew(client, carol, live_shop, settings):
    settings.PORTAL_KEYS = "new:" + "bmV3IGtleSBvZiB0aGUgdGVzdHMgYWxvbmUsIDMyIUE="
    client.force_login(carol)
    assert client.get(url("deployment", live_shop)).status_code == 200
    response = client.post(url("run-start", live_shop))
    assert response.status_code == 409
    sentence = "The stored sensitive inputs can't be decrypted: the key “test” is missing."
    next_step = "Ask an admin to put it back into PORTAL_KEYS, or change the inputs and enter them again."
    assert f"{sentence} {next_step}" in text_of(response)
    page = client.get(url("deployment-update", live_shop)).content.decode()
    assert 'placeholder="Stored"' not in page
    response = client.post(url("deployment-update", live_shop), {"in-greeting": "Hi", "in-token": "n3w"})
    client.post(response.url)
    assert live_shop.runs.get(number=2).secrets() == {"token": "n3w"}
