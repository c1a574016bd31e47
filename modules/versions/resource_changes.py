"""Changes of a module's resources, data sources and module calls, those of called local folders included."""

from bisect import bisect_left
from collections.abc import Collection, Iterator

from modules.terraform import short_texts
from modules.terraform.addresses import Thing, moves, things
from modules.terraform.schema import Schema
from modules.versions.change import Change

WORDS = {
    "resource": "Resource",
    "module": "Module call",
    "data": "Data source",
    "ephemeral": "Ephemeral resource",
    "action": "Action",
}


def between(before: Schema, after: Schema) -> Iterator[Change]:
    """Yield the changes of resources and calls; contents of a removed or an added call are not listed again."""
    if "tree" not in before or "tree" not in after:  # one was stored before called folders were kept
        before, after = before | {"tree": {}}, after | {"tree": {}}
    old, new = things(before), things(after)
    gone, come = old.keys() - new.keys(), new.keys() - old.keys()
    moved = _moved(gone, new, moves(after))
    for address, target in moved.items():
        what = f"{WORDS[old[address].kind]} moved"
        yield Change(what, address, *short_texts.apart(address, target), "minor")
    addresses = sorted(old)
    for address in gone - moved.keys():
        if old[address].inside not in gone:
            yield _dropped(address, old, _inside(address, addresses), moved)
    for address in come - set(moved.values()):
        if new[address].inside not in come:
            yield Change(f"{WORDS[new[address].kind]} added", address, "", short_texts.cut(new[address].text), "minor")
    for address in old.keys() & new.keys():
        first, second = old[address].text, new[address].text
        if first != second:
            yield Change("Module source changed", address, *short_texts.apart(first, second), "minor")


def _inside(address: str, addresses: list[str]) -> list[str]:
    """Those of the sorted `addresses` inside the call at `address`, by binary search."""
    start, end = (bisect_left(addresses, f"{address}{mark}") for mark in "./")  # the character after "." is "/"
    return addresses[start:end]


def _dropped(address: str, old: dict[str, Thing], inside: Collection[str], moved: Collection[str]) -> Change:
    thing = old[address]
    lost = (old[key] for key in [address, *inside] if key not in moved)
    destroys = any(inner.kind == "resource" or inner.is_opaque for inner in lost)
    effect = "an update destroys it" if destroys else ""
    return Change(
        f"{WORDS[thing.kind]} dropped", address, short_texts.cut(thing.text), effect, "major" if destroys else "minor"
    )


def _moved(gone: Collection[str], new: dict[str, Thing], moved: dict[str, str]) -> dict[str, str]:
    """New addresses of moved things by old ones, where the new address exists or is inside an opaque call."""
    found = {}
    for address in gone:
        target, seen = address, set()
        while target in moved and target not in seen:
            seen.add(target)
            target = moved[target]
        if target != address and (target in new or _is_in_opaque(target, new)):
            found[address] = target
    return found


def _is_in_opaque(address: str, new: dict[str, Thing]) -> bool:
    parts = address.split(".")
    calls = (new.get(".".join(parts[:length])) for length in range(2, len(parts), 2))
    return any(call is not None and call.is_opaque for call in calls)
