"""A form never shows more inputs than the portal reads back."""

import pytest
from django.conf import settings
from django.http import QueryDict

from deployments.inputs.editors import MAX_PARTS
from deployments.inputs.form import FULL, MOST_INPUTS, form_for
from deployments.tests.inputs.posted import answers, post
from deployments.tests.inputs.schemas import schema, variable

ROWS = [{"port": number, "open": True} for number in range(90)]
RULES = "list(object({ port = number, open = bool, note = optional(string) }))"
SCHEMA = schema(
    *(variable(f"map_{number}", "map(string)", default={str(at): "x" for at in range(90)}) for number in range(100)),
    *(variable(f"rules_{number}", RULES, default=ROWS) for number in range(100)),
)


def posted_fields(data):
    return sum(len(values) for _, values in data.lists())


def test_many_maps_that_fit_alone_could_not_be_sent_back_together():
    posted = post(form_for(SCHEMA))
    assert MOST_INPUTS < posted_fields(posted) < 3 * MOST_INPUTS + 200
    assert answers(SCHEMA, posted) == {}


def test_a_value_that_found_no_room_is_text_that_can_be_changed():
    posted = post(form_for(SCHEMA))
    posted["in-map_99"] = '{ "0" = "y" }'
    assert answers(SCHEMA, posted) == {"map_99": {"0": "y"}}


@pytest.mark.parametrize("type_", ["list(string)", "map(string)", "list(object({ a = string }))"])
def test_rows_were_added_until_the_form_could_not_be_sent(type_):
    asked = schema(variable("v", type_), variable("other", "list(string)"))
    few, many = (QueryDict(f"in-v:set=1&{'in-other=x&' * number}") for number in (10, FULL))
    assert 'name="add"' in str(form_for(asked, data=few, check=False)["v"])
    assert 'name="add"' not in str(form_for(asked, data=many, check=False)["v"])


def test_the_fullest_form_and_one_more_part_fit_into_a_request():
    assert 3 * MOST_INPUTS < FULL
    assert FULL + 3 * MAX_PARTS < settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
