"""Two versions of a module as contracts: each change is listed once, and classed by its effect on deployers."""

import json

import pytest
from django.template.loader import render_to_string

from modules.tests.schemas import of_texts
from modules.versions.compare import Change
from modules.versions.numbering import bump_of


def of_variable(before, after):
    """Changes of one variable, without its name; the texts are the insides of its block."""
    found = of_texts(*(f'variable "x" {{\n{body}\n}}\n' for body in (before, after)))
    assert {name for _, name, *_ in found} <= {"x"}
    return [(what, *rest) for what, _, *rest in found]


def test_page_of_the_publisher_reads_as_a_table_of_changes():
    before = 'variable "retention_days" {\n type = number\n default = 30\n}\nvariable "replicas" { default = 2 }\n'
    after = (
        'variable "retention" {\n type = object({ hot = number, cold = number })\n}\n'
        'variable "replicas" { default = 3 }\n'
        'terraform {\n required_providers {\n tls = { source = "hashicorp/tls", version = "~> 4.0" }\n }\n}\n'
    )
    assert of_texts(before, after) == [
        ("Input added, required", "retention", "", "object({ hot, cold })", "major"),
        ("Input removed", "retention_days", "number, 30", "", "major"),
        ("Provider added", "hashicorp/tls", "", "~> 4.0", "minor"),
        ("Default changed", "replicas", "2", "3", "minor"),
    ]


VALID = 'type = string\nvalidation {\n condition = %s\n error_message = "%s"\n}'


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ("type = string", "type = number", ("Type changed", "string", "number", "major")),
        ("type = number", "type = string", ("Type widened", "number", "string", "minor")),
        ("type = list(string)", "type = any", ("Type widened", "list(string)", "any", "minor")),
        ("type = any", "type = list(string)", ("Type changed", "any", "list(string)", "major")),
        ("type = set(string)", "type = list(string)", ("Type changed", "set(string)", "list(string)", "minor")),
        (
            "type = object({ a = string })",
            "type = object({ a = string, b = optional(number) })",
            ("Type widened", "object({ a })", "object({ a, b })", "minor"),
        ),
        (
            "type = object({ a = string })",
            "type = object({ a = string, b = number })",
            ("Type changed", "object({ a })", "object({ a, b })", "major"),
        ),
        (
            "type = object({ a = string, b = number })",
            "type = object({ a = string })",
            ("Type changed", "object({ a, b })", "object({ a })", "major"),
        ),
        (
            "type = object({ a = optional(number, 3) })",
            "type = object({ a = optional(number, 4) })",
            ("Type changed", "object({ a = optional(number, 3) })", "object({ a = optional(number, 4) })", "minor"),
        ),
        ("type = string\ndefault = 1", "type = string", ("Input now required", "1", "", "major")),
        ("type = string", 'type = string\ndefault = "a"', ("Input no longer required", "", '"a"', "minor")),
        ("default = 1", "default = true", ("Default changed", "1", "true", "minor")),
        ("default = null", "default = {}", ("Default changed", "null", "{}", "minor")),
        ("default = 1 + 1", "default = 1 + 2", ("Default changed", "1 + 1", "1 + 2", "minor")),
        ("nullable = true", "nullable = false", ("Input no longer nullable", "nullable", "not nullable", "major")),
        ("nullable = false", "", ("Input now nullable", "not nullable", "nullable", "minor")),
        ("sensitive = true", "", ("Input no longer sensitive", "sensitive", "not sensitive", "major")),
        ("", "sensitive = true", ("Input now sensitive", "not sensitive", "sensitive", "minor")),
        ("sensitive = true", "ephemeral = true", ("Input now ephemeral", "not ephemeral", "ephemeral", "minor")),
        (
            'description = "{{UIMeta group=1}}"',
            'description = "{{UIMeta group=0}}"',
            ("Input hidden from deployers", "asked", "publisher and admins only", "major"),
        ),
        (
            'description = "{{UIMeta group=0}}"',
            "",
            ("Input shown to deployers", "publisher and admins only", "asked", "minor"),
        ),
        (
            'type = string\ndescription = "{{UIMeta options=a,b}}"',
            'type = string\ndescription = "{{UIMeta options=a}}"',
            ("Options narrowed", '"a", "b"', '"a"', "major"),
        ),
        (
            'type = string\ndescription = "{{UIMeta options=a,b}}"',
            'type = string\ndescription = "{{UIMeta options=c,b,a}}"',
            ("Options widened", '"a", "b"', '"c", "b", "a"', "minor"),
        ),
        (
            'type = string\ndescription = "{{UIMeta options=a,b}}"',
            'type = string\ndescription = "{{UIMeta options=a,c}}"',
            ("Options narrowed", '"a", "b"', '"a", "c"', "major"),
        ),
        ("type = string", VALID % ("var.x > 0", "No."), ("Validation added", "", "var.x > 0", "major")),
        (VALID % ("var.x > 0", "No."), "type = string", ("Validation removed", "var.x > 0", "", "minor")),
        (
            VALID % ("var.x > 0", "No."),
            VALID % ("var.x > 1", "No."),
            ("Validation changed", "var.x > 0", "var.x > 1", "major"),
        ),
        (
            VALID % ("var.x > 0", "No."),
            VALID % ("var.x  >  0", "Yes."),
            ("Validation message changed", "No.", "Yes.", "patch"),
        ),
        (
            "type = string",
            VALID % ('contains(["a", "b"], var.x)', "a or b"),
            ("Options narrowed", "", '"a", "b"', "major"),
        ),
        (
            VALID % ('contains(["a", "b"], var.x)', "a or b"),
            VALID % ('contains(["a", "b", "c"], var.x)', "a, b or c"),
            ("Options widened", '"a", "b"', '"a", "b", "c"', "minor"),
        ),
        (
            VALID % ('contains(["a", "b"], var.x)', "a or b"),
            "type = string",
            ("Options widened", '"a", "b"', "", "minor"),
        ),
        (
            'type = string\ndescription = "{{UIMeta options=a}}"',
            'description = "{{UIMeta options=a}}"\n' + VALID % ('contains(["a"], var.x)', "a"),
            ("Validation added", "", 'contains(["a"], var.x)', "major"),
        ),
    ],
)
def test_change_of_a_variable_is_told_once_with_its_class(before, after, change):
    assert of_variable(before, after) == [change]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('description = "Old."', 'description = "New. {{UIMeta group=2 order=3 updatesafe}}"'),
        ("type = string\ndefault = null", "default = null\ntype=string"),
        (VALID % ('contains(["a", "b"], var.x)', "a or b"), VALID % ('contains([ "b","a" ], var.x)', "a or b")),
        ("type = object({a=string,b=string})", "type = object({\n a = string\n b = string\n})"),
    ],
)
def test_what_nobody_depends_on_is_no_change(before, after):
    assert of_variable(before, after) == []


def test_outputs_are_promises():
    before = 'output "a" { value = 1 }\noutput "b" { value = 1 }\noutput "c" {\n value = 1\n sensitive = true\n}\n'
    after = 'output "b" {\n value = 2\n sensitive = true\n}\noutput "c" { value = 1 }\noutput "d" { value = 1 }\n'
    assert of_texts(before, after) == [
        ("Output removed", "a", "a value", "", "major"),
        ("Output no longer sensitive", "c", "sensitive", "not sensitive", "major"),
        ("Output now sensitive", "b", "not sensitive", "sensitive", "minor"),
        ("Output added", "d", "", "a value", "minor"),
    ]


def provider(source, version):
    return (
        f'terraform {{\n required_version = "{version}"\n required_providers {{\n'
        f' aws = {{ source = "{source}", version = "{version}" }}\n }}\n}}\n'
    )


def test_providers_and_versions():
    assert of_texts(provider("hashicorp/aws", "~> 5.0"), provider("acme/aws", "~> 6.0")) == [
        ("Provider source changed", "aws", "hashicorp/aws", "acme/aws", "major"),
        ("Provider version changed", "acme/aws", "~> 5.0", "~> 6.0", "minor"),
        ("Terraform version changed", "terraform", "~> 5.0", "~> 6.0", "minor"),
    ]
    assert of_texts(provider("hashicorp/aws", "~> 5.0"), "") == [
        ("Provider dropped", "hashicorp/aws", "~> 5.0", "", "minor"),
        ("Terraform version changed", "terraform", "~> 5.0", "any version", "minor"),
    ]
    same = provider("registry.terraform.io/HashiCorp/aws", "~>5.0")
    assert of_texts(provider("hashicorp/aws", "~> 5.0"), same) == []


def test_what_the_platform_reads_or_gives_is_no_input():
    text = 'variable "credit_cost" { default = 3 }\nvariable "deployment_id" { type = string }\n'
    assert of_texts("", text) == []
    assert of_texts(text, text.replace("3", "4")) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("default = 'SECRET-1'", "default = 'SECRET-2'"),
        ("default = 'SECRET-1'", ""),
        ("", "default = 'SECRET-1'"),
        ("type = object({ a = optional(string, 'SECRET-1') })", "type = object({ a = optional(string, 'SECRET-2') })"),
        ("type = object({ a = optional(string, 'SECRET-1') })", "type = object({ a = optional(number, 1) })"),
        ("default = upper('SECRET-1')", "default = upper('SECRET-2')"),
    ],
)
@pytest.mark.parametrize(
    "sides", [("sensitive = true", "sensitive = true"), ("sensitive = true", ""), ("", "sensitive = true")]
)
def test_default_of_a_sensitive_variable_is_never_shown(before, after, sides):
    bodies = [body.replace("'", '"') + "\n" + flag for body, flag in zip((before, after), sides, strict=True)]
    found = of_variable(*bodies)
    assert found
    assert "SECRET" not in json.dumps(found)


def test_sensitive_input_comes_and_goes_without_its_default():
    text = 'variable "x" {\n type = string\n default = "SECRET"\n sensitive = true\n}\n'
    assert of_texts(text, "") == [("Input removed", "x", "string, sensitive", "", "major")]
    assert of_texts("", text) == [("Input added, optional", "x", "", "string, sensitive", "minor")]


def test_long_texts_are_cut_so_that_they_still_differ():
    ((_, before, after, _),) = of_variable(*(f'default = "{"x" * 500}{end}{"y" * 500}"' for end in "ab"))
    assert (len(before), len(after)) == (60, 60)
    assert before != after
    assert before.startswith("…x")
    assert before.endswith("…")


def test_row_of_a_version_reads_back():
    change = Change("Input removed", "x", "number, 30", "", "major")
    assert Change(**json.loads(json.dumps(change.as_row()))) == change
    assert change.is_breaking


def test_step_of_all_changes_is_the_widest():
    steps = [Change("", "", "", "", bump) for bump in ("patch", "minor", "major")]
    assert [bump_of(steps[:count]) for count in range(4)] == ["patch", "patch", "minor", "major"]


def test_table_shows_each_change_and_says_when_there_is_none():
    html = render_to_string(
        "modules/_interface.html", {"changes": [Change("Input removed", "<x>", "number, 30", "", "major")]}
    )
    assert "Breaking" in html
    cells = [line.strip() for line in html.splitlines() if line.strip().startswith("<td")]
    assert cells[1:] == [
        "<td>Input removed</td>",
        "<td><code>&lt;x&gt;</code></td>",
        "<td>number, 30</td>",
        '<td class="muted">none</td>',
    ]
    assert "The interface is the same." in render_to_string("modules/_interface.html", {"changes": []})
