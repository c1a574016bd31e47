import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from modules.terraform.hcl import read_file
from modules.terraform.syntax.native import read_native
from modules.terraform.syntax.scanner import FileSyntaxError, TooDeep

REPOSITORIES = Path(__file__).resolve().parents[3] / "demo" / "repositories"
PIECES = st.sampled_from(
    [
        "variable",
        "a-b",
        "ä",
        "1",
        "1.5",
        "for",
        "in",
        "if",
        "${",
        "%{",
        "$${",
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        "=",
        "==",
        "=>",
        ",",
        ".",
        "...",
        ":",
        "::",
        "?",
        "!",
        "-",
        "*",
        "~",
        "#",
        "//",
        "/*",
        "*/",
        "<<",
        "<<EOT",
        "EOT",
    ]
    + ['"x"', '"', " ", "\\", "\n", "\0"]
)


def line_of_refusal(text):
    try:
        read_native(text)
    except FileSyntaxError as error:
        return error.line
    return None


def test_file_with_marks_and_names_beyond_ascii_is_read():
    path = next(REPOSITORIES.rglob("weather_station/main.tf"))
    answer = read_file(path.read_text(encoding="utf-8-sig"), is_json=False)
    assert [(row["name"], row["line"]) for row in answer["outputs"]] == [("station", 17)]
    assert [(row["address"], row["line"]) for row in answer["resources"]] == [("terraform_data.station", 13)]
    assert answer["findings"] == []


def test_names_beyond_ascii_are_read_in_types_and_defaults():
    answer = read_file(
        'locals {\n  é = var.mått\n}\nvariable "mått" {\n  type = object({ höjd = number })\n'
        "  default = { höjd = 3 }\n}\n",
        is_json=False,
    )
    (variable,) = answer["variables"]
    assert (variable["type"], variable["default"]) == ("object({ höjd = number })", {"höjd": 3})
    assert answer["findings"] == []


@pytest.mark.parametrize(
    "value",
    [
        'a ? "${b}" : [for x in y : x if x != ""]',
        "{ for k, v in a :\n k => v...\n if v }",
        "a[*].b.*.c[0].0",
        '"$${no} ${"${deep}"} %{ if a ~}x%{ endif }"',
        '<<-EOT\n  } ] " ${a}\n  EOT',
        "(\n a\n .b\n || !c\n)",
        'provider::x::f(-1, "a",)',
        "{\n a = 1, // one\n b : 2\n (c) = 3 /* { */\n}",
        "[\n # nothing\n]",
    ],
)
def test_what_terraform_accepts_is_accepted(value):
    (block,) = read_native(f'x "y" {{\n  z = {value}\n}}\n').blocks
    assert block.attributes["z"].text == value


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("x = = 1\n", 1),
        ("x = 1 2\n", 1),
        ("x =\n", 1),
        ("x = [1,,2]\n", 1),
        ("x = (1]\n", 1),
        ("x = 1 +\n", 1),
        ('x = "a\n"\n', 1),
        ("x = “a”\n", 1),
        ('\nvariable "x" {\n  type = string\n', 2),
        ("a {}\n}\n", 2),
        ("x = <<EOT\nno end\n", 1),
        ("/* no end\n", 1),
        ('x = "${a"\n', 1),
        ("x = { a = 1 b = 2 }\n", 1),
    ],
)
def test_plain_mistake_is_refused_with_its_line(text, line):
    with pytest.raises(FileSyntaxError) as caught:
        read_native(text)
    assert caught.value.line == line


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "[" * 10_000 + "]" * 10_000,
        "a {\n" * 10_000 + "}\n" * 10_000,
        'x = "' + '${"' * 10_000 + '"}' * 10_000 + '"',
    ],
    ids=["brackets", "blocks", "templates"],
)
def test_nesting_has_an_end(text):
    with pytest.raises(TooDeep, match="deeper than 100 levels"):
        read_native(text)


@settings(max_examples=500, deadline=None)
@given(st.lists(PIECES, max_size=40).map(" ".join) | st.lists(PIECES, max_size=40).map("".join) | st.text())
@example("a {\n x = <<A\nA")
@example('x = "%%{')
def test_any_text_is_read_or_refused_with_a_line_of_it(text):
    line = line_of_refusal(text)
    assert line is None or 1 <= line <= text.count("\n") + 1


HOSTILE = ["/*/", "[", '"', "${", "<<A\n", "#", "\n", "a ", "a.", "{", "$", "\\", "é", '"${', "a=1\n", "x {}\n", "1"]


@pytest.mark.parametrize("piece", HOSTILE)
@pytest.mark.parametrize("before", ["", "x = ", 'x = "', "x = <<A\n"])
def test_time_grows_with_the_text_alone(before, piece):
    text = before + piece * (250_000 // len(piece))
    began = time.process_time()
    line_of_refusal(text)
    assert time.process_time() - began < 5
