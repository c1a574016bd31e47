"""What is wrong in a file, on its way to a finding."""

from collections.abc import Iterator
from typing import NamedTuple

from modules.terraform.types import Type


class Problem(NamedTuple):
    """A sentence of what is wrong and what to do, and the line."""

    message: str
    line: int
    code: str = "invalid"


class Want(NamedTuple):
    """What a reference must be, which only the whole module can tell: a path (`references.path_of`) and its type."""

    message: str
    line: int
    path: tuple[str, ...]
    type: Type


class Needed(NamedTuple):
    """A file that a function reads; its path begins with MODULE where the module's own folder is named."""

    path: str
    line: int


MODULE = "${path.module}"
Row = Problem | Want | Needed
Found = Iterator[Row]
