"""Detects renamed folders: pairs vanished paths of modules with new paths in the repository."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping

from modules.terraform.schema import Schema, asked

Pairs = dict[str, str]


def by_name(vanished: Iterable[str], new: Iterable[str]) -> Pairs:
    """Pair vanished paths with new ones by the folder's name, ignoring case, where it is unique on both sides.

    Where it is not, the names of the folders above it decide, as far as they are the same.
    """
    vanished, new = list(vanished), list(new)
    pairs: Pairs = {}
    for length in range(max(path.count("/") + 1 for path in [*vanished, *new, ""]), 0, -1):
        found = _pairs(*({path: _end(path, length) for path in each} for each in (vanished, new)))
        fresh = set(pairs.values())
        pairs |= {old: path for old, path in found.items() if old not in pairs and path not in fresh}
    return pairs


def by_interface(vanished: dict[str, Schema], new: dict[str, Schema]) -> Pairs:
    """Pair vanished paths with new ones by the interface of their schemas, where it is unique on both sides.

    A module without inputs and resources has too common an interface, and is never paired.
    """
    return _pairs(*({path: interface(schema) for path, schema in each.items()} for each in (vanished, new)))


def interface(schema: Schema) -> Hashable:
    """Return names and types of inputs, names of outputs, and addresses of resources, as one hashable value.

    Returns None when there are neither inputs nor resources.
    """
    inputs = frozenset((row["name"], row["type"]) for row in asked(schema))
    resources = frozenset(row["address"] for row in schema.get("resources", []))
    if not inputs and not resources:
        return None
    return inputs, frozenset(row["name"] for row in schema.get("outputs", [])), resources


def same_names(vanished: Iterable[str], new: Iterable[str]) -> set[str]:
    """The paths whose folder's name occurs on both sides, which must not be paired by interface."""
    vanished, new = list(vanished), list(new)
    both = {_name(path) for path in vanished} & {_name(path) for path in new}
    return {path for path in [*vanished, *new] if _name(path) in both}


def _name(path: str) -> str | None:
    return _end(path, 1)


def _end(path: str, length: int) -> str | None:
    """The last names of a path in folded case. Returns None where it has fewer."""
    names = path.casefold().split("/")
    return "/".join(names[-length:]) or None if len(names) >= length else None


def _pairs(vanished: Mapping[str, Hashable], new: Mapping[str, Hashable]) -> Pairs:
    sides = []
    for keys in (vanished, new):
        side = defaultdict(list)
        for path, key in keys.items():
            if key is not None:
                side[key].append(path)
        sides.append(side)
    old, fresh = sides
    return {old[key][0]: fresh[key][0] for key in old if len(old[key]) == len(fresh.get(key, ())) == 1}
