import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.terraform.types import Any_, Attribute, Collection, Object, Primitive, Tuple_, TypeSyntaxError, parse_type

STRING, NUMBER = Primitive("string"), Primitive("number")
NAMES = st.from_regex(r"[a-z_][a-z0-9_-]{0,6}", fullmatch=True)
TYPES = st.recursive(
    st.sampled_from([STRING, NUMBER, Primitive("bool"), Any_()]),
    lambda inner: (
        st.builds(Collection, st.sampled_from(["list", "set", "map"]), inner)
        | st.builds(
            Object,
            st.dictionaries(
                NAMES,
                st.builds(Attribute, inner) | st.builds(Attribute, inner, st.just(True), st.none() | st.integers(0, 9)),
                max_size=3,
            ),
        )
        | st.builds(Tuple_, st.lists(inner, max_size=3).map(tuple))
    ),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("string", STRING),
        ('"string"', STRING),
        ("any", Any_()),
        ("list", Collection("list", Any_())),
        ("map(list(number))", Collection("map", Collection("list", NUMBER))),
        ("tuple([string, number])", Tuple_((STRING, NUMBER))),
        ("object({})", Object({})),
        ("object({ name = string, age = optional(number, 3) })", None),
    ],
)
def test_type_is_read(text, found):
    nested = Object({"name": Attribute(STRING), "age": Attribute(NUMBER, optional=True, default=3)})
    assert parse_type(text) == (found or nested)


def test_object_over_several_lines_with_comments():
    text = 'object({\n  a = string # why\n  "b c" = optional(list(string), ["x"])\n})'
    assert str(parse_type(text)) == 'object({ a = string, "b c" = optional(list(string), ["x"]) })'


@pytest.mark.parametrize(
    "text", ["", "strin", "list(", "list(string))", "object(string)", "map(string,)", "list(" * 99]
)
def test_what_is_no_type_is_refused(text):
    with pytest.raises(TypeSyntaxError):
        parse_type(text)


@given(TYPES)
def test_text_of_a_type_reads_back_as_itself(found):
    assert parse_type(str(found)) == found
