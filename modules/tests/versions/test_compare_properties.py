"""Properties that the comparison has for any two schemas, whatever the texts of its changes."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from modules.terraform.types import parse_type
from modules.versions.compare import compare
from modules.versions.numbering import BUMPS

TYPES = ["string", "number", "bool", "any", "list(string)", "set(string)", "list(number)", "list(any)", "map(number)"]
TYPES += ["map(any)", "tuple([string, number])", "object({ a = string })", "object({ a = optional(string) })"]
TYPES += ["object({ a = string, b = optional(number, 3) })", "list(object({ a = optional(number) }))"]
OTHER_INPUTS = ["alpha", "beta", "gamma"]


def variable(name, **facts):
    row = {"name": name, "type": "string", "description": "", "default": None, "required": False, "sensitive": False}
    row |= {"nullable": True, "group": None, "order": None, "updatesafe": False, "options": [], "validations": []}
    return row | {"line": 1, "file": "main.tf"} | facts


VARIABLES = st.builds(
    variable,
    st.sampled_from(OTHER_INPUTS),
    type=st.sampled_from(TYPES),
    required=st.booleans(),
    default=st.sampled_from([None, 1, True, "x", ["x"], {"a": "x"}]),
    sensitive=st.booleans(),
    nullable=st.booleans(),
    group=st.sampled_from([None, 0, 1]),
    options=st.lists(st.sampled_from(["a", "b", "c"]), unique=True, max_size=3),
    validations=st.lists(
        st.fixed_dictionaries(
            {
                "condition": st.sampled_from(["var.alpha > 0", "can(var.beta)", 'contains(["a", "b"], var.alpha)']),
                "error_message": st.sampled_from(["No.", "Never."]),
            }
        ),
        max_size=2,
    ),
)
OUTPUTS = st.builds(
    lambda name, sensitive: {"name": name, "description": "", "sensitive": sensitive, "line": 1, "file": "main.tf"},
    st.sampled_from(["one", "two"]),
    st.booleans(),
)
RESOURCES = st.sampled_from(["aws_vpc.a", "aws_vpc.b", "data.http.c", "ephemeral.random_password.d"])
PROVIDERS = st.builds(
    lambda name, version: {"name": name, "source": f"hashicorp/{name}", "version": version},
    st.sampled_from(["aws", "tls"]),
    st.sampled_from(["", "~> 4.0", ">= 1"]),
)


def rows(strategy, key="name"):
    return st.lists(strategy, max_size=4, unique_by=lambda row: row[key])


@st.composite
def schemas(draw):
    resources = draw(st.lists(RESOURCES, unique=True))
    return {
        "variables": draw(rows(VARIABLES)),
        "outputs": draw(rows(OUTPUTS)),
        "providers": draw(rows(PROVIDERS)),
        "resources": [{"address": address, "line": 1, "file": "main.tf"} for address in resources],
        "calls": [],
        "programs": [],
        "moves": [],
        "platform": {},
        "required_version": draw(st.sampled_from(["", ">= 1.5"])),
        "tree": {},
    }


def x(**facts):
    return {"variables": [variable("x", **facts)]}


def output(**facts):
    return {"outputs": [{"name": "x", "description": "", "sensitive": False, "line": 1, "file": "a.tf"} | facts]}


def built(address):
    return {"resources": [{"address": address, "line": 1, "file": "main.tf"}]}


def uses(version="", source="acme/x"):
    return {"providers": [{"name": "x", "source": source, "version": version}]}


def rule(condition="var.x > 0", message="No."):
    return x(validations=[{"condition": condition, "error_message": message}])


def calls(source):
    return {"calls": [{"name": "x", "source": source, "version": "", "line": 1, "file": "main.tf"}]}


# What one side adds to a schema, what the other side adds to it, the one change, its step.
MUTATIONS = [
    ({}, x(required=True), "Input added, required", "major"),
    ({}, x(), "Input added, optional", "minor"),
    (x(), {}, "Input removed", "major"),
    (x(), x(required=True), "Input now required", "major"),
    (x(required=True), x(), "Input no longer required", "minor"),
    (x(default=1), x(default=True), "Default changed", "minor"),
    (x(), x(type="number"), "Type changed", "major"),
    (x(type="number"), x(), "Type widened", "minor"),
    (x(), x(type="any"), "Type widened", "minor"),
    (x(sensitive=True), x(), "Input no longer sensitive", "major"),
    (x(), x(sensitive=True), "Input now sensitive", "minor"),
    (x(), x(nullable=False), "Input no longer nullable", "major"),
    (x(nullable=False), x(), "Input now nullable", "minor"),
    (x(), x(group=0), "Input hidden from deployers", "major"),
    (x(group=0), x(group=3), "Input shown to deployers", "minor"),
    (x(options=["a", "b"]), x(options=["a"]), "Options narrowed", "major"),
    (x(), x(options=["a"]), "Options narrowed", "major"),
    (x(options=["a"]), x(options=["b", "a"]), "Options widened", "minor"),
    (x(options=["a"]), x(), "Options widened", "minor"),
    (x(), rule(), "Validation added", "major"),
    (rule(), x(), "Validation removed", "minor"),
    (rule(), rule("var.x > 1"), "Validation changed", "major"),
    (rule(), rule(message="Never."), "Validation message changed", "patch"),
    (output(), {}, "Output removed", "major"),
    ({}, output(), "Output added", "minor"),
    (output(sensitive=True), output(), "Output no longer sensitive", "major"),
    (output(), output(sensitive=True), "Output now sensitive", "minor"),
    (built("aws_x.x"), {}, "Resource dropped", "major"),
    ({}, built("aws_x.x"), "Resource added", "minor"),
    (built("data.aws_x.x"), {}, "Data source dropped", "minor"),
    ({}, built("data.aws_x.x"), "Data source added", "minor"),
    (uses(), {}, "Provider dropped", "minor"),
    ({}, uses(), "Provider added", "minor"),
    (uses(), uses(source="other/x"), "Provider source changed", "major"),
    (uses("~> 1.0"), uses("~> 2.0"), "Provider version changed", "minor"),
    (calls("a/b/aws"), {}, "Module call dropped", "major"),
    ({}, calls("a/b/aws"), "Module call added", "minor"),
    (calls("a/b/aws"), calls("a/c/aws"), "Module source changed", "minor"),
]


def joined(base, more):
    return base | {key: [*base[key], *found] for key, found in more.items()}


def shuffled(draw, found):
    return {key: draw(st.permutations(value)) if isinstance(value, list) else value for key, value in found.items()}


@given(schemas(), st.data())
def test_equal_schemas_have_no_changes_in_any_order(found, data):
    assert compare(found, shuffled(data.draw, found)) == []


@pytest.mark.parametrize(
    ("old", "new", "what", "bump"), MUTATIONS, ids=lambda value: value if type(value) is str else ""
)
def test_each_mutation_gives_exactly_its_change(old, new, what, bump):
    @settings(max_examples=25)
    @given(schemas(), st.data())
    def check(base, data):
        before, after = joined(base, old), shuffled(data.draw, joined(base, new))
        assert [(change.what, change.bump) for change in compare(before, after)] == [(what, bump)]

    check()


@given(schemas(), schemas())
def test_the_other_way_round_added_becomes_removed(before, after):
    def told(found, *words):
        return sorted((change.name, change.what.split()[0]) for change in found if any(w in change.what for w in words))

    there, back = compare(before, after), compare(after, before)
    assert told(there, "added") == told(back, "removed", "dropped")
    assert told(there, "removed", "dropped") == told(back, "added")
    assert {change.name for change in there} == {change.name for change in back}


@given(schemas(), schemas())
def test_breaking_changes_come_first_and_then_names(before, after):
    found = compare(before, after)
    assert [(not change.is_breaking, change.name) for change in found] == sorted(
        (not change.is_breaking, change.name) for change in found
    )
    assert all(change.bump in BUMPS and change.what and change.name for change in found)


PLAIN = st.sampled_from(["a", "b", "7", "true", 7, 1.5, True, False])


def values(kind):
    """Values that a deployer may give for a type of TYPES; null stands for one that is left out."""
    simple = {"number": st.sampled_from([7, 1.5, "7"]), "bool": st.sampled_from([True, False, "true"])}
    if kind in simple:
        return simple[kind]
    if kind == "string":
        return PLAIN
    if kind == "any":
        return PLAIN | st.lists(PLAIN, max_size=2) | st.dictionaries(st.sampled_from("ab"), PLAIN)
    if kind == "tuple([string, number])":
        return st.tuples(PLAIN, simple["number"]).map(list)
    if kind.startswith(("list", "set")):
        return st.lists(values(kind.split("(", 1)[1][:-1]), max_size=3)
    if kind.startswith("map"):
        return st.dictionaries(st.sampled_from("ab"), values(kind.split("(", 1)[1][:-1]), max_size=2)
    return _objects(kind)


def _objects(kind):
    optional = {"b": st.sampled_from([7, "7"])} if "b = " in kind else {}
    first = st.sampled_from([7, "7"]) if "optional(number) }" in kind else PLAIN
    if "a = optional" in kind:
        return st.fixed_dictionaries({}, optional={"a": first} | optional)
    return st.fixed_dictionaries({"a": first}, optional=optional)


def takes(kind, value):
    """Whether Terraform converts a value to a type: written anew here, from its documentation alone."""
    name = type(kind).__name__
    if name == "Any_":
        return True
    if name == "Primitive":
        return _is_plain(kind.name, value)
    if name == "Collection":
        inner = value.values() if kind.kind == "map" and isinstance(value, dict) else value
        wanted = dict if kind.kind == "map" else list
        return isinstance(value, wanted) and all(takes(kind.element, item) for item in inner)
    if name == "Tuple_":
        return isinstance(value, list) and len(value) == len(kind.elements) and all(map(takes, kind.elements, value))
    return isinstance(value, dict) and all(
        takes(attribute.type, value[key]) if key in value else attribute.optional
        for key, attribute in kind.attributes.items()
    )


def _is_plain(name, value):
    if isinstance(value, list | dict):
        return False
    if name == "number":
        return not isinstance(value, bool) and str(value).replace(".", "", 1).isdigit()
    return name == "string" or str(value).lower() in ("true", "false")


def is_valid(found, given_values):
    known = {row["name"]: row for row in found["variables"]}
    return given_values.keys() <= known.keys() and all(
        row["name"] in given_values and _is_right(row, given_values[row["name"]])
        for row in known.values()
        if row["required"] or row["name"] in given_values
    )


def _is_right(row, value):
    if value is None:
        return row["nullable"]
    return takes(parse_type(row["type"]), value) and (not row["options"] or value in row["options"])


@given(rows(VARIABLES), st.data())
def test_without_a_breaking_change_what_was_valid_stays_valid(variables, data):
    kept = [
        data.draw(st.just(row) | VARIABLES.map(lambda new, row=row: new | {"name": row["name"]})) for row in variables
    ]
    new = [variable(name, required=data.draw(st.booleans())) for name in data.draw(st.sets(st.sampled_from("yz")))]
    before, after = ({"variables": found, "required_version": ""} for found in (variables, kept + new))
    assume(not any(change.is_breaking for change in compare(before, after)))
    inputs = {}
    for row in variables:
        if row["required"] or data.draw(st.booleans()):
            choice = st.sampled_from(row["options"]) if row["options"] else values(row["type"])
            inputs[row["name"]] = data.draw(choice | st.none() if row["nullable"] else choice)
    assume(is_valid(before, inputs))
    assert is_valid(after, inputs)
