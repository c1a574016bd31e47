"""Resources and calls of a module and its called folders, by Terraform's addresses: `module.db.aws_instance.main`.

A schema's `tree` maps the local folders it calls, by path from the module, to their `resources`, `calls`, `moves`,
`providers` and `programs`, as in the schema itself. Old schemas lack it.
"""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from modules.terraform.schema import Node, Schema

MOST_CALLS = 500  # folders that are visited: two calls each, ten folders deep, make a thousand
MOST_ROWS = 20_000  # resources and calls in them: five hundred calls of one large folder make a million
INDEX = re.compile(r"\[[^\]]*+(?:\]|\Z)")


@dataclass(frozen=True)
class Place:
    """A folder as one chain of calls reaches it: its address prefix, its path from the module, and its schema node.

    `above` are the called folders of the chain, this one included.
    """

    prefix: str
    folder: str
    node: Node
    above: frozenset[str]


@dataclass(frozen=True)
class Thing:
    """A resource or a module call; `inside` is the address of the enclosing call, blank at the top."""

    kind: str  # resource, data, ephemeral, action or module
    text: str  # a resource's type, a call's source
    inside: str
    is_opaque: bool = False  # a call whose contents are unknown


def walk(schema: Schema) -> Iterator[Place]:
    """Yield the module itself, then each local folder once for every chain of calls that leads to it.

    Stops after MOST_CALLS folders, or more than MOST_ROWS resources and calls in them.
    """
    rows = 0
    tree = schema.get("tree", {})
    waiting = deque([Place("", "", schema, frozenset())])
    for _ in range(MOST_CALLS):
        if not waiting or rows > MOST_ROWS:
            return
        place = waiting.popleft()
        yield place
        rows += len(place.node.get("resources", [])) + len(place.node.get("calls", []))
        for call in place.node.get("calls", []):
            target = call.get("target")
            if target in tree and target not in place.above:
                prefix = f"{place.prefix}module.{call['name']}."
                waiting.append(Place(prefix, target, tree[target], place.above | {target}))


def things(schema: Schema) -> dict[str, Thing]:
    """All resources and module calls by address."""
    tree, found = schema.get("tree", {}), {}
    for place in walk(schema):
        prefix, inside = place.prefix, place.prefix[:-1]
        for row in place.node.get("resources", []):
            *first, kind, _ = row["address"].split(".")
            found[f"{prefix}{row['address']}"] = Thing(first[0] if first else "resource", kind, inside)
        for call in place.node.get("calls", []):
            source = " ".join(filter(None, [call["source"], call.get("version", "")]))
            is_opaque = call.get("target") not in tree
            found[f"{prefix}module.{call['name']}"] = Thing("module", source, inside, is_opaque)
    return found


def moves(schema: Schema) -> dict[str, str]:
    """New addresses by old ones, from `moved` blocks, without instance keys."""
    return {
        f"{place.prefix}{INDEX.sub('', row['from'])}": f"{place.prefix}{INDEX.sub('', row['to'])}"
        for place in walk(schema)
        for row in place.node.get("moves", [])
    }
