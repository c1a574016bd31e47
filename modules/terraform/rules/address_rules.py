"""Rules of moved, removed and import blocks.

Source: Terraform 1.15, internal/configs/moved.go, removed.go and import.go.
"""

from modules.terraform.rules import references
from modules.terraform.syntax.blocks import Block
from modules.terraform.syntax.expressions import keyword, plain
from modules.terraform.syntax.problems import Found, Problem


def _address(block: Block) -> Found:
    """The addresses in moved and removed blocks."""
    for name in ("from", "to"):
        value = block.attributes.get(name)
        if value is None:
            continue
        path = references.path_of(value.tree)
        if not path or any(step in ("[?]", "[*]") for step in path):
            yield Problem(f"{name} needs the address of a resource or a module, as in aws_vpc.main.", value.line)
        elif path[0] in ("var", "local", "each", "count", "path", "self") or len(path) < 2:
            yield Problem(f"“{''.join(path)}” in {name} is no address of a resource or a module.", value.line)


def _is_module(path: tuple[str, ...]) -> bool:
    names = [path[0], *(step[1:] for step in path[1:] if step.startswith("."))]
    return len(names) % 2 == 0 and set(names[::2]) == {"module"}


def of_moved(block: Block) -> Found:
    yield from _address(block)
    paths = [references.path_of(value.tree) for value in block.attributes.values()]
    if len({_is_module(path) for path in paths if path}) > 1:
        yield Problem("from and to must both be resources or both be modules.", block.line)


def of_removed(block: Block) -> Found:
    yield from _address(block)
    start = block.attributes.get("from")
    path = references.path_of(start.tree) if start else ()
    if path and ("data" in path[0:1] or path[-1].startswith("[")):
        yield Problem("from needs a resource or a module as a whole, without an index.", block.line)
    for inner in block.all("provisioner"):
        when = inner.attributes.get("when")
        if not when or (keyword(when.tree) or plain(when.tree)) != "destroy":
            yield Problem("A provisioner of a removed block needs “when = destroy”. Add it.", inner.line)


def of_import(block: Block) -> Found:
    ways = [name for name in ("id", "identity") if name in block.attributes]
    if len(ways) != 1:
        yield Problem("An import needs id or identity, one of them.", block.line)
    elif "id" in block.attributes and plain(block.attributes["id"].tree) == "":
        yield Problem("The id of an import cannot be blank.", block.attributes["id"].line)
