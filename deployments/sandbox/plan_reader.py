"""Reads what `terraform show -json` prints of a plan, as it comes, in a process with limits.

`python -m deployments.sandbox.plan_reader` reads the document from stdin and writes a line of JSON for each provider
and each change. No more of the document is in memory than one of its values.
"""

import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO, Any

import ijson.backends.yajl2_c as ijson

from deployments.sandbox.state_file import PATH, ROOT

MEMORY = 512 * 1024**2  # a value of 100 MB takes half of it
SECONDS = 30  # of the processor; a plan of 600 MB takes a few
OUTPUT = 64 * 1024**2
PATIENCE = 60  # seconds, after the last piece
PROVIDERS, CHANGE = "configuration.provider_config", "resource_changes.item"


class PlanUnreadable(Exception):
    """The document is no plan, or costs more than its process may."""


@dataclass(frozen=True)
class Change:
    """A resource in a plan; `actions` are Terraform's, such as ["delete", "create"] for a replacement."""

    address: str
    actions: list[str] = field(default_factory=list)


class PlanReader:
    """One reading: `feed` it pieces of the document, then ask; `close` it in any case."""

    def __init__(self) -> None:
        self._found = tempfile.TemporaryFile()  # noqa: SIM115 – closed by `close`
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "deployments.sandbox.plan_reader"],
            stdin=subprocess.PIPE,
            stdout=self._found,
            stderr=subprocess.DEVNULL,
            env={"PYTHONPATH": PATH},  # nothing of the worker's own
            cwd=ROOT,
        )

    def feed(self, piece: bytes) -> None:
        """Pass a piece on; what comes after the process has ended is dropped, and `providers` says so."""
        with suppress(BrokenPipeError):
            self._stdin.write(piece)
            self._stdin.flush()

    def providers(self) -> set[str]:
        """The names of the providers, once all is fed; raises PlanUnreadable."""
        return {found["provider"] for found in self._read() if "provider" in found}

    def changes(self) -> Iterator[Change]:
        """The changes, one by one, once all is fed; raises PlanUnreadable."""
        return (Change(**found["change"]) for found in self._read() if "change" in found)

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        self._end_input()
        self._found.close()

    def _read(self) -> Iterator[dict[str, Any]]:
        self._end_input()
        try:
            code = self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired as error:
            raise PlanUnreadable from error
        if code:
            raise PlanUnreadable
        self._found.seek(0)
        return map(json.loads, self._found)

    def _end_input(self) -> None:
        with suppress(BrokenPipeError):
            self._stdin.close()

    @property
    def _stdin(self) -> IO[bytes]:
        assert self._process.stdin  # noqa: S101 – it was started with a pipe
        return self._process.stdin


class Document:
    """The line of a stream that begins with a brace, as a file for ijson: warnings may surround it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._is_over = False
        while line := stream.readline(2):
            if line[:1] == b"{":
                break
            while line and not line.endswith(b"\n"):
                line = stream.readline(64 * 1024)
        self._start = line

    def read(self, size: int) -> bytes:
        if self._is_over or not size:
            return b""
        piece = self._start + self._stream.readline(size)
        self._start, self._is_over = b"", piece.endswith(b"\n")
        return piece


def found(document: Document) -> Iterator[dict[str, Any]]:
    """The providers and changes in a plan, in its order, each as a small dictionary."""
    name = full_name = address = ""
    actions: list[str] = []
    for place, event, value in ijson.parse(document):
        if place == PROVIDERS and event == "map_key":
            name = full_name = value
        elif place == f"{PROVIDERS}.{name}.full_name":
            full_name = value
        elif place == f"{PROVIDERS}.{name}" and event == "end_map":
            yield {"provider": full_name}
        elif place == f"{CHANGE}.address":
            address = value
        elif place == f"{CHANGE}.change.actions.item":
            actions.append(value)
        elif place == CHANGE and event == "end_map":
            yield {"change": {"address": address, "actions": actions}}
            address, actions = "", []


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (OUTPUT, OUTPUT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for row in found(Document(sys.stdin.buffer)):
        print(json.dumps(row))
    while sys.stdin.buffer.read(64 * 1024):  # what follows the document
        pass


if __name__ == "__main__":
    main()
