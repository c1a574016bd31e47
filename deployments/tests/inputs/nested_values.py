"""Random types of variables and values of them, for property tests."""

from hypothesis import strategies as st

from modules.terraform.types import Any_, Attribute, Collection, Object, Primitive, Tuple_

NAMES = st.from_regex(r"[a-z][a-z0-9_-]{0,6}", fullmatch=True)
# A browser turns every line end into the same two characters.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=8)
NUMBERS = st.integers(-(10**20), 10**20) | st.floats(-1e9, 1e9).filter(lambda number: abs(number) > 1e-9)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
PRIMITIVES = {"string": TEXTS, "number": NUMBERS, "bool": st.booleans()}


@st.composite
def attributes(draw, inner):
    kind = draw(inner)
    if not draw(st.booleans()):
        return Attribute(kind)
    has_default = isinstance(kind, Primitive) and draw(st.booleans())
    return Attribute(kind, optional=True, default=draw(PRIMITIVES[kind.name]) if has_default else None)


def _nest(inner):
    return (
        st.builds(Collection, st.sampled_from(["list", "set", "map"]), inner)
        | st.builds(Object, st.dictionaries(NAMES, attributes(inner), max_size=7))
        | st.builds(Tuple_, st.lists(inner, max_size=3).map(tuple))
    )


LEAVES = st.just(Any_()) | st.sampled_from(list(PRIMITIVES)).map(Primitive)
NESTED = _nest(st.recursive(LEAVES, _nest, max_leaves=8))


@st.composite
def values_of(draw, kind, is_whole=True):
    """A value of this type; one inside it may be null. What may be left out is left out or not null."""
    if isinstance(kind, Any_):
        return draw(JSON)
    if not is_whole and draw(st.integers(0, 9)) == 0:
        return None
    if isinstance(kind, Primitive):
        return draw(PRIMITIVES[kind.name])
    if isinstance(kind, Tuple_):
        return [draw(values_of(element, False)) for element in kind.elements]
    if isinstance(kind, Object):
        given = {name: each for name, each in kind.attributes.items() if not each.optional or draw(st.booleans())}
        found = {name: draw(values_of(each.type, each.optional)) for name, each in given.items()}
        return {name: value for name, value in found.items() if value is not None or not given[name].optional}
    keys = draw(st.lists(TEXTS.filter(bool), max_size=3, unique=True)) if kind.kind == "map" else range(draw(COUNTS))
    rows = [draw(values_of(kind.element, False)) for _ in keys]
    return dict(zip(keys, rows, strict=True)) if kind.kind == "map" else rows


COUNTS = st.integers(0, 3)
# Line ends that no page can show as they are, among others.
ENDS = st.lists(st.sampled_from(["\r\n", "\r", "\n", "a", " ", "", "0"]), max_size=5).map("".join)
SPELLINGS = {
    "string": ENDS | TEXTS | NUMBERS | st.booleans(),
    "number": NUMBERS | st.integers(-(10**9), 10**9).map(lambda number: f"{number}.50"),
    "bool": st.booleans() | st.sampled_from(["true", "false", "1", "0"]),
}


@st.composite
def spelled(draw, kind):
    """A default for this type, spelled in any way that Terraform converts to it."""
    if isinstance(kind, Any_):
        return draw(JSON | ENDS)
    if isinstance(kind, Primitive):
        return draw(SPELLINGS[kind.name])
    if isinstance(kind, Tuple_):
        return [draw(spelled(element)) for element in kind.elements]
    if isinstance(kind, Object):
        given = {name: each for name, each in kind.attributes.items() if not each.optional or draw(st.booleans())}
        return {name: draw(spelled(each.type)) for name, each in given.items()}
    if kind.kind == "map":
        return {key: draw(spelled(kind.element)) for key in draw(st.lists(ENDS | TEXTS, max_size=3, unique=True))}
    return [draw(spelled(kind.element)) for _ in range(draw(COUNTS))]


FLAT = LEAVES | st.builds(Collection, st.sampled_from(["list", "set", "map"]), LEAVES)


@st.composite
def spelled_cases(draw):
    """A type, and a default for it in any spelling."""
    kind = draw(FLAT | NESTED)
    return kind, draw(spelled(kind))


@st.composite
def cases(draw):
    """A type, and a value of it."""
    kind = draw(NESTED)
    return kind, draw(values_of(kind))
