import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.terraform.literals import NotLiteral, parse_literal, to_hcl

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.floats(-1e9, 1e9, width=32)
    | st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc-_ é", max_size=5), inner, max_size=3),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('"plain"', "plain"),
        (r'"tab\tquote\"line\nback\\slash \u00e9"', 'tab\tquote"line\nback\\slash é'),
        ('"cost $${x} and %%{if}"', "cost ${x} and %{if}"),
        ("-1.5e3", -1500),
        ("0.1", 0.1),
        ("12345678901234567890", 12345678901234567890),
        ("[1, true, null,]", [1, True, None]),
        ('{ a = 1, "b-c" : [2], (3) = "x" }', {"a": 1, "b-c": [2], "3": "x"}),
        ("{\n  a = 1 # one\n  b = 2 // two\n  /* three */ c = 3\n}", {"a": 1, "b": 2, "c": 3}),
        ("<<EOF\n  raw\\n\ntext\nEOF\n", "  raw\\n\ntext\n"),
        ("<<-EOF\n    one\n\n      two\n    EOF", "one\n\n  two\n"),
        ("<<E\nE\n", ""),
        ("((5))", 5),
    ],
)
def test_literal_is_read(text, value):
    assert parse_literal(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "var.x",
        '"a ${var.x}"',
        '"%{if true}a%{endif}"',
        "<<EOF\n${x}\nEOF\n",
        'file("x")',
        "1 + 2",
        "[1 2]",
        "{ a }",
        '"open',
        r'"\q"',
        r'"\u0000"',
        r'"\ud800"',
        "9" * 400,
        "1e999999999",
        "[" * 60 + "]" * 60,
        "",
    ],
)
def test_what_needs_evaluation_or_cannot_be_stored_is_refused(text):
    with pytest.raises(NotLiteral):
        parse_literal(text)


@pytest.mark.parametrize("text", ["{ image = 3", "[1,", "{ a ="])
def test_what_ends_too_early_is_said_so(text):
    with pytest.raises(NotLiteral, match="it ends too early"):
        parse_literal(text)


@given(VALUES)
def test_every_json_value_survives_hcl_and_back(value):
    assert parse_literal(to_hcl(value)) == value
