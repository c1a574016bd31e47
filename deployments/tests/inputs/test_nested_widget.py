"""Editors of nested values: every value survives the page, and what is wrong is said at its own input."""

import re
import time

import pytest
from django.core.exceptions import TooManyFieldsSent
from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st

from deployments.inputs.conversions import same
from deployments.inputs.editors import MAX_ROWS
from deployments.inputs.form import form_for
from deployments.inputs.input_names import singular
from deployments.tests.inputs.nested_values import cases
from deployments.tests.inputs.posted import after, answers, asking, drawn, post, pressed

USERS = "list(object({ name = string, limit = optional(number, 5), login = bool, role = optional(string) }))"
STAFF = """list(object({
  name = string, role = optional(string, "nurse"), hours = optional(number), on_call = optional(bool, false),
  languages = optional(list(string), ["en"]), phone = optional(string), rights = optional(map(bool)) }))"""


@settings(max_examples=150, deadline=None)
@given(cases())
def test_any_value_of_any_type_survives_page_and_form(case):
    kind, value = case
    asked = asking(str(kind))
    posted = post(form_for(asked, values={"v": value}))
    # A form that knows nothing of the value reads it from the page alone.
    assert same(answers(asked, posted)["v"], value)


@settings(max_examples=50, deadline=None)
@given(cases(), st.data())
def test_whatever_is_typed_stands_in_the_page_again(case, data):
    kind, value = case
    asked = asking(str(kind))
    posted = post(form_for(asked, values={"v": value}))
    inputs = sorted(name for name in posted if ":" not in name)
    for name in data.draw(st.lists(st.sampled_from(inputs), max_size=3)) if inputs else []:
        posted[name] = data.draw(st.sampled_from(["", " ", "x", "[", "1e99", "<b>'\"", "a\r\nb"]))
    first = form_for(asked, data=posted)
    first.is_valid()
    again = form_for(asked, data=post(first))
    assert again["v"].data == first["v"].data
    assert again.errors == first.errors


@settings(max_examples=50, deadline=None)
@given(cases())
def test_a_default_that_nobody_touched_is_never_sent(case):
    kind, value = case
    asked = asking(str(kind), default=value)
    assert answers(asked, post(form_for(asked))) == {}


def test_rows_are_added_filled_and_removed():
    asked = asking(USERS)
    row = [("add", "in-v:row")]
    posted = after(asked, *row, *row, typed={"in-v.0.name": "ann", "in-v.1.name": "ben", "in-v.1.limit": "7"})
    assert answers(asked, posted) == {
        "v": [{"name": "ann", "login": False}, {"name": "ben", "limit": 7, "login": False}]
    }
    assert answers(asked, post(form_for(asked, data=pressed(posted, "drop", "in-v.0:row"), check=False))) == {
        "v": [{"name": "ben", "limit": 7, "login": False}]
    }


def test_up_to_five_plain_attributes_make_a_table_and_more_make_cards():
    table = drawn(asking(USERS), values={"v": [{"name": "ann", "login": True}]})
    assert '<table class="edit">' in table
    assert 'aria-label="V 1, name"' in table
    cards = drawn(asking(STAFF), values={"v": [{"name": "ann"}]})
    assert "<table" not in cards
    assert "<legend>V 1</legend>" in cards


def test_what_is_left_out_is_opened_and_left_out_again():
    asked = asking('object({ a = string, b = optional(object({ c = number })), d = optional(list(string), ["x"]) })')
    plain = {"in-v.a": "text"}
    assert answers(asked, after(asked, typed=plain)) == {"v": {"a": "text"}}
    opened = [("add", "in-v.b:set"), ("add", "in-v.d:set")]
    posted = after(asked, *opened, ("add", "in-v.d:row"), typed=plain | {"in-v.b.c": "2", "in-v.d.1": "y"})
    assert answers(asked, posted) == {"v": {"a": "text", "b": {"c": 2}, "d": ["x", "y"]}}
    posted = after(asked, *opened, ("drop", "in-v.b:set"), ("drop", "in-v.d.0:row"), typed=plain)
    assert answers(asked, posted) == {"v": {"a": "text", "d": []}}


def test_a_default_of_an_optional_attribute_is_shown_and_not_sent():
    page = drawn(asking(STAFF), values={"v": [{"name": "ann"}]})
    assert 'placeholder="nurse"' in page
    assert "Default: No" in page
    assert "Default: [&quot;en&quot;]" in page


def test_a_blank_can_stand_for_an_empty_text_or_null():
    asked = asking('object({ a = string, b = number, c = optional(string, "x") })')
    posted = after(asked, typed={"in-v.a": "", "in-v.b": "1", "in-v.c": ""})
    form = form_for(asked, data=posted)
    assert form.errors["v"] == ["V, a: Enter a value."]
    posted = post(form)
    posted["in-v.a:blank"] = "null"
    assert answers(asked, posted) == {"v": {"a": None, "b": 1}}
    posted["in-v.a:blank"] = posted["in-v.c:blank"] = "empty"
    assert answers(asked, posted) == {"v": {"a": "", "b": 1, "c": ""}}


def test_an_error_stands_at_its_input_and_everything_typed_is_kept():
    asked = asking(USERS)
    row = [("add", "in-v:row")]
    typed = {"in-v.0.name": "ann", "in-v.0.limit": "many", "in-v.1.name": "", "in-v.1.role": " r "}
    form = form_for(asked, data=after(asked, *row, *row, typed=typed))
    assert form.errors["v"] == ["V 1, limit: “many” is not a number.", "V 2, name: Enter a value."]
    page = re.sub(r"\s+", " ", str(form["v"]))
    wrong = re.findall(r'name="([^"]+)" aria-label="[^"]+" aria-invalid="true" aria-describedby="([^"]+)"', page)
    assert wrong == [("in-v.0.limit", "id_in-v.0.limit_error"), ("in-v.1.name", "id_in-v.1.name_error")]
    assert {name: post(form)[name] for name in typed} == typed


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (["a", "a"], "V 1, key: The key “a” is used twice."),
        (["", "a"], "V 1, key: Enter a key."),
        (["a\0", "b"], "V 1, key: The text contains a character that cannot be stored."),
    ],
)
def test_keys_of_a_map_are_there_and_differ(keys, message):
    asked = asking("map(object({ n = number }))")
    row = [("add", "in-v:row")]
    typed = {f"in-v.{at}:key": key for at, key in enumerate(keys)} | {"in-v.0.n": "1", "in-v.1.n": "2"}
    form = form_for(asked, data=after(asked, *row, *row, typed=typed))
    assert form.errors["v"][0] == message


def test_null_is_given_where_the_variable_may_be_null_and_not_where_it_may_not():
    given = {"a": "x"}
    asked = asking("object({ a = string })", default=given)
    left = post(form_for(asked, data=pressed(post(form_for(asked)), "drop", "in-v:set"), check=False))
    assert answers(asked, left) == {"v": None}
    assert "Empty (null)" in drawn(asked, values={"v": None})
    never = asking("object({ a = string })", default=given, nullable=False)
    assert 'name="drop"' not in drawn(never)
    assert answers(never, left) == {}


def test_a_default_of_null_is_left_to_the_module_until_it_is_set():
    asked = asking("object({ a = string })", default=None)
    assert answers(asked, post(form_for(asked))) == {}
    assert answers(asked, after(asked, ("add", "in-v:set"), typed={"in-v.a": "x"})) == {"v": {"a": "x"}}


def test_a_null_that_was_given_stays_null():
    asked = asking("object({ a = string })")
    assert answers(asked, post(form_for(asked, values={"v": None})), values={"v": None}) == {"v": None}


def test_a_row_that_was_just_added_is_where_to_go_on():
    asked = asking(USERS)
    twice = pressed(after(asked, ("add", "in-v:row")), "add", "in-v:row")
    page = drawn(asked, data=twice, check=False)
    assert re.findall(r'name="([^"]+)" aria-label="[^"]+" autofocus', page) == ["in-v.1.name"]


def test_a_list_takes_no_more_rows_than_fit():
    asked = asking("list(object({ a = string }))")
    full = [{"a": str(at)} for at in range(MAX_ROWS)]
    page = drawn(asked, values={"v": full})
    assert "No more rows fit: at most 100" in page
    assert 'name="add"' not in page
    posted = pressed(post(form_for(asked, values={"v": full})), "add", "in-v:row")
    assert form_for(asked, data=posted).errors["v"] == ["V: At most 100 rows are allowed."]


def test_a_value_that_is_too_large_for_rows_is_text():
    asked = asking("list(object({ a = string }))")
    many = [{"a": str(at)} for at in range(MAX_ROWS + 1)]
    form = form_for(asked, values={"v": many})
    assert "<textarea" in str(form["v"])
    assert answers(asked, post(form)) == {"v": many}


def test_a_value_of_another_type_is_text_and_is_named_when_it_is_changed():
    asked = asking("object({ a = string })")
    posted = post(form_for(asked, values={"v": ["old"]}))
    assert posted["in-v"] == '[\r\n  "old"\r\n]'
    assert form_for(asked, data=posted).errors["v"] == ["The value is not an object."]


def test_what_is_nested_too_deep_is_text():
    deep = "list(" * 9 + "string" + ")" * 9
    value = "x"
    for _ in range(9):
        value = [value]
    asked = asking(deep)
    posted = post(form_for(asked, values={"v": value}))
    assert len([name for name in posted if name.endswith(":row")]) == 6
    assert answers(asked, posted) == {"v": value}


def test_a_sensitive_object_is_never_rendered():
    asked = asking("object({ a = string })", sensitive=True)
    form = form_for(asked, data=QueryDict('in-v={"a": "s3cret", "b'), kept={"v"})
    assert form.errors["v"]
    assert "s3cret" not in str(form["v"])


@pytest.mark.parametrize(
    "forged",
    ["in-v:set=1&in-v.x:row=1", "in-v:set=1&in-v.999999:row=1", "in-v:set=1&in-v" + ".0" * 5000 + "=1", "in-v.=1"],
)
def test_forged_names_of_inputs_are_no_rows(forged):
    form = form_for(asking(USERS), data=QueryDict(forged))
    form.is_valid()
    assert form.cleaned_data.get("v", []) == []


def test_rows_that_were_posted_are_read_although_the_value_given_before_is_text():
    asked = asking("list(object({ a = string }))")
    posted = post(form_for(asked, values={"v": [{"a": "x"}]}))
    assert answers(asked, posted, values={"v": [{"a": "y"}] * (MAX_ROWS + 1)}) == {"v": [{"a": "x"}]}
    flat = asking("list(string)", default=[])
    assert answers(flat, post(form_for(flat, values={"v": [None, "a"]}))) == {"v": [None, "a"]}


def test_more_inputs_than_a_page_can_have_are_refused():
    rows = [f"in-v.{one}:{mark}=1" for one in range(50) for mark in ("row", "set")]
    rows += [f"in-v.{one}.{two}:row=1" for one in range(50) for two in range(50)]
    posted = QueryDict("&".join(["in-v:set=1", *rows]))
    with pytest.raises(TooManyFieldsSent):
        form_for(asking("list(list(string))"), data=posted).is_valid()


def test_a_large_form_costs_two_seconds_of_the_processor_at_most():
    value = [{"name": str(at), "languages": ["a", "b"], "rights": {"x": True}} for at in range(40)]
    asked = asking(STAFF)
    posted = post(form_for(asked, values={"v": value}))
    started = time.process_time()
    form = form_for(asked, data=posted)
    assert form.is_valid()
    str(form["v"])
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("many", "one"),
    [("users", "user"), ("policies", "policy"), ("addresses", "address"), ("staff", "staff"), ("status", "status")],
)
def test_one_of_many_has_a_name(many, one):
    assert singular(many) == one
