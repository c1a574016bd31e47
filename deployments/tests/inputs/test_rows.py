"""Where a person goes on in rows: after Set, after a row was taken away, and to what is wrong."""

import re

from django.http import QueryDict
from django.template.loader import render_to_string

from deployments.inputs.form import form_for
from deployments.story import input_errors
from deployments.tests.inputs.posted import after, answers, asking, drawn, pressed

SCALE = """object({
  name = string, scale = optional(object({ least = number, most = optional(number, 9) }), { least = 1, most = 3 }) })"""


def focused(asked, posted) -> list[str]:
    """The tags with the focus in the field as it is drawn anew."""
    return re.findall(r"<[^>]* autofocus[^>]*>", drawn(asked, data=posted, check=False))


def test_set_opens_an_optional_object_with_the_values_of_its_default():
    asked = asking(SCALE)
    opened = after(asked, ("add", "in-v.scale:set"), typed={"in-v.name": "web"})
    assert (opened["in-v.scale.least"], opened["in-v.scale.most"]) == ("1", "3")
    assert answers(asked, opened) == {"v": {"name": "web", "scale": {"least": 1, "most": 3}}}


def test_set_opens_without_a_default_what_has_none():
    opened = after(asking("object({ part = optional(object({ a = string })) })"), ("add", "in-v.part:set"))
    assert opened["in-v.part.a"] == ""


def test_a_default_that_is_not_of_the_type_opens_empty():
    asked = asking("object({ part = optional(object({ a = number }), { a = [] }) })")
    assert after(asked, ("add", "in-v.part:set"))["in-v.part.a"] == ""


def test_after_a_row_was_removed_the_focus_is_on_its_add_button():
    asked = asking("object({ users = list(object({ name = string })), others = list(object({ name = string })) })")
    twice = after(asked, ("add", "in-v.users:row"), ("add", "in-v.users:row"))
    (button,) = focused(asked, pressed(twice, "drop", "in-v.users.0:row"))
    assert 'name="add" value="in-v.users:row"' in button


def test_after_a_part_was_left_out_the_focus_is_on_its_set_button():
    asked = asking(SCALE)
    opened = after(asked, ("add", "in-v.scale:set"))
    (button,) = focused(asked, pressed(opened, "drop", "in-v.scale:set"))
    assert 'name="add" value="in-v.scale:set"' in button


def test_after_an_item_or_a_pair_was_removed_the_focus_is_where_another_is_added():
    items = pressed(QueryDict("in-v=a&in-v=b&in-v:new="), "drop", "in-v-0")
    (line,) = focused(asking("list(string)"), items)
    assert 'name="in-v:new"' in line
    pairs = pressed(QueryDict("in-v-0-key=a&in-v-0-value=b"), "drop", "in-v-0")
    (button,) = focused(asking("map(string)"), pairs)
    assert 'name="add" value="in-v"' in button


def test_nothing_takes_the_focus_of_a_page_that_was_just_opened():
    for kind in (SCALE, "list(string)", "map(string)"):
        assert focused(asking(kind), QueryDict("in-v:set=1&in-v.name=web")) == []


def test_a_nested_error_is_said_once_at_its_place_and_once_as_a_link_to_it():
    form = form_for(asking("object({ size = number })"), data=QueryDict("in-v:set=1&in-v.size=many"))
    assert form.errors["v"] == ["V, size: “many” is not a number."]
    field = render_to_string("forms/field.html", {"field": form["v"]})
    assert re.findall(r'id="([^"]+)"> *<svg[^>]*>.*?</svg> “many” is not a number\.', field) == ["id_in-v.size_error"]
    assert field.count("is not a number") == 1
    notice = render_to_string("deployments/_errors.html", {"errors": input_errors.errors(form, kept="")})
    assert '<a href="#id_in-v.size">V, size</a>: “many” is not a number.' in notice
    assert notice.count("is not a number") == 1


def test_the_two_inputs_of_a_pair_say_which_is_which():
    assert re.findall(r'placeholder="(\w+)"', drawn(asking("map(string)"))) == ["Key", "Value"]
