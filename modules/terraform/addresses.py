"""What a module and the local folders that it calls hold, by Terraform's own addresses: `module.db.aws_instance.main`.

A schema's `tree` has the folders that it calls, by their path from the module; each holds `resources`, `calls`,
`moves`, `providers` and `programs` as the schema itself does. Schemas that were stored before lack it.
"""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from modules.terraform.schema import Node, Schema

MOST_CALLS = 500  # that are followed: two calls each, ten folders deep, are a thousand
MOST_ROWS = 20_000  # resources and calls in them: five hundred calls of one large folder are a million
INDEX = re.compile(r"\[[^\]]*\]")


@dataclass(frozen=True)
class Place:
    """A folder by the way to it: the prefix of its addresses, its path from the module, and the folders on the way."""

    prefix: str
    folder: str
    node: Node
    above: frozenset[str]


@dataclass(frozen=True)
class Thing:
    """A resource or a module call; `inside` is the address of the call around it, blank at the top."""

    kind: str  # resource, data, ephemeral or module
    text: str  # a resource's type, a call's source
    inside: str
    is_opaque: bool = False  # a call of which nobody knows what it holds


def walk(schema: Schema) -> Iterator[Place]:
    """Yield the module itself, and then each local folder once for every way of calls that leads to it.

    It ends after MOST_CALLS folders, or MOST_ROWS in them; what lies beyond is not told.
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
    """Where `moved` blocks say that addresses have gone, without instance keys."""
    return {
        f"{place.prefix}{INDEX.sub('', row['from'])}": f"{place.prefix}{INDEX.sub('', row['to'])}"
        for place in walk(schema)
        for row in place.node.get("moves", [])
    }
