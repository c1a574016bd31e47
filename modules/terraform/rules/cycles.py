"""Local values, resources and conditions of variables that need themselves."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from modules.terraform.rules.folder import Folder, target
from modules.terraform.schema import Finding, finding


def check(folder: Folder) -> Iterator[Finding]:
    edges: dict[str, set[str]] = defaultdict(set)
    places: dict[str, tuple[str, int]] = {}
    for row in folder.rows("references"):
        kind, name, _ = target(row["path"])
        start, end = row["inside"], {"variable": "var.", "local": "local.", "data": "data."}.get(kind, "") + name
        if kind in ("variable", "local", "managed", "data") and (start != end or kind == "local"):
            edges[start].add(end)
            places.setdefault(start, (row["file"], row["line"]))
    for name in _circular(edges):
        yield finding("error", "cycle", f"{name} needs itself, through what it refers to.", *places[name])


def _circular(edges: Mapping[str, set[str]]) -> list[str]:
    """Names on a circle: what is left when all that need nothing, or that nothing needs, are taken away."""
    left = {name: {other for other in others if other in edges} for name, others in edges.items()}
    for _ in range(2):
        needed_by: dict[str, set[str]] = defaultdict(set)
        for name, others in left.items():
            for other in others:
                needed_by[other].add(name)
        waiting = [name for name, others in left.items() if not others]
        while waiting:
            name = waiting.pop()
            left.pop(name, None)
            for other in needed_by[name]:
                if other in left:
                    left[other].discard(name)
                    if not left[other]:
                        waiting.append(other)
        turned: dict[str, set[str]] = {name: set() for name in left}
        for name, others in left.items():
            for other in others:
                turned[other].add(name)
        left = turned
    return sorted(left)
