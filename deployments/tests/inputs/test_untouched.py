"""What a page shows and gets back unchanged was not touched, whatever the spelling: a default is then not sent."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deployments.inputs.form import form_for
from deployments.tests.inputs.nested_values import spelled_cases
from deployments.tests.inputs.posted import SPELLINGS, answers, asking, post

PINNED_BEFORE = pytest.mark.parametrize(("type_", "value"), SPELLINGS)


@PINNED_BEFORE
def test_an_untouched_default_was_pinned_and_a_later_one_not_followed(type_, value):
    asked = asking(type_, default=value)
    assert answers(asked, post(form_for(asked))) == {}


@PINNED_BEFORE
def test_a_value_given_before_was_changed_by_a_page_on_which_nobody_touched_it(type_, value):
    asked = asking(type_)
    sent = answers(asked, post(form_for(asked, values={"v": value})), values={"v": value})
    assert sent == {"v": value}
    assert type(sent["v"]) is type(value)


@settings(max_examples=300, deadline=None)
@given(spelled_cases(), st.booleans(), st.booleans())
def test_what_nobody_touched_is_not_sent_in_any_type_and_any_spelling(case, nullable, has_error_elsewhere):
    kind, default = case
    asked = asking(str(kind), default=default, nullable=nullable)
    posted = post(form_for(asked))
    if has_error_elsewhere:  # the page comes back once more
        posted = post(form_for(asked, data=posted))
    assert answers(asked, posted) == {}


@settings(max_examples=100, deadline=None)
@given(spelled_cases())
def test_what_was_given_before_is_sent_as_it_was_when_nobody_touched_it(case):
    kind, value = case
    asked = asking(str(kind), default_expression="local.it")
    assert answers(asked, post(form_for(asked, values={"v": value})), values={"v": value}) == {"v": value}


@pytest.mark.parametrize(
    ("type_", "default", "shown"),
    [
        ("string", 0.0000001, "0.0000001"),
        ("string", 8080, "8080"),
        ("string", True, "true"),
        ("number", "2.50", "2.5"),
        ("number", 0.0000001, "0.0000001"),
    ],
)
def test_a_default_is_shown_as_terraform_converts_it(type_, default, shown):
    assert post(form_for(asking(type_, default=default)))["in-v"] == shown


@pytest.mark.parametrize(
    ("type_", "default", "typed"),
    [
        ("string", 8080, {"in-v": "8080"}),
        ("number", "2.50", {"in-v": "2.500"}),
        ("bool", "true", {"in-v": "on"}),
        ("set(string)", ["b", "a", "b"], {"in-v": ["a", "b"]}),
        ("list(number)", ["1", "2.50"], {"in-v": ["1.0"], "in-v:new": "2.5"}),
        (
            "map(string)",
            {"a": 1, "b": True},
            {"in-v-0-key": "b", "in-v-0-value": "true"} | {"in-v-1-key": "a", "in-v-1-value": "1"},
        ),
        (
            'object({ n = number, s = optional(string, "x") })',
            {"n": "1"},
            {"in-v:set": "1", "in-v.n": "1.0", "in-v.s": "x"},
        ),
    ],
)
def test_the_default_in_another_spelling_is_no_other_value(type_, default, typed):
    posted = post(form_for(asking("string", default="")))
    posted.pop("in-v")
    for name, given_ in typed.items():
        posted.setlist(name, given_ if isinstance(given_, list) else [given_])
    assert answers(asking(type_, default=default), posted) == {}


@pytest.mark.parametrize(
    ("type_", "before", "after"),
    [
        ("string", "north", "south"),
        ("list(string)", ["a\r\n"], ["b"]),
        ("map(number)", {"a": "1"}, {}),
        ("object({ a = string })", {"a": "x"}, {"a": "y"}),
        ("bool", "true", False),
    ],
)
def test_a_default_that_changed_while_the_page_was_open_was_pinned(type_, before, after):
    page, asked = asking(type_, default=before), asking(type_, default=after)
    posted = post(form_for(page))
    assert answers(asked, posted, page=page) == {}
    assert answers(asked, posted).keys() == {"v"}
    # A page that comes back because of an error shows the default of now.
    assert post(form_for(asked, data=posted, page=page)) == post(form_for(asked))


def test_what_was_typed_or_given_before_stays_although_the_default_changed():
    page, asked = asking("string", default="north"), asking("string", default="south")
    assert answers(asked, {"in-v": "west"}, page=page) == {"v": "west"}
    assert answers(asked, {"in-v": "north"}, page=page, values={"v": "west"}) == {"v": "north"}


def test_a_default_of_another_type_does_not_matter():
    page, asked = asking("map(string)", default={"a": "b"}), asking("list(string)", default=["a"])
    assert answers(asked, post(form_for(asked)), page=page) == {}


def test_what_was_touched_is_sent_although_the_page_cannot_show_its_line_ends():
    assert answers(asking("string", default="a\r\nb"), {"in-v": "a\r\nc"}) == {"v": "a\nc"}


def test_a_map_of_thousands_could_not_be_sent_back():
    asked = asking("map(string)", default={f"entry-{number}": "x" for number in range(2600)})
    form = form_for(asked)
    assert len(post(form)) == 1
    changed = post(form)
    changed["in-v"] = changed["in-v"].replace('"entry-7": "x"', '"entry-7": "y"')
    assert answers(asked, changed) == {"v": {f"entry-{number}": "y" if number == 7 else "x" for number in range(2600)}}
