"""python-hcl2 as a second reader of native syntax: whether it finds the blocks and attributes that ours has found.

Deployers and automatic publishing trust the list of what a module can do, so a fault of one reader must not hide a
program. Where the two differ, the publisher is told. python-hcl2 refuses a few files that Terraform accepts; it then
has nothing to say. It is slow, so it reads only files in which something could hide.
"""

import re
from collections.abc import Iterator

import hcl2
from lark import Token, Tree
from lark.exceptions import LarkError

from modules.terraform.syntax.blocks import Block

# Words without which a file holds no program and no outside read; an escape could hide one of them.
TELLING = re.compile(r"provisioner|external|local_command|remote_state|\bexec\b|\bhttp\b(?!:)|\\[uU]")
Place = tuple[str, ...]  # the types and labels of the blocks around it, and its own


def disagrees(text: str, root: Block) -> bool:
    """Whether python-hcl2 reads the text, and finds other blocks or attributes than those of `root`."""
    if not TELLING.search(text):
        return False
    try:
        tree = hcl2.parses_to_tree(text)
        return set(_outline_of_tree(tree.children[0], ())) != set(_outline(root, ()))
    except (LarkError, RecursionError):
        return False


def _outline(block: Block, above: Place) -> Iterator[Place]:
    yield from ((*above, name, "=") for name in block.attributes)
    for inner in block.blocks:
        place = (*above, inner.type, *inner.labels)
        yield place
        yield from _outline(inner, place)


def _outline_of_tree(body: Tree, above: Place) -> Iterator[Place]:
    for child in body.children:
        if not isinstance(child, Tree):
            continue
        if child.data == "attribute":
            yield (*above, str(child.children[0].children[0]), "=")
        elif child.data == "block":
            parts = [part for part in child.children if isinstance(part, Tree)]
            *words, inner = [part for part in parts if part.data != "new_line_or_comment"]
            place = (*above, *map(_word, words))
            yield place
            yield from _outline_of_tree(inner, place)


def _word(part: Tree) -> str:
    return "".join(str(token) for token in part.scan_values(lambda item: isinstance(item, Token))).strip('"')
