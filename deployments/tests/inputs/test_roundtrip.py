"""For every type: what stands in the page is what Terraform gives out, through form, variables file and a real run."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings

from deployments import services
from deployments.inputs.conversions import same
from deployments.inputs.form import form_for
from deployments.runs import state
from deployments.runs.runner import execute_run
from deployments.tests.factories import make_version
from deployments.tests.inputs.posted import VALUES, post
from modules.terraform.hcl import read_file
from modules.terraform.literals import to_hcl
from tests.browser.typed import CASES as CASES_OF_DEMO

CASES = [(f"v{at}", type_, value) for at, (type_, value) in enumerate(VALUES)]
DEMO = Path(settings.BASE_DIR) / "demo/repositories/alice-example/cloud-modules"
EXACT = Decimal("3.141592653589793238462643")


def module(*, with_defaults):
    parts = []
    for name, type_, value in CASES:
        default = f"default = {to_hcl(value)}" if with_defaults else ""
        parts.append(
            f'variable "{name}" {{\n  type = {type_}\n  {default}\n}}\noutput "{name}" {{ value = var.{name} }}\n'
        )
    return "".join(parts)


def outputs_of(text, owner, answers):
    read = read_file(text, is_json=False)
    version = make_version({"main.tf": text}, owner=owner, schema={**read, "platform": {}})
    deployment = services.create_deployment(version, name="types", inputs=answers(version.schema), secrets={}, by=owner)
    run = deployment.runs.get()
    execute_run(run.pk)
    run.refresh_from_db()
    assert (run.status, run.error) == ("succeeded", "")
    outputs = json.loads(state.newest(deployment).content, parse_float=Decimal)["outputs"]
    return {name: outputs[name].get("value") for name, _, _ in CASES}


def expected():
    wanted = {name: EXACT if value == str(EXACT) else value for name, _, value in CASES}
    return {name: Decimal(str(value)) if isinstance(value, float) else value for name, value in wanted.items()}


def as_sets(found):
    """Terraform orders a set; everything else comes back in the order that it was given."""
    sets = {name for name, type_, _ in CASES if type_.startswith("set")}
    return {name: sorted(value) if name in sets else value for name, value in found.items()}


def test_values_that_are_given_come_back_unchanged(alice, runs_dir):
    given = {name: value for name, _, value in CASES}

    def answers(schema):
        posted = post(form_for(schema, values=given))
        for name, _, value in CASES:
            if value == "":  # a required text cannot be left empty
                posted[f"in-{name}"] = "x"
        form = form_for(schema, data=posted, values=given)
        assert form.is_valid(), form.errors
        return {name: "" if given[name] == "" else value for name, value in form.answers().items()}

    assert as_sets(outputs_of(module(with_defaults=False), alice, answers)) == as_sets(expected())


def test_defaults_that_nobody_touches_hold_without_being_sent(alice, runs_dir):
    def answers(schema):
        form = form_for(schema, data=post(form_for(schema)))
        assert form.is_valid(), form.errors
        assert form.answers() == {}
        return form.answers()

    found = outputs_of(module(with_defaults=True), alice, answers)
    assert as_sets(found) == as_sets(expected())


@pytest.mark.parametrize("folder", ["clinic_records", "message_bus"])
def test_values_of_the_demo_modules_come_back_unchanged(alice, runs_dir, folder):
    text = "".join(path.read_text() for path in sorted((DEMO / folder).glob("*.tf")))
    read = read_file(text, is_json=False)
    version = make_version({"main.tf": text}, owner=alice, schema={**read, "platform": {}})
    shown = {each["name"]: each["default"] for each in read["variables"] if each["default"] is not None}
    # A form that knows of no default has to send everything that the page showed.
    asked = {"variables": [each | {"default": None, "required": each["name"] in shown} for each in read["variables"]]}
    form = form_for(asked, data=post(form_for(asked, values=shown, sees_hidden=True)), sees_hidden=True)
    assert form.is_valid(), form.errors
    answers = form.answers()
    assert {name: same(answers[name], value) for name, value in shown.items()} == dict.fromkeys(shown, True)
    deployment = services.create_deployment(version, name="demo", inputs=answers, secrets={}, by=alice)
    execute_run(deployment.runs.get().pk)
    outputs = json.loads(state.newest(deployment).content)["outputs"]
    wanted = CASES_OF_DEMO[folder].before
    assert outputs["inputs"]["value"] == wanted
