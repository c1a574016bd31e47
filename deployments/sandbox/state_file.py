"""Reads a state file: what the portal keeps of it. A run may have forged the file."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, islice
from typing import Any

from deployments.sandbox.jsonb import made_storable

MOST_LISTED = 10_000  # addresses; of more, the first ones are kept
MOST_OUTPUTS = 1_000
LONGEST_ADDRESS = 1_000  # characters
LONGEST_NAME = 500  # of an output
LONGEST_LINEAGE = 64
HIGHEST_SERIAL = 2**63 - 1  # of a bigint
DEEPEST = 500  # levels; far below Python's recursion limit, so that a stored state can always be parsed
QUOTED = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
NO_BRACKET = bytes(set(range(256)) - set(b"[]{}"))


class NotAState(Exception):
    """The text is not a complete Terraform state."""


@dataclass(frozen=True)
class OutputFound:
    """An output: its value is a slice of the state's text, as JSON."""

    name: str
    type: Any
    is_sensitive: bool
    value: memoryview

    @property
    def size(self) -> int:
        return len(self.value)


@dataclass(frozen=True)
class StateFile:
    """What is kept of a state. `addresses` and `outputs` are the first ones; the counts are complete."""

    lineage: str
    serial: int
    resource_count: int
    addresses: list[str]
    output_count: int
    outputs: list[OutputFound]


def read(text: bytes) -> StateFile:
    """Read a whole state; raises NotAState when it is incomplete, malformed or of another kind."""
    if _depth(text) > DEEPEST:
        raise NotAState
    try:
        return _kept(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise NotAState from error


def _kept(content: dict) -> StateFile:
    lineage, serial = content["lineage"], content["serial"]
    is_sound = lineage.isprintable() and 0 < len(lineage) <= LONGEST_LINEAGE and isinstance(serial, int)
    if not is_sound or not 0 <= serial <= HIGHEST_SERIAL:
        raise NotAState
    managed = [found for found in content.get("resources") or [] if found["mode"] == "managed"]
    outputs = content.get("outputs") or {}
    return StateFile(
        lineage,
        serial,
        sum(len(found["instances"]) for found in managed),
        list(islice(_addresses(managed), MOST_LISTED)),
        len(outputs),
        list(islice(_outputs(outputs), MOST_OUTPUTS)),
    )


def _addresses(resources: list[dict]) -> Iterator[str]:
    """The addresses of all instances, as Terraform writes them: `module.net.aws_subnet.part["a"]`."""
    for found in resources:
        name = ".".join(filter(None, (found.get("module"), found.get("type"), found.get("name"))))
        for instance in found["instances"]:
            yield made_storable(f"{name}{_key(instance.get('index_key'))}"[:LONGEST_ADDRESS])


def _key(key: Any) -> str:
    """The index of an instance in its address: a number of `count`, a text of `for_each`, or none."""
    if key is None:
        return ""
    text = json.dumps(key, ensure_ascii=False) if isinstance(key, str | int) else ""
    return f"[{text.replace('${', '$${').replace('%{', '%%{')}]"


def _outputs(outputs: dict) -> Iterator[OutputFound]:
    """The outputs that Terraform could have written: their names are identifiers."""
    for name, output in outputs.items():
        if len(name) <= LONGEST_NAME and name.replace("-", "_").isidentifier():
            value = json.dumps(output.get("value")).encode()
            shape = made_storable(output.get("type"))
            yield OutputFound(name, shape, bool(output.get("sensitive")), memoryview(value))


def _depth(text: bytes) -> int:
    """The nesting depth of JSON brackets, without those in strings."""
    brackets = QUOTED.sub(b"", text).translate(None, NO_BRACKET)
    return max(accumulate(1 if bracket in b"[{" else -1 for bracket in brackets), default=0)
