"""A form of hundreds of inputs: required first, the others in folds that open where somebody has to look."""

import pytest
from django.http import QueryDict

from deployments.inputs.form import form_for
from deployments.inputs.steps import LARGE
from deployments.inputs.widgets import rearranged
from deployments.tests.inputs.posted import post
from deployments.tests.inputs.schemas import schema, variable

CLUSTER = [variable(f"cluster_{number}", default="x") for number in range(200)]
NODES = [variable(f"node_{number}", "list(string)", default=[], description="Of *nodes*.") for number in range(50)]
OTHERS = [variable(f"{letter}_only", default="") for letter in "abcdefghij"]
LARGE_SCHEMA = schema(*CLUSTER, *NODES, *OTHERS, variable("name"))


def folds(form):
    (step,) = form.steps()
    return [(fold.title, len(fold.fields), fold.is_open) for fold in step.folds]


def test_261_inputs_were_one_page_without_an_order():
    form = form_for(LARGE_SCHEMA)
    (step,) = form.steps()
    assert form.size == 261
    assert [field.name for field in step.fields] == ["name"]
    assert folds(form) == [("Cluster", 200, False), ("Node", 50, False), ("More inputs", 10, False)]


def test_a_form_that_fits_a_page_is_not_folded():
    form = form_for(schema(*CLUSTER[:LARGE]))
    (step,) = form.steps()
    assert (form.size, len(step.fields), step.folds) == (0, LARGE, [])


def test_a_few_optional_inputs_of_a_step_are_one_fold():
    steps = form_for(schema(*CLUSTER, variable("zone", default="", group=1), variable("key", group=1))).steps()
    assert [(fold.title, [field.name for field in fold.fields]) for fold in steps[0].folds] == [
        ("Optional inputs", ["zone"])
    ]


@pytest.mark.parametrize(
    ("changes", "opened"),
    [
        ({}, []),
        ({"in-cluster_7": "y"}, ["Cluster"]),
        ({"in-node_1:new": "a", "enter": "1"}, ["Node"]),
        ({"add": "in-node_1"}, ["Node"]),
        ({"drop": "in-node_1-0"}, ["Node"]),
        ({"find": "only", "search": "1"}, ["More inputs"]),
        ({"find": "OF nodes", "search": "1"}, ["Node"]),
        ({"find": "nowhere", "found": "", "enter": "1"}, []),
        ({"in-a_only": "\0"}, ["More inputs"]),
    ],
)
def test_a_fold_opens_itself_where_something_is_wrong_changed_or_found(changes, opened):
    posted = post(form_for(LARGE_SCHEMA))
    posted["in-name"] = "web"
    for name, value in changes.items():
        posted[name] = value
    data = rearranged(posted)
    form = form_for(LARGE_SCHEMA, data=posted if data is None else data, check=data is None)
    assert [title for title, _, is_open in folds(form) if is_open] == opened


def test_what_was_given_before_is_not_folded_away():
    form = form_for(LARGE_SCHEMA, values={"node_3": ["a"]})
    assert [title for title, _, is_open in folds(form) if is_open] == ["Node"]


def test_a_search_finds_each_word_in_name_or_description():
    form = form_for(LARGE_SCHEMA, data=QueryDict("find=node_1+nodes&search=1"), check=False)
    assert [field.name for field in form.found] == ["node_1", *(f"node_{number}" for number in range(10, 20))]
    assert form_for(LARGE_SCHEMA, data=QueryDict("find=++&search=1"), check=False).found == []


def test_a_large_form_is_sent_with_the_search_in_it():
    assert rearranged(QueryDict("in-name=web&find=node&found=node&enter=1")) is None
