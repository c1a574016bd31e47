"""The geometry of a module's dependency picture: its calls, their calls in turn, and the providers that they use.

Columns from left to right: the module; its calls; all deeper calls; providers.
"""

import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field

from foundation.paragraphs import counted
from modules.terraform import schema as schemas
from modules.terraform import sources
from modules.terraform.addresses import Place, walk

WIDTH, MARGIN, ROW, BOX = 720, 20, 52, 40
WIDEST, GAP = 220, 40  # the width of a box, the gap between two columns
PADDING = 14  # left and right of a text in its box, together with the stripe
MOST_ROWS = 24  # boxes of a column; the list below the picture has all
LONGEST_LABEL = 400  # characters
ALL_CALLED, PROVIDERS = 2, 3  # columns
STRIPES = {"module": "f1", "remote": "f2"}
# Characters by their approximate width at 11 pixels, in the widest of the fonts that may be used (DejaVu Sans).
WIDTHS = {4.0: "ijl.,:;'|!/\\", 5.2: 'tfr-()[]{} "', 11.5: "mwMW@%…—&"}
WIDTH_OF = {character: width for width, characters in WIDTHS.items() for character in characters}


@dataclass(frozen=True)
class Node:
    kind: str  # module, folder, remote, provider or more
    name: str
    note: str
    title: str
    column: int


@dataclass(frozen=True)
class Box:
    """A positioned node, with texts truncated to fit."""

    node: Node
    x: float
    y: float
    width: float
    height: int = BOX

    @property
    def name(self) -> str:
        return fit(self.node.name, self.width - PADDING, keeps_end=self.node.kind == "folder")

    @property
    def note(self) -> str:
        return fit(self.node.note, self.width - PADDING)

    @property
    def stripe(self) -> str:
        """The class of the stripe's colour."""
        return STRIPES.get(self.node.kind, "f3")

    @property
    def text_x(self) -> float:
        return self.x + 10

    @property
    def name_y(self) -> float:
        return self.y + 17

    @property
    def note_y(self) -> float:
        return self.y + 32

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


@dataclass(frozen=True)
class Edge:
    """A line from a caller to its callee; it ends with a dot at `x`, `y`."""

    path: str
    x: float
    y: float


@dataclass(frozen=True)
class Picture:
    width: int
    height: int
    boxes: list[Box]
    edges: list[Edge]
    label: str
    lines: list[str]  # the same in sentences


@dataclass
class Graph:
    """Nodes by key, and for each the keys of the nodes that it calls or uses."""

    nodes: dict[tuple, Node] = field(default_factory=dict)
    edges: dict[tuple, list[tuple]] = field(default_factory=lambda: defaultdict(list))

    def join(self, source: tuple, target: tuple, node: Node) -> None:
        self.nodes.setdefault(target, node)
        if target not in self.edges[source]:
            self.edges[source].append(target)


def picture(title: str, schema: schemas.Schema) -> Picture:
    """Return the picture of the module `title`; without the schema's `tree`, called folders are shown empty."""
    graph = _graph(title, schema)
    lines = [_line(graph, key) for key in graph.nodes if graph.edges.get(key)]
    lines = lines or [f"{title} calls no other module and uses no provider."]
    label = " ".join(lines)
    label = label if len(label) <= LONGEST_LABEL else f"{label[:LONGEST_LABEL]}… See the list below."
    boxes, height, step = _places(graph)
    pairs = dict.fromkeys((boxes[key], boxes[target]) for key, found in graph.edges.items() for target in found)
    edges = [_edge(source, target, step) for source, target in pairs if source != target]
    return Picture(WIDTH, height, list(dict.fromkeys(boxes.values())), edges, label, lines)


def fit(text: str, width: float, *, keeps_end: bool = False) -> str:
    """The text, truncated with an ellipsis where it does not fit into `width` pixels."""
    if sum(map(_width, text)) <= width:
        return text
    room, kept = width - _width("…"), 0
    for character in reversed(text) if keeps_end else text:
        room -= _width(character)
        if room < 0:
            break
        kept += 1
    return f"…{text[len(text) - kept :]}" if keeps_end else f"{text[:kept].rstrip()}…"


def _width(character: str) -> float:
    if character.isascii():
        return WIDTH_OF.get(character, 8.6 if character.isupper() else 7.1)
    return WIDTH_OF.get(character, 11.5 if unicodedata.east_asian_width(character) in "WF" else 9)


def _graph(title: str, schema: schemas.Schema) -> Graph:
    graph = Graph({("folder", ""): Node("module", title, "this module", title, 0)})
    seen: set[str] = set()
    for place in walk(schema):
        if place.folder not in seen:
            seen.add(place.folder)
            _add_calls(graph, place, schema.get("tree", {}))
            _add_providers(graph, place)
    return graph


def _add_calls(graph: Graph, place: Place, tree: dict[str, schemas.Node]) -> None:
    key = ("folder", place.folder)
    column = min(graph.nodes[key].column + 1, ALL_CALLED)
    for call in place.node.get("calls", []):
        source, version = call["source"], call.get("version", "")
        if sources.is_local(source):
            folder = call.get("target", source)
            count = len(tree[folder].get("resources", [])) if folder in tree else 0
            note = f"folder, {counted(count, 'resource')}" if folder in tree else "folder"
            node = Node("folder", folder, note, f"Local folder {folder}", column)
            graph.join(key, ("folder", folder), node)
        else:
            host = sources.host_of(source)
            words = " ".join(filter(None, [source, version]))
            node = Node("remote", source, f"{host} {version}".strip(), f"Module {words} from {host}", column)
            graph.join(key, ("remote", source, version), node)


def _add_providers(graph: Graph, place: Place) -> None:
    for row in place.node.get("providers", []):
        source, version = sources.provider(row["source"]), row["version"]
        words = f"provider {version}".strip()
        node = Node("provider", source, words, " ".join(filter(None, ["Provider", source, version])), PROVIDERS)
        graph.join(("folder", place.folder), ("provider", source), node)


def _line(graph: Graph, key: tuple) -> str:
    """The calls and providers of one node, as a sentence."""
    found = [graph.nodes[target] for target in graph.edges[key]]
    calls = ", ".join(node.name for node in found if node.kind != "provider")
    uses = ", ".join(f"{node.name}{node.note.removeprefix('provider')}" for node in found if node.kind == "provider")
    parts = [f"calls {calls}" if calls else "", f"uses the provider{'s' if ',' in uses else ''} {uses}" if uses else ""]
    return f"{graph.nodes[key].name} {' and '.join(filter(None, parts))}."


def _places(graph: Graph) -> tuple[dict[tuple, Box], int, float]:
    """A box for each node on one grid, the grid's height, and the distance from one column to the next."""
    columns: dict[int, list[tuple]] = defaultdict(list)
    for key, node in graph.nodes.items():
        columns[node.column].append(key)
    rows = min(max(map(len, columns.values())), MOST_ROWS)
    width = min(WIDEST, (WIDTH - MARGIN - GAP * (len(columns) - 1)) // len(columns))
    step = (WIDTH - MARGIN - width) / max(len(columns) - 1, 1)
    places: dict[tuple, Box] = {}
    for at, (_, keys) in enumerate(sorted(columns.items())):
        shown = keys if len(keys) <= rows else keys[: rows - 1]
        top = (rows - min(len(keys), rows)) // 2 * ROW + (ROW - BOX) / 2
        boxes = [Box(graph.nodes[key], at * step, top + row * ROW, width) for row, key in enumerate(shown)]
        more = Node("more", f"{len(keys) - len(shown)} more", "in the list below", "More, in the list below", at)
        rest = Box(more, at * step, top + len(shown) * ROW, width)
        places |= dict(zip(keys, [*boxes, *[rest] * (len(keys) - len(shown))], strict=True))
    return places, rows * ROW + 2, step


def _edge(source: Box, target: Box, step: float) -> Edge:
    """A curve between neighbouring columns, a path between the rows across others, or a bow beside one column."""
    start, end = source.x + source.width, target.x
    path = f"M{start:g} {source.middle:g}"
    if end <= source.x:
        end = target.x + target.width
        out = max(start, end) + MARGIN
        path += f"C{out:g} {source.middle:g} {out:g} {target.middle:g} {end:g} {target.middle:g}"
    elif end - source.x > step + 1:
        between = target.middle + (ROW / 2 if source.middle > target.middle else -ROW / 2)
        near, far = source.x + step, end - (step - source.width)
        path += f"{_curve(start, source.middle, near, between)}H{far:g}{_curve(far, between, end, target.middle)}"
    else:
        path += _curve(start, source.middle, end, target.middle)
    return Edge(path, end, target.middle)


def _curve(x: float, y: float, to_x: float, to_y: float) -> str:
    bend = (x + to_x) / 2
    return f"C{bend:g} {y:g} {bend:g} {to_y:g} {to_x:g} {to_y:g}"
