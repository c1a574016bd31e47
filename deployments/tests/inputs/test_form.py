"""From a schema to a form and back: what was typed is what Terraform gets."""

import re

import pytest
from django.http import QueryDict

from deployments.inputs.form import form_for
from deployments.inputs.widgets import rearranged
from deployments.tests.inputs.posted import VALUES, answers, post
from deployments.tests.inputs.schemas import schema, variable


@pytest.mark.parametrize(("type_", "value"), VALUES)
def test_a_default_that_nobody_touched_is_not_sent(type_, value):
    asked = schema(variable("given", type_, default=value))
    assert answers(asked, post(form_for(asked))) == {}


@pytest.mark.parametrize(("type_", "value"), VALUES)
def test_a_value_given_before_survives_the_page_unchanged(type_, value):
    asked = schema(variable("given", type_, default_expression="local.it"))
    sent = answers(asked, post(form_for(asked, values={"given": value})))
    left_to_terraform = value in ("", [], {})
    assert sent == ({} if left_to_terraform else {"given": value})
    assert left_to_terraform or type(sent["given"]) is type(value)


@pytest.mark.parametrize(
    ("type_", "data", "value"),
    [
        ("string", {"in-v": "a\r\nb"}, "a\nb"),
        ("number", {"in-v": "7"}, 7),
        ("number", {"in-v": "7.25"}, 7.25),
        ("bool", {"in-v": "true"}, True),
        ("bool", {"in-v": "false"}, False),
        ("list(string)", {"in-v": ["a"], "in-v:new": "b"}, ["a", "b"]),
        ("list(number)", {"in-v:new": "4"}, [4]),
        ("set(string)", {}, []),
        ("map(string)", {"in-v-0-key": "k", "in-v-0-value": "v", "in-v-7-key": "", "in-v-7-value": ""}, {"k": "v"}),
        ("any", {"in-v": "{ a = [1, true] }"}, {"a": [1, True]}),
        ("object({ a = string })", {"in-v": '{"a": "x"}'}, {"a": "x"}),
    ],
)
def test_what_is_typed_for_a_required_variable_is_sent(type_, data, value):
    posted = QueryDict(mutable=True)
    for name, given in data.items():
        posted.setlist(name, given if isinstance(given, list) else [given])
    assert answers(schema(variable("v", type_)), posted) == {"v": value}


@pytest.mark.parametrize("type_", ["string", "number", "bool", "any", "object({ a = string })"])
def test_a_required_variable_must_be_given(type_):
    form = form_for(schema(variable("v", type_)), data=QueryDict("in-v="))
    assert form.errors["v"] == ["This field is required."]


@pytest.mark.parametrize(
    ("type_", "data", "message"),
    [
        ("number", "in-v=x", "“x” is not a number."),
        ("list(number)", "in-v:new=x", "“x” is not a number."),
        ("map(string)", "in-v-0-key=&in-v-0-value=x", "A row has a value but no key."),
        ("map(string)", "in-v-0-key=a&in-v-1-key=a", "The key “a” is used twice."),
        ("object({ a = string })", "in-v=[]", "The value is not an object."),
        ("string", "in-v=%00", "The text contains a character that cannot be stored."),
    ],
)
def test_what_cannot_be_read_is_named_and_kept(type_, data, message):
    form = form_for(schema(variable("v", type_)), data=QueryDict(data))
    assert form.errors["v"] == [message]
    posted = post(form)
    for name, typed in QueryDict(data).lists():
        assert posted.getlist(name) == typed


def test_a_cleared_text_is_sent_where_the_default_is_another():
    asked = schema(variable("a", default="x"), variable("b", default=None), variable("c", default=""))
    assert answers(asked, QueryDict("in-a=&in-b=&in-c=")) == {"a": ""}


def test_an_emptied_list_is_sent_where_the_default_is_not_empty():
    asked = schema(variable("a", "list(string)", default=["x"]), variable("b", "map(string)", default=None))
    assert answers(asked, QueryDict("")) == {"a": []}


def test_a_blank_number_leaves_the_default_in_force():
    assert answers(schema(variable("a", "number", default=5)), QueryDict("in-a=")) == {}


def test_options_become_choices_and_numbers_stay_numbers():
    asked = schema(variable("size", "number", default=20, options=[10, 20]), variable("zone", options=["a", "b"]))
    form = form_for(asked, data=QueryDict("in-size=10&in-zone=c"))
    assert form.errors == {"zone": ["“c” is not one of the choices."]}
    assert answers(asked, QueryDict("in-size=10&in-zone=b")) == {"size": 10, "zone": "b"}


def test_a_bool_with_null_as_default_may_stay_undecided():
    asked = schema(variable("b", "bool", default=None))
    assert answers(asked, QueryDict("in-b=")) == {}
    assert answers(asked, QueryDict("in-b=false")) == {"b": False}


def test_a_secret_is_never_rendered_and_leaves_apart_from_the_answers():
    asked = schema(variable("key", sensitive=True), variable("keys", "map(string)", sensitive=True, default={}))
    form = form_for(asked, data={"in-key": "s3cret", "in-keys": '{"a": "s3cret"}'})
    assert form.is_valid()
    assert form.answers() == {}
    assert form.secrets() == {"key": "s3cret", "keys": {"a": "s3cret"}}
    assert "s3cret" not in "".join(str(field) for field in form)


def test_a_kept_secret_may_stay_blank():
    form = form_for(schema(variable("key", sensitive=True)), data={"in-key": ""}, kept={"key"})
    assert form.is_valid()
    assert form.secrets() == {}
    assert 'placeholder="Stored"' in str(form["key"])


def test_typed_secrets_are_there_although_another_field_is_wrong():
    asked = schema(variable("key", sensitive=True), variable("n", "number"))
    form = form_for(asked, data={"in-key": "s3cret", "in-n": "x"})
    assert not form.is_valid()
    assert form.secrets() == {"key": "s3cret"}


def test_groups_are_steps_in_order_and_the_untagged_come_last():
    asked = schema(
        variable("late"), variable("b", group=2, order=2), variable("a", group=2, order=1), variable("first", group=1)
    )
    steps = form_for(asked).steps()
    assert [[field.name for field in step.fields] for step in steps] == [["first"], ["a", "b"], ["late"]]
    assert [step.title for step in steps] == ["Step 1", "Step 2", "More inputs"]


def test_group_zero_is_asked_of_those_alone_who_may_see_it():
    asked = schema(variable("hidden", group=0, default="x"), variable("shown", default="y"))
    assert list(form_for(asked).fields) == ["shown"]
    assert list(form_for(asked, sees_hidden=True).fields) == ["hidden", "shown"]


def test_hidden_values_stay_and_cannot_be_posted():
    asked = schema(variable("hidden", group=0, default="x"), variable("shown", default="y"))
    data = QueryDict("in-hidden=forged&in-shown=z")
    assert answers(asked, data, values={"hidden": "kept"}) == {"hidden": "kept", "shown": "z"}
    assert answers(asked, data) == {"shown": "z"}


def test_a_hidden_variable_without_any_value_stops_the_form_with_a_sentence():
    form = form_for(schema(variable("project", group=0)), data=QueryDict(""))
    expected = "Only the publisher or an admin can set project. Ask one of them to deploy it."
    assert form.non_field_errors() == [expected]


def test_the_injected_variable_is_never_missing():
    asked = schema(variable("deployment_id", injected=True, default=None))
    assert answers(asked, QueryDict("in-deployment_id=")) == {}


def test_the_lines_of_a_description_ran_together():
    form = form_for(
        schema(variable("v", description="One of\n- `a`\n- [b](https://example.com)\nor **none**.", default=None))
    )
    assert str(form["v"].help_text).split("\n") == [
        "<p>One of</p>",
        "<ul>",
        "<li><code>a</code></li>",
        '<li><a href="https://example.com" rel="noopener noreferrer nofollow">b</a><br>',
        "or <strong>none</strong>.</li>",
        "</ul> Optional.",
    ]


def test_help_of_a_module_is_text_and_not_markup():
    form = form_for(schema(variable("v", description="<script>alert(1)</script>")))
    assert "<script>" not in str(form["v"].help_text)
    assert re.search("&lt;script&gt;", str(form["v"].help_text))


def test_add_and_drop_rearrange_rows_without_validating():
    data = QueryDict("in-v=a&in-v=b&in-v:new=c&add=in-v")
    assert rearranged(data).getlist("in-v") == ["a", "b", "c"]
    data = QueryDict("in-v=a&in-v=b&drop=in-v-0")
    assert rearranged(data).getlist("in-v") == ["b"]
    data = QueryDict("in-m-0-key=a&in-m-0-value=1&in-m-1-key=b&in-m-1-value=2&drop=in-m-0")
    form = form_for(schema(variable("m", "map(string)"), variable("n", "number")), data=rearranged(data), check=False)
    assert not form.errors
    assert 'value="b"' in str(form["m"])
    assert 'value="a"' not in str(form["m"])


def test_enter_in_a_list_sent_the_whole_form():
    asked = schema(variable("v", "list(string)"), variable("v-new", default=""), variable("n", "number"))
    form = form_for(asked, data=rearranged(QueryDict("in-v:new=a&in-v-new=text&in-n=&enter=1")), check=False)
    assert form["v"].data == {"items": ["a"], "new": ""}
    assert form["v-new"].data == "text"
    assert rearranged(QueryDict("in-v=a&in-v:new=&enter=1")) is None


@pytest.mark.parametrize(
    "posted", ["drop=in-v-9", "drop=", "drop=x", "add=", "add=nothing", "drop=in-v--1", f"drop=in-v-{'9' * 5000}"]
)
def test_a_forged_row_button_changes_nothing(posted):
    assert rearranged(QueryDict(f"in-v=a&{posted}")).getlist("in-v") == ["a"]


def test_what_terraform_said_of_a_value_is_shown_at_its_field_alone():
    asked = schema(variable("size", "number", default=1), variable("other", default=""), variable("hidden", group=0))
    form = form_for(asked)
    form.complain({"size": ["size is 20 to 40.", "size is even."], "hidden": ["No."], "gone": ["No."]})
    assert dict(form.errors) == {"size": ["size is 20 to 40.", "size is even."]}
