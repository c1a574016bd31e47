"""A fuzz run of the reader: texts of the grammar, and demo files with something wrong, beside python-hcl2."""

import re
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from modules.terraform.syntax.native import read_native
from modules.terraform.syntax.scanner import FileSyntaxError

REPOSITORIES = Path(__file__).resolve().parents[3] / "demo" / "repositories"
LONGEST_MUTATED = 4_000  # characters: python-hcl2 reads each mutation, too
TEXTS = sorted(
    text
    for path in REPOSITORIES.rglob("*.tf")
    if path.is_file() and len(text := path.read_text(encoding="utf-8-sig")) <= LONGEST_MUTATED
)
NAMES = st.sampled_from(["a", "name", "x1", "under_score", "with-dash", "resource", "for_each"])
LABELS = st.sampled_from(['"a"', '"aws_vpc"', '"with space"', "bare"])
COMMENTS = st.sampled_from(["", " # {", " // ]", ' /* " */'])
LITERALS = st.sampled_from(
    ["1", "1.5", "true", "null", '"text"', '"$${no}"', '"a \\" b"', "var.a", "a.b[0].c", "a[*].b"]
)
HEREDOC = "<<-EOT\n    } text ${var.a}\n  EOT"


def _compound(inner):
    items = st.lists(inner, max_size=3)
    keys = st.sampled_from(["k", '"q"', "(var.k)"])
    return (
        items.map(lambda parts: f"[{', '.join(parts)}]")
        | items.map(lambda parts: "[\n" + "".join(f"  {part},\n" for part in parts) + "]")
        | st.lists(st.tuples(keys, inner), max_size=3).map(
            lambda pairs: "{\n" + "".join(f"  {key} = {value}\n" for key, value in pairs) + "}"
        )
        | items.map(lambda parts: f"fn({', '.join(parts)})")
        | inner.map(lambda part: f"({part})")
        | inner.map(lambda part: f'"${{{part}}} b"' if "\n" not in part and '"' not in part else '"${var.a}"')
        | st.tuples(inner, inner, inner).map(lambda parts: f"{parts[0]} == {parts[1]} ? {parts[2]} : null")
        | inner.map(lambda part: f"[for each in {part} : each.x if each.y]")
        | inner.map(lambda part: f"{{ for k, v in {part} : k => v... }}")
    )


EXPRESSIONS = st.recursive(LITERALS, _compound, max_leaves=6)
ATTRIBUTES = st.builds("{} = {}{}\n".format, NAMES, EXPRESSIONS, COMMENTS) | NAMES.map(
    lambda name: f"{name} = {HEREDOC}\n"
)


def _blocks(bodies):
    return st.builds(
        lambda name, labels, body, comment: f"{' '.join([name, *labels])} {{{comment}\n{body}}}\n",
        NAMES,
        st.lists(LABELS, max_size=3),
        st.lists(bodies, max_size=3).map("".join),
        st.sampled_from(["", " # }"]),
    )


BLOCKS = st.recursive(ATTRIBUTES, _blocks, max_leaves=5)
DOCUMENTS = st.lists(_blocks(BLOCKS) | st.sampled_from(["\n", "# { text\n", "/* }\n */\n"]), max_size=4).map("".join)
PIECES = st.sampled_from(
    ["{", "}", "[", "]", "(", ")", '"', "${", "<<EOT\n", "=", ",", "\n", "#", "/*", "*/", "\\", "é"]
)


def lines(blocks):
    for block in blocks:
        yield block.line
        yield from (value.line for value in block.attributes.values())
        yield from lines(block.blocks)


def refusal(text):
    """Why a text is refused, without names and lines."""
    try:
        read_native(text)
    except FileSyntaxError as error:
        return re.sub(r"^[\w-]+ (is set twice in this block), .*", r"\1", str(error))
    return ""


def read(text):
    """The blocks, or None where the text is refused; either way with lines of this text."""
    try:
        blocks = read_native(text).blocks
        found = list(lines(blocks))
    except FileSyntaxError as error:
        blocks, found = None, [error.line]
    assert all(1 <= line <= text.count("\n") + 1 for line in found)
    return blocks


@settings(max_examples=300, deadline=None)
@given(DOCUMENTS)
def test_text_of_the_grammar_is_read_unless_something_is_set_twice(text):
    assert refusal(text) in ("", "is set twice in this block")


@st.composite
def mutations(draw):
    """A demo file in which something was cut out, doubled, put in, or put elsewhere."""
    text = draw(st.sampled_from(TEXTS))
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        end = min(start + draw(st.integers(0, 30)), len(text))
        other = draw(st.integers(0, len(text)))
        part = draw(st.sampled_from(["", text[start:end] * 2, text[other : other + 20]]) | PIECES)
        text = text[:start] + part + text[end:]
    return text


@settings(max_examples=300, deadline=None)
@given(mutations())
def test_demo_file_with_a_mistake_is_read_or_refused_with_its_line(text):
    read(text)
