"""Reads a state file in one pass: what the portal keeps of it, and nothing of the rest.

A run may have forged the file. Values stay slices of its text, so memory is the text itself and some bytes for each
resource and output. A large text is first read by a process with limits, `python -m deployments.sandbox.state_file
BYTES`, in memory of three times its size: what ends that process is not read here.
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


class _Instance(msgspec.Struct, gc=False):
    index_key: str | int | float | None = None


class _Resource(msgspec.Struct, gc=False):
    mode: str
    instances: list[_Instance]
    module: str | None = None
    type: str | None = None
    name: str | None = None


class _Output(msgspec.Struct, gc=False):
    value: msgspec.Raw = msgspec.Raw(b"null")
    type: msgspec.Raw = msgspec.Raw(b"null")
    sensitive: bool | None = None


class _State(msgspec.Struct, gc=False):
    lineage: str
    serial: int
    resources: list[_Resource] | None = None
    outputs: dict[str, _Output] | None = None


_DECODER = msgspec.json.Decoder(_State)
_KEYS = msgspec.json.Encoder()


def read(text: bytes) -> StateFile:
    """Read a whole state; raises NotAState when it is incomplete, malformed, of another kind, or costs too much."""
    if len(text) > SMALL and not _is_affordable(text):
        raise NotAState
    return _read(text)


def _read(text: bytes) -> StateFile:
    try:
        return _kept(_DECODER.decode(text))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise NotAState from error


def _kept(found: _State) -> StateFile:
    is_sound = found.lineage.isprintable() and 0 < len(found.lineage) <= LONGEST_LINEAGE
    if not is_sound or not 0 <= found.serial <= HIGHEST_SERIAL:
        raise NotAState
    managed = [resource for resource in found.resources or [] if resource.mode == "managed"]
    outputs = found.outputs or {}
    return StateFile(
        found.lineage,
        found.serial,
        sum(len(resource.instances) for resource in managed),
        list(islice(_addresses(managed), MOST_LISTED)),
        len(outputs),
        list(islice(_outputs(outputs), MOST_OUTPUTS)),
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


def _outputs(outputs: dict[str, _Output]) -> Iterator[OutputFound]:
    """The outputs that Terraform could have written: their names are identifiers."""
    for name, output in outputs.items():
        if len(name) <= LONGEST_NAME and name.replace("-", "_").isidentifier():
            kind = memoryview(output.type)
            shape = loaded(kind) if len(kind) <= LARGEST_TYPE else None
            yield OutputFound(name, shape, bool(output.sensitive), memoryview(output.value))


def _is_affordable(text: bytes) -> bool:
    """Whether a process with limits could read it; whatever it says of the text, it ended well."""
    try:
        tried = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "deployments.sandbox.state_file", str(len(text))],
            input=text,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=PATIENCE,
            env={"PYTHONPATH": PATH},  # nothing of the worker's own
            cwd=ROOT,
            check=False,
        )
    except (subprocess.TimeoutExpired, OSError):
        return False
    return tried.returncode == 0


def main(size: int) -> None:
    memory = OWN_MEMORY + MOST_TIMES * size
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _read(sys.stdin.buffer.read(size))


if __name__ == "__main__":
    main(int(sys.argv[1]))
