import json

import pytest

from deployments.inputs import values
from modules.terraform.types import parse_type


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("-7", -7),
        (" 42 ", 42),
        ("1.0", 1),
        ("1e3", 1000),
        ("1.5", 1.5),
        ("0.1", 0.1),
        ("1e-7", 1e-07),
        ("12345678901234567890", 12345678901234567890),
        ("3.141592653589793238462643", "3.141592653589793238462643"),
    ],
)
def test_number_keeps_every_digit(text, number):
    assert values.number(text) == number
    assert type(values.number(text)) is type(number)


@pytest.mark.parametrize("text", ["", "five", "1,5", "NaN", "Infinity", "0x10", "1e400", "9" * 61, "1_000", "٣"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(values.BadValue):
        values.number(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": [1, 2.5, null, true]}', {"a": [1, 2.5, None, True]}),
        ('{ a = "x", b = [1, 2,] }', {"a": "x", "b": [1, 2]}),
        ("[\n  1, # one\n  2,\n]", [1, 2]),
        ('"${not a template in JSON}"', "${not a template in JSON}"),
        ("true", True),
        ("null", None),
    ],
)
def test_json_and_hcl_are_read(text, value):
    assert values.read(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[1",
        "{ a = var.b }",
        '{ a = "x${y}" }',
        '{"a": 1, "a": 2}',
        "[NaN]",
        '"\\u0000"',
        '"\\ud800"',
        "[3.141592653589793238462643]",
        "[" * 60_000,
        "9" * 5000,
        '"' + "x" * 300_000 + '"',
    ],
)
def test_what_cannot_be_kept_is_refused_with_a_sentence(text):
    with pytest.raises(values.BadValue, match=r"\.$"):
        values.read(text)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0000001, "0.0000001"), (1e21, "1000000000000000000000"), (1e-70, "1e-70"), (5, "5"), (True, "true")],
)
def test_a_number_is_shown_without_exponent_where_it_is_short(value, text):
    assert values.show(value) == text


def test_a_large_value_is_shown_on_one_line_where_it_can_be_read_back():
    deep = [[[[list(range(9_000))] * 3]]]
    assert values.read(values.show_json(deep)) == deep


@pytest.mark.parametrize("value", [{"a": [1, "ü\n", {"b": None}]}, "text", 1.5, True, [], {}])
def test_shown_json_is_read_as_the_same_value(value):
    assert values.read(values.show_json(value)) == value


@pytest.mark.parametrize(
    ("value", "type_", "reason"),
    [
        ([1], "list(string)", ""),
        ("5", "number", ""),
        ({"a": 1, "z": 1}, "object({a=number, b=optional(string)})", ""),
        ({"b": "x"}, "object({a=number, b=optional(string)})", "The value has no “a”."),
        ([{"a": ["x"]}], "list(object({a=list(number)}))", "Element 1 is not a number."),
        ({}, "list(string)", "The value is not a list."),
        ([1], "tuple([string, number])", "The value needs exactly 2 elements."),
        ("maybe", "bool", "The value is not a bool."),
        ("TRUE", "bool", "The value is not a bool."),
        ("1", "bool", ""),
        (1, "bool", "The value is not a bool."),
        (" 1", "number", "The value is not a number."),
    ],
)
def test_a_value_of_another_shape_is_named(value, type_, reason):
    assert values.mismatch(value, parse_type(type_)) == reason


def test_big_numbers_survive_json():
    assert json.loads(json.dumps(values.number("123456789012345678901234567890"))) == 123456789012345678901234567890
