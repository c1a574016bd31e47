"""Changes of what a module builds: its resources, data sources and module calls, local folders included."""

from collections.abc import Collection, Iterator

from modules import wording
from modules.addresses import Thing, moves, things
from modules.changes import Change

WORDS = {
    "resource": "Resource",
    "module": "Module call",
    "data": "Data source",
    "ephemeral": "Ephemeral resource",
}


def between(before: dict, after: dict) -> Iterator[Change]:
    """Yield the changes of resources and calls; what lies in a call that is gone, or new, is not told again."""
    if "tree" not in before or "tree" not in after:  # one was read when called folders were not kept
        before, after = before | {"tree": {}}, after | {"tree": {}}
    old, new = things(before), things(after)
    gone, come = old.keys() - new.keys(), new.keys() - old.keys()
    moved = _moved(gone, new, moves(after))
    for address, target in moved.items():
        what = f"{WORDS[old[address].kind]} moved"
        yield Change(what, address, *wording.apart(address, target), "minor")
    for address in gone - moved.keys():
        if old[address].inside not in gone:
            yield _dropped(address, old, moved)
    for address in come - set(moved.values()):
        if new[address].inside not in come:
            yield Change(f"{WORDS[new[address].kind]} added", address, "", wording.cut(new[address].text), "minor")
    for address in old.keys() & new.keys():
        first, second = old[address].text, new[address].text
        if first != second:
            yield Change("Module source changed", address, *wording.apart(first, second), "minor")


def _dropped(address: str, old: dict[str, Thing], moved: Collection[str]) -> Change:
    thing = old[address]
    inside = {key: inner for key, inner in old.items() if key == address or key.startswith(f"{address}.")}
    destroys = any(inner.kind == "resource" or inner.is_opaque for key, inner in inside.items() if key not in moved)
    effect = "an update destroys it" if destroys else ""
    return Change(
        f"{WORDS[thing.kind]} dropped", address, wording.cut(thing.text), effect, "major" if destroys else "minor"
    )


def _moved(gone: Collection[str], new: dict[str, Thing], moved: dict[str, str]) -> dict[str, str]:
    """Where things that are gone have moved to, as far as something is there to receive them."""
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
    return any(thing.is_opaque and address.startswith(f"{call}.") for call, thing in new.items())
