"""For every type: values shown on the page and typed into it come out of Terraform unchanged."""

import json
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from playwright.sync_api import expect

from deployments.models import Deployment
from deployments.runs import state
from deployments.sandbox import commands
from tests.browser import steps
from tests.browser.typed import CASES
from tests.browser.world import publish_of_alice


def test_every_type_survives_page_form_and_terraform(alice, github, sign_in):
    modules = publish_of_alice(github, alice, *CASES)
    page = sign_in(alice)
    places = {path: deploy(page, modules[path], CASES[path]) for path in CASES}
    for path, case in CASES.items():
        assert inputs_after(page, places[path], 1) == case.before
    for path, case in CASES.items():
        page.goto(places[path])
        change(page, case)
    for path, case in CASES.items():
        assert inputs_after(page, places[path], 2) == case.after


def deploy(page, module, case):
    """Deploy with the defaults; returns the page of the deployment."""
    steps.open_form(page, module)
    for name, text in case.asked.items():
        steps.type_into(page, name, text)
    steps.check_inputs(page)
    page.locator(".savebar").get_by_role("button", name="Deploy").click()
    page.wait_for_url("**/deployments/*/")
    return page.url


def change(page, case):
    page.get_by_role("link", name="Change inputs").click()
    for name, item in case.dropped.items():
        remove = steps.field(page, name).get_by_role("button", name=f"Remove {item}", exact=True)
        remove.click()
        expect(remove).to_have_count(0)
    for name, text in case.typed.items():
        steps.type_into(page, name, text)
    for name, label in case.chosen.items():
        page.locator(f"#id_in-{name}").select_option(label=label)
    for name, is_on in case.switched.items():
        page.locator(f"#id_in-{name}").set_checked(is_on)
    for name, item in case.added.items():
        steps.type_into(page, name, item)
        if name == "queues":  # once with the button, once left in the input
            box = steps.field(page, name)
            box.get_by_role("button", name="Add").click()
            expect(box.get_by_role("button", name=f"Remove {item}")).to_be_visible()
    for name, (key, text) in case.paired.items():
        rows = steps.field(page, name)
        rows.get_by_label("Key").last.fill(key)
        rows.get_by_label("Value").last.fill(text)
    for step in case.nested:
        steps.edit(page, *step)
    steps.check_inputs(page)
    changed = {name for name in case.before if case.before[name] != case.after[name]}
    assert set(page.locator("main tbody th code").all_inner_texts()) == changed
    page.locator(".savebar").get_by_role("button", name="Change").click()
    page.wait_for_url("**/deployments/*/")


def inputs_after(page, place, number):
    """The inputs as outputs of this run, checked to be equal on the page and in `output -json`."""
    page.goto(place)
    steps.expect_run(page, number, "succeeded")
    shown = json.loads(steps.output(page, "inputs").inner_text())
    deployment = Deployment.objects.get(ref=place.rstrip("/").rpartition("/")[2])
    assert shown == given_out(deployment)["inputs"]["value"]
    return shown


def given_out(deployment):
    """The result of `terraform output -json` with the deployment's newest state."""
    with TemporaryDirectory() as folder:
        Path(folder, "terraform.tfstate").write_bytes(state.newest(deployment).content)
        command = [*settings.TERRAFORM_COMMAND, *commands.output()]
        environment = {"CHECKPOINT_DISABLE": "1", "HOME": folder}
        answer = subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, check=True)
    return json.loads(answer.stdout)
