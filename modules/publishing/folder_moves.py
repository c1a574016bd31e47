"""Which folder that is new in a repository goes on with a module whose folder has vanished."""

from collections import defaultdict
from collections.abc import Hashable, Iterable

from modules.terraform.schema import Schema, asked

Pairs = dict[str, str]


def by_name(vanished: Iterable[str], new: Iterable[str]) -> Pairs:
    """Pair vanished paths with new ones whose folder has the same name, ignoring case, where both are the only ones."""
    return _pairs({path: _name(path) for path in vanished}, {path: _name(path) for path in new})


def by_interface(vanished: dict[str, Schema], new: dict[str, Schema]) -> Pairs:
    """Pair vanished paths with new ones of the same interface, given their schemas, where both are the only ones.

    A module without any input or resource looks like too many others, and is paired with none.
    """
    return _pairs(*({path: interface(schema) for path, schema in each.items()} for each in (vanished, new)))


def interface(schema: Schema) -> Hashable:
    """Names and types of the inputs, names of the outputs, addresses of the resources; None for a trivial one."""
    inputs = frozenset((row["name"], row["type"]) for row in asked(schema))
    resources = frozenset(row["address"] for row in schema.get("resources", []))
    if not inputs and not resources:
        return None
    return inputs, frozenset(row["name"] for row in schema.get("outputs", [])), resources


def same_names(vanished: Iterable[str], new: Iterable[str]) -> set[str]:
    """The paths, of both, whose folder's name stands on both sides: decided by name, or by nobody."""
    vanished, new = list(vanished), list(new)
    both = {_name(path) for path in vanished} & {_name(path) for path in new}
    return {path for path in [*vanished, *new] if _name(path) in both}


def _name(path: str) -> str | None:
    return path.rpartition("/")[2].casefold() or None


def _pairs(vanished: dict[str, Hashable], new: dict[str, Hashable]) -> Pairs:
    sides = []
    for keys in (vanished, new):
        side = defaultdict(list)
        for path, key in keys.items():
            if key is not None:
                side[key].append(path)
        sides.append(side)
    old, fresh = sides
    return {old[key][0]: fresh[key][0] for key in old if len(old[key]) == len(fresh.get(key, ())) == 1}
