"""What a form of inputs says of its errors."""

import pytest

from deployments.inputs.form import form_for
from deployments.story import input_errors
from deployments.story.input_errors import Wrong
from deployments.tests.inputs.schemas import schema, variable
from modules.models import Scan

KEPT = "Your inputs are kept."
SCHEMA = schema(variable("greeting"), variable("size", "number"), variable("rows", "list(object({ name = string }))"))


@pytest.mark.parametrize(
    ("number", "needing", "rejected"),
    [
        (1, "One input needs a change.", "The module rejected it in the last run."),
        (2, "Two inputs need a change.", "The module rejected them in the last run."),
        (12, "12 inputs need a change.", "The module rejected them in the last run."),
    ],
)
def test_wrong_inputs_are_counted(number, needing, rejected):
    assert input_errors.needing_change(number) == needing
    assert input_errors.rejected(number) == rejected


def test_links_lead_to_each_wrong_field_and_part():
    row = {"in-rows:set": "1", "in-rows.0:row": "1", "in-rows.0:set": "1", "in-rows.0.name": ""}
    data = {"in-greeting": "", "in-size": "many"} | row
    errors = input_errors.errors(form_for(SCHEMA, data=data), kept=KEPT)
    assert (errors.titles, errors.text) == (["Three inputs need a change."], KEPT)
    assert errors.wrong == [
        Wrong("id_in-greeting", "Greeting", "This field is required."),
        Wrong("id_in-size", "Size", "“many” is not a number."),
        Wrong("id_in-rows.0.name", "Row 1, name", "Enter a value."),
    ]


def test_two_wrong_parts_of_one_value_were_counted_as_one():
    row = {"in-rows:set": "1"}
    for at in range(2):
        row |= {f"in-rows.{at}:row": "1", f"in-rows.{at}:set": "1", f"in-rows.{at}.name": ""}
    errors = input_errors.errors(form_for(SCHEMA, data={"in-greeting": "x", "in-size": "1"} | row), kept=KEPT)
    assert errors.titles == ["Two inputs need a change."]
    assert [wrong.label for wrong in errors.wrong] == ["Row 1, name", "Row 2, name"]


def test_a_form_without_errors_says_nothing():
    assert input_errors.errors(form_for(schema(variable("size", default="5")), data={}), kept=KEPT) is None


@pytest.mark.parametrize(
    ("message", "html"),
    [("", "<code>abc1234</code>"), ("Add <b>", "<code>abc1234</code> “Add &lt;b&gt;”")],
)
def test_a_trial_names_its_commit(message, html):
    assert input_errors.commit(Scan(commit="abc12345", commit_message=message)) == html
