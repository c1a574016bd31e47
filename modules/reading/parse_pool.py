"""Parses partners' files in child processes with limits, so that a crash or a hang affects only that file."""

import atexit
import os
import select
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import LifoQueue
from typing import Any

from modules.reading.parse_process import receive, send
from modules.terraform.hcl import empty_answer
from modules.terraform.schema import FileAnswer
from modules.terraform.syntax.scanner import DEEPEST

START_SECONDS = 60  # building the grammar takes two seconds on an idle machine
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Limits:
    file_bytes: int
    seconds: float
    memory_bytes: int
    depth: int = DEEPEST  # levels of nesting


@dataclass(frozen=True)
class Source:
    """A file's content under the caller's key, with its git object id."""

    key: str
    data: bytes
    is_json: bool = False
    blob: str = ""


class ChildLost(Exception):
    """The parsing process died or ran out of time."""


class Child:
    """One warm parsing process."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        # Nothing of the worker's environment is passed on, so that a partner's file cannot reach its secrets.
        self.process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "modules.reading.parse_process", *map(str, _arguments(limits))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PYTHONPATH": str(ROOT)},
            cwd=ROOT,
        )
        try:
            self._answer(START_SECONDS)
        except ChildLost:
            self.stop()
            raise

    def read(self, text: str, *, is_json: bool, is_costly: bool) -> FileAnswer:
        """Return the answer of `hcl.read_file`; raises ChildLost, after which this child cannot be used."""
        try:
            send(self.process.stdin, {"text": text, "is_json": is_json, "is_costly": is_costly})
        except OSError as error:
            raise ChildLost from error
        return self._answer(self.limits.seconds + 1)

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def _answer(self, seconds: float) -> Any:
        if not select.select([self.process.stdout], [], [], seconds)[0]:
            raise ChildLost
        answer = receive(self.process.stdout)
        if answer is None:
            raise ChildLost
        return answer


def _arguments(limits: Limits) -> tuple:
    return limits.seconds, limits.memory_bytes, limits.depth


class Pool:
    """A few warm children, started on demand and stopped with this process."""

    def __init__(self, limits: Limits, size: int = 2) -> None:
        self.limits = limits
        self.size = size
        self.idle: LifoQueue[Child | None] = LifoQueue()
        for _ in range(size):
            self.idle.put(None)

    def read(self, source: Source) -> FileAnswer:
        """Return the answer for one file; any failure is an error finding in the answer."""
        if len(source.data) > self.limits.file_bytes:
            return refused("size", f"This file is larger than {self.limits.file_bytes // 1024} KB.")
        try:
            text = source.data.decode("utf-8" if source.is_json else "utf-8-sig")
        except UnicodeDecodeError as error:
            return refused("encoding", "This file is not UTF-8 text.", source.data[: error.start].count(b"\n") + 1)
        return (
            self._read(text, source.is_json) or self._read(text, source.is_json, is_costly=True) or self._too_costly()
        )

    def read_all(self, sources: Iterable[Source]) -> Iterator[tuple[str, FileAnswer]]:
        """Yield key and answer of each file in the given order; all children parse in parallel."""
        with ThreadPoolExecutor(self.size) as threads:
            yield from threads.map(lambda source: (source.key, self.read(source)), sources)

    def close(self) -> None:
        for child in [self.idle.get() for _ in range(self.size)]:
            if child is not None:
                child.stop()
            self.idle.put(None)

    def _too_costly(self) -> FileAnswer:
        return refused("limits", f"This file cannot be read within {self.limits.seconds:g} s and the memory allowed.")

    def _read(self, text: str, is_json: bool, *, is_costly: bool = False) -> FileAnswer | None:
        """Return the answer of a child. Returns None when the child crashed, ran out of memory or timed out."""
        child = self.idle.get()
        try:
            if child is None or child.process.poll() is not None:
                child = Child(self.limits)
            return child.read(text, is_json=is_json, is_costly=is_costly)
        except ChildLost:
            if child is not None:
                child.stop()
            child = None
            return None
        finally:
            self.idle.put(child)


def refused(code: str, message: str, line: int = 1) -> FileAnswer:
    """An answer with one error and nothing else, in the shape of `modules.terraform.hcl.read_file`."""
    return empty_answer() | {"findings": [{"level": "error", "code": code, "message": message, "line": line}]}


_pools: dict[tuple[int, Limits], Pool] = {}
_lock = threading.Lock()


def shared_pool(limits: Limits) -> Pool:
    """Return this process's pool for these limits, warm from the last scan. A forked process gets its own."""
    with _lock:
        key = (os.getpid(), limits)
        if key not in _pools:
            _pools[key] = Pool(limits)
            atexit.register(_pools[key].close)
        return _pools[key]
