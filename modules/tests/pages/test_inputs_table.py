"""What the pages of a module show of its inputs and resources."""

import pytest

from modules.pages.inputs_table import Group, Input, Inputs, inputs_of, resources_of, summary_of
from modules.tests.published_versions import EMPTY, variable


def shown(*variables, with_hidden=True):
    return inputs_of(EMPTY | {"variables": list(variables)}, with_hidden=with_hidden)


def test_required_and_optional_inputs_are_counted():
    assert shown().summary == "0 required, 0 optional"
    assert shown(variable("a", required=True), variable("b"), variable("c")).summary == "1 required, 2 optional"


@pytest.mark.parametrize(
    ("description", "sensitive", "text"),
    [("Whom to greet.", False, "Whom to greet."), ("A key.", True, "Sensitive. A key."), ("", True, "Sensitive.")],
)
def test_a_sensitive_input_says_so_before_its_description(description, sensitive, text):
    (group,) = shown(variable("a", description=description, sensitive=sensitive)).groups
    assert group.inputs[0].about == text


def test_the_lines_of_a_description_ran_together():
    (group,) = shown(variable("a", description="First line.\n- `one`\n- two <b>", sensitive=True)).groups
    assert group.inputs[0].about == (
        "Sensitive. <p>First line.</p>\n<ul>\n<li><code>one</code></li>\n<li>two &lt;b&gt;</li>\n</ul>"
    )


@pytest.mark.parametrize(
    ("variables", "has_headings"),
    [
        ([variable("a")], False),
        ([variable("a"), variable("b", group=2)], True),
        ([variable("a", group=0)], True),
    ],
)
def test_one_group_needs_no_heading_unless_not_everybody_sees_it(variables, has_headings):
    assert shown(*variables).has_headings is has_headings


def test_no_group_needs_no_heading():
    assert Inputs([]).has_headings is False
    assert Inputs([Group("Inputs", False, [Input("a", "string", "", '""', False, False)])]).has_headings is False


@pytest.mark.parametrize(
    ("addresses", "text"),
    [
        ([], ""),
        (["aws_vpc.a"], "1 resource of 1 type"),
        (["aws_vpc.b", "aws_vpc.a", "data.aws_region.c"], "3 resources of 2 types"),
    ],
)
def test_resources_are_counted_by_type(addresses, text):
    rows = [{"address": address, "file": "main.tf", "line": 1} for address in addresses]
    assert summary_of(resources_of(EMPTY | {"resources": rows})) == text
