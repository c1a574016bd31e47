"""The types of what one file says about itself that only its whole module can judge."""

from typing import NotRequired, TypedDict


class Declared(TypedDict):
    """Something that a module can declare once, by its kind and name; `many`: "count", "for_each" or blank."""

    kind: str
    name: str
    line: int
    many: str
    file: NotRequired[str]


class Referred(TypedDict):
    """A reference, as `references.Reference` has its path, and the address of what it is inside of."""

    path: list[str]
    line: int
    inside: str
    file: NotRequired[str]


class Wanted(TypedDict):
    """What a reference must be: the text of a type, and the sentence that begins with what needs it."""

    path: list[str]
    line: int
    message: str
    type: str
    file: NotRequired[str]


class ReadFile(TypedDict):
    """A file that a function reads, by its path, which may begin with `problems.MODULE`."""

    path: str
    line: int
    file: NotRequired[str]


class Flow(TypedDict):
    """The references that a value surely is made of: as a whole, or in parts of it."""

    kind: str  # local, output, count, for_each, or stored: an argument that is kept in the state
    name: str
    line: int
    whole: list[list[str]]
    deep: list[list[str]]
    file: NotRequired[str]


class Argument(TypedDict):
    """An argument of a module call, with its value as JSON where that is known."""

    name: str
    line: int
    value: str


class Facts(TypedDict):
    """What only the whole module can judge of one file."""

    declared: list[Declared]
    references: list[Referred]
    wants: list[Wanted]
    files: list[ReadFile]
    flows: list[Flow]
    locals: dict[str, str]  # types by name
    aliases: dict[str, list[str]]  # local values that are just another's name: its path
    arguments: dict[str, list[Argument]]  # of module calls by name
