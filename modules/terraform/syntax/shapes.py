"""The blocks of Terraform's language: labels, attributes and inner blocks of each, and whether a file keeps to them.

Source: Terraform 1.15, internal/configs. What a provider decides (a resource's arguments) is open here.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from modules.terraform.syntax.blocks import Block
from modules.terraform.syntax.problems import Problem

NAME = re.compile(r"[^\W\d][\w-]*")
BUILT_IN_DATA = "terraform_data"
REMOTE_STATE = "terraform_remote_state"


@dataclass(frozen=True)
class Shape:
    """What a block may hold; an open one also takes what is not named here."""

    labels: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    blocks: Mapping[str, "Shape"] = field(default_factory=dict)
    once: tuple[str, ...] = ()  # blocks that may come once
    reserved: tuple[str, ...] = ()  # attributes and blocks that an open block does not take
    is_open: bool = False
    named: int = 0  # how many of the last labels must be names


def _shape(
    needs: str = "",
    takes: str = "",
    *,
    labels: str = "",
    blocks: Mapping[str, Shape] | None = None,
    once: str = "",
    reserved: str = "",
    is_open: bool = False,
    named: int = 0,
) -> Shape:
    words = (words.split() for words in (labels, needs, takes))
    first, required, allowed = map(tuple, words)
    return Shape(first, required, allowed, blocks or {}, tuple(once.split()), tuple(reserved.split()), is_open, named)


OPEN = _shape(is_open=True)
RULE = _shape("condition error_message")
CONNECTION = OPEN
PROVISIONER = _shape(
    takes="when on_failure", labels="type", blocks={"connection": CONNECTION}, once="connection", is_open=True
)
CONDITIONS = {"precondition": RULE, "postcondition": RULE}
TRIGGER = _shape("events actions", "condition on_failure")
LIFECYCLE = _shape(
    takes="create_before_destroy prevent_destroy ignore_changes replace_triggered_by",
    blocks=CONDITIONS | {"action_trigger": TRIGGER},
)
META = "count for_each provider depends_on"
RESOURCE = _shape(
    takes=META,
    labels="type name",
    blocks={"lifecycle": LIFECYCLE, "connection": CONNECTION, "provisioner": PROVISIONER, "_": OPEN},
    once="lifecycle connection _",
    reserved="locals",
    is_open=True,
    named=2,
)
DATA = _shape(
    takes=META,
    labels="type name",
    blocks={"lifecycle": _shape(blocks=CONDITIONS), "_": OPEN},
    once="lifecycle _",
    reserved="locals",
    is_open=True,
    named=2,
)
CHECKED_DATA = _shape(
    takes="provider depends_on", labels="type name", reserved="count for_each lifecycle", is_open=True, named=2
)
MODULE_META = "source version count for_each depends_on providers ignore_nested_deprecations"
ROOT = _shape(
    blocks={
        "terraform": _shape(
            takes="required_version experiments language",
            blocks={
                "backend": _shape(labels="type", is_open=True),
                "cloud": OPEN,
                "required_providers": _shape(reserved="*", is_open=True),
                "provider_meta": _shape(labels="provider", is_open=True),
            },
        ),
        "provider": _shape(
            takes="alias version",
            labels="name",
            blocks={"_": OPEN},
            once="_",
            reserved="count depends_on for_each source lifecycle locals",
            is_open=True,
            named=1,
        ),
        "variable": _shape(
            takes="description default type sensitive ephemeral nullable deprecated const",
            labels="name",
            blocks={"validation": RULE},
            named=1,
        ),
        "locals": _shape(reserved="*", is_open=True),
        "output": _shape(
            "value",
            "description depends_on sensitive ephemeral deprecated type",
            labels="name",
            blocks={"precondition": RULE},
            named=1,
        ),
        "module": _shape(
            "source",
            MODULE_META.removeprefix("source "),
            labels="name",
            blocks={"_": OPEN},
            once="_",
            reserved="*",
            is_open=True,
            named=1,
        ),
        "resource": RESOURCE,
        "data": DATA,
        "ephemeral": DATA,
        "action": _shape(
            takes="count for_each provider", labels="type name", blocks={"config": OPEN}, once="config", named=2
        ),
        "moved": _shape("from to"),
        "removed": _shape(
            "from",
            blocks={"lifecycle": _shape(takes="destroy"), "connection": CONNECTION, "provisioner": PROVISIONER},
            once="lifecycle connection",
        ),
        "import": _shape("to", "id identity provider for_each"),
        "check": _shape(labels="name", blocks={"data": CHECKED_DATA, "assert": RULE}, once="data", named=1),
    }
)
ADDRESSED = ("resource", "data", "ephemeral", "action")
BUILT_IN = {
    ("resource", BUILT_IN_DATA): "input triggers_replace",
    ("data", REMOTE_STATE): "backend config defaults workspace",
}


def check(root: Block) -> Iterator[Problem]:
    """What in a file does not keep to these shapes."""
    for name, value in root.attributes.items():
        yield Problem(f"“{name}” is outside of any block. Put it into one.", value.line)
    yield from _inner(root, ROOT)


def walk(root: Block) -> Iterator[tuple[Block, bool]]:
    """All blocks, each with whether it is one of Terraform's language, with its labels."""
    waiting: list[tuple[Block, Shape | None]] = [
        (block, ROOT.blocks.get(block.type)) for block in reversed(root.blocks)
    ]
    while waiting:
        block, shape = waiting.pop()
        yield block, shape is not None and len(block.labels) == len(shape.labels)
        inner = shape.blocks if shape else {}
        if block.type == "dynamic" and shape is None:  # what it makes is only looked at where its for_each is known
            continue
        waiting += [(child, inner.get(child.type)) for child in reversed(block.blocks)]


def _inner(outer: Block, shape: Shape) -> Iterator[Problem]:
    seen: Counter[str] = Counter()
    for block in outer.blocks:
        inner = shape.blocks.get(block.type)
        seen[block.type] += 1
        if inner is None:
            yield from _stranger(block, outer, shape)
        elif seen[block.type] > 1 and block.type in shape.once:
            yield Problem(f"This {outer.type} has more than one {block.type} block. Keep one.", block.line)
        else:
            yield from _block(block, inner)


def _stranger(block: Block, outer: Block, shape: Shape) -> Iterator[Problem]:
    if shape.is_open and "*" not in shape.reserved and block.type not in shape.reserved:
        return
    where = f"{outer.type} blocks have" if outer.type else "Terraform has"
    yield Problem(f"{where} no block “{block.type}”. {_advice(block.type, shape.blocks)}", block.line)


def _block(block: Block, shape: Shape) -> Iterator[Problem]:
    yield from _labels(block, shape)
    for name in shape.needs:
        if name not in block.attributes:
            yield Problem(f"{_title(block)} needs “{name}”. Add it.", block.line)
    known = (*shape.needs, *shape.takes)
    for name, value in block.attributes.items():
        if name in shape.reserved or (not shape.is_open and name not in known):
            yield Problem(f"{_title(block)} cannot have “{name}”. {_advice(name, known)}", value.line)
    yield from _inner(block, shape)
    yield from _built_in(block)


def _labels(block: Block, shape: Shape) -> Iterator[Problem]:
    if len(block.labels) != len(shape.labels):
        wanted = " and ".join(shape.labels)
        said = f"a {wanted} as labels" if shape.labels else "no labels"
        yield Problem(f"{block.type} blocks have {said}. This one has {len(block.labels)}.", block.line)
        return
    for label, word in zip(block.labels, shape.labels, strict=True):
        if shape.named and not NAME.fullmatch(label):
            message = (
                f"“{label}” is no {word} of {block.type} blocks. Use letters, digits, “_” and “-”, no digit first."
            )
            yield Problem(message, block.line)
        if block.type == "variable" and label in (*MODULE_META.split(), "lifecycle", "locals", "provider", "_"):
            yield Problem(f"A variable cannot be named {label}: module blocks use this word. Rename it.", block.line)


def _built_in(block: Block) -> Iterator[Problem]:
    """Arguments of what Terraform itself provides."""
    key = (block.type, block.labels[0] if block.labels else "")
    if key not in BUILT_IN:
        if key[0] in ADDRESSED and key[1].startswith("terraform_") and "provider" not in block.attributes:
            yield Problem(f"Terraform has no {key[0]} {key[1]}. Check its type.", block.line)
        return
    known = BUILT_IN[key].split()
    for name, value in block.attributes.items():
        if name not in (*known, *META.split()):
            yield Problem(f"{key[1]} has no argument “{name}”. {_advice(name, known)}", value.line)
    if key[0] == "data" and "backend" not in block.attributes and not block.all("_"):
        yield Problem(f"{key[1]} needs “backend”. Add it.", block.line)
    for inner in block.blocks:
        if inner.type not in RESOURCE.blocks:
            yield Problem(f"{key[1]} has no block “{inner.type}”. Remove it.", inner.line)


def _title(block: Block) -> str:
    return " ".join(["The", block.type, *(block.labels[-1:] or ["block"])])


def _advice(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, [word for word in known if word != "_"], 1)
    return f"Did you mean “{close[0]}”?" if close else "Remove it, or check its spelling."
