import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.terraform.types import (
    Any_,
    Attribute,
    Collection,
    Object,
    Primitive,
    Tuple_,
    TypeSyntaxError,
    computed_defaults,
    parse_type,
)

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
    "text", ["", "strin", "list(", "list(string))", "object(string)", "map(string,,)", "list(" * 99]
)
def test_what_is_no_type_is_refused(text):
    with pytest.raises(TypeSyntaxError):
        parse_type(text)


@pytest.mark.parametrize(
    ("default", "expression"),
    [
        ("60 * 60", "60 * 60"),
        ("!true", "!true"),
        ('"a-${"b"}"', '"a-${"b"}"'),
        ('"${")"}, x"', '"${")"}, x"'),
        ('true ? "x" : "y"', 'true ? "x" : "y"'),
        ("[1 + 1, 2]", "[1 + 1, 2]"),
        ('[for x in ["a"] : x][0]', '[for x in ["a"] : x][0]'),
        ("(1) + 2,", "(1) + 2"),
        ("-1", ""),
        ("null,", ""),
        ("", ""),
    ],
)
def test_default_that_only_terraform_can_compute_is_kept_as_text(default, expression):
    text = f"object({{ a = optional(any, {default}), b = string }})"
    found = parse_type(text)
    assert (found.attributes["a"].expression, found.attributes["b"]) == (expression, Attribute(STRING))
    assert parse_type(str(found)) == found
    assert list(computed_defaults(Collection("list", found))) == (["a"] if expression else [])


@pytest.mark.parametrize("default", ["upper(1)", "[upper(1)]", "local.x", "1, 2", '"${', "1)", ","])
def test_default_inside_a_type_that_terraform_refuses_is_refused(default):
    with pytest.raises(TypeSyntaxError):
        parse_type(f"object({{ a = optional(string, {default}) }})")


@given(TYPES)
def test_text_of_a_type_reads_back_as_itself(found):
    assert parse_type(str(found)) == found
