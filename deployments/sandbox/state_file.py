"""Reads a state file in one pass: what the portal keeps of it, and nothing of the rest.

A run may have forged the file. A large text is read by a process with limits, `python -m
deployments.sandbox.state_file BYTES`, in memory of three times its size. It answers with addresses and with the places
of outputs in the text, so this process parses nothing, and holds no more than the text and some bytes for each of them.
"""

import os
import resource
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from deployments.sandbox.json_text import loaded
from deployments.sandbox.jsonb import made_storable

MOST_LISTED = 10_000  # addresses; of more, the first ones are kept
MOST_OUTPUTS = 1_000
MOST_PARTS = 100  # of the document; Terraform writes seven
LONGEST_ADDRESS = 1_000  # characters
LONGEST_NAME = 500  # of an output
LONGEST_LINEAGE = 64
LARGEST_TYPE = 64 * 1024
HIGHEST_SERIAL = 2**63 - 1  # of a bigint
SMALL = 1024**2  # bytes; read at once, as even a forged text of this size takes some megabytes
MOST_TIMES = 3  # its size
OWN_MEMORY = 128 * 1024**2  # of the process itself
SECONDS = 20  # of the processor; 50 MB take less than one
PATIENCE = 120
ROOT = Path(__file__).resolve().parents[2]
PATH = os.pathsep.join([str(ROOT), *(entry for entry in sys.path if entry)])


class NotAState(Exception):
    """The text is not a complete Terraform state."""


@dataclass(frozen=True)
class OutputFound:
    """An output: its value and its type are slices of the state's text, as JSON."""

    name: str
    is_sensitive: bool
    value: memoryview
    kind: memoryview

    @property
    def type(self) -> Any:
        return loaded(self.kind) if len(self.kind) <= LARGEST_TYPE else None

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


ABSENT = msgspec.Raw()
NULL = memoryview(b"null")
Place = tuple[int, int]  # beginning and end in the text; both 0 for what is not there


class _Instance(msgspec.Struct, gc=False):
    index_key: str | int | float | None = None


class _Resource(msgspec.Struct, gc=False):
    mode: str
    instances: list[_Instance]
    module: str | None = None
    type: str | None = None
    name: str | None = None


class _Output(msgspec.Struct, gc=False):
    value: msgspec.Raw = ABSENT
    type: msgspec.Raw = ABSENT
    sensitive: bool | None = None


class _State(msgspec.Struct, gc=False):
    lineage: str
    serial: int
    resources: list[_Resource] | None = None
    outputs: dict[str, _Output] | None = None


class _PlacedOutput(msgspec.Struct, gc=False):
    name: str
    is_sensitive: bool
    value: Place
    kind: Place


class _Reading(msgspec.Struct, gc=False):
    """What the process with limits answers."""

    lineage: str
    serial: int
    resource_count: int
    addresses: list[str]
    output_count: int
    outputs: list[_PlacedOutput]


_DECODER = msgspec.json.Decoder(_State)
_PARTS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_KEYS = msgspec.json.Encoder()
_READINGS = msgspec.msgpack.Decoder(_Reading)


def read(text: bytes) -> StateFile:
    """Read a whole state; raises NotAState when it is incomplete, malformed, of another kind, or costs too much."""
    found = _read_apart(text) if len(text) > SMALL else _read(text)
    view = memoryview(text)
    outputs = [
        OutputFound(each.name, each.is_sensitive, view[slice(*each.value)] or NULL, view[slice(*each.kind)] or NULL)
        for each in found.outputs
    ]
    return StateFile(found.lineage, found.serial, found.resource_count, found.addresses, found.output_count, outputs)


def renumbered(text: bytes, serial: int) -> bytes:
    """A state that was read, with another serial; no part of it is made an object, or loses a digit."""
    return msgspec.json.encode(_PARTS.decode(text) | {"serial": serial})


def _read(text: bytes) -> _Reading:
    try:
        if len(_PARTS.decode(text)) > MOST_PARTS:
            raise NotAState
        return _reading(text, _DECODER.decode(text))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise NotAState from error


def _reading(text: bytes, found: _State) -> _Reading:
    is_sound = found.lineage.isprintable() and 0 < len(found.lineage) <= LONGEST_LINEAGE
    if not is_sound or not 0 <= found.serial <= HIGHEST_SERIAL:
        raise NotAState
    managed = [resource for resource in found.resources or [] if resource.mode == "managed"]
    outputs = found.outputs or {}
    return _Reading(
        found.lineage,
        found.serial,
        sum(len(resource.instances) for resource in managed),
        list(islice(_addresses(managed), MOST_LISTED)),
        len(outputs),
        list(islice(_placed(text, outputs), MOST_OUTPUTS)),
    )


def _addresses(resources: Sequence[_Resource]) -> Iterator[str]:
    """The addresses of all instances, as Terraform writes them: `module.net.aws_subnet.part["a"]`."""
    for found in resources:
        name = ".".join(filter(None, (found.module, found.type, found.name)))[:LONGEST_ADDRESS]
        for instance in found.instances:
            yield made_storable(f"{name}{_key(instance.index_key)}"[:LONGEST_ADDRESS])


def _key(key: str | float | None) -> str:
    """The index of an instance in its address: a number of `count`, a text of `for_each`, or none."""
    if key is None:
        return ""
    text = "" if isinstance(key, float) else _KEYS.encode(key).decode()
    return f"[{text.replace('${', '$${').replace('%{', '%%{')}]"


def _placed(text: bytes, outputs: dict[str, _Output]) -> Iterator[_PlacedOutput]:
    """The outputs that Terraform could have written: their names are identifiers, none is there twice.

    They are in the order of the text, so each is looked for behind the one before. What is found may stand earlier than
    where it was read, as the same text.
    """
    at = 0
    for name, output in outputs.items():
        if len(name) <= LONGEST_NAME and name.replace("-", "_").isidentifier():
            value, kind = _place(text, output.value, at), _place(text, output.type, at)
            yield _PlacedOutput(name, bool(output.sensitive), value, kind)
            at = max(at, value[1], kind[1])


def _place(text: bytes, part: msgspec.Raw, at: int) -> Place:
    view = memoryview(part)
    if not view:
        return 0, 0
    begin = text.find(view, at)
    if begin < 0:
        raise NotAState
    return begin, begin + len(view)


def _read_apart(text: bytes) -> _Reading:
    """What a process with limits reads; raises NotAState also where it was ended."""
    try:
        ended = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "deployments.sandbox.state_file", str(len(text))],
            input=text,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=PATIENCE,
            env={"PYTHONPATH": PATH},  # nothing of the worker's own
            cwd=ROOT,
            check=True,
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise NotAState from error
    return _READINGS.decode(ended.stdout)


def main(size: int) -> None:
    memory = OWN_MEMORY + MOST_TIMES * size
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    found = _read(sys.stdin.buffer.read(size))
    sys.stdout.buffer.write(msgspec.msgpack.encode(found))


if __name__ == "__main__":
    main(int(sys.argv[1]))
