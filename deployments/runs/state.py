"""Terraform's state: reads it from disk and stores it in PostgreSQL, compressed, encrypted and fenced."""

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, islice
from pathlib import Path
from typing import Any

from django.conf import settings

from deployments.json_columns import MOST_RESOURCES
from deployments.models import Deployment, Run, StateVersion
from deployments.runs.leases import fenced
from deployments.sandbox.commands import UnsafeFile, read_untrusted
from deployments.sandbox.jsonb import made_storable
from deployments.sandbox.workspace import Workspace, write_private

LONGEST_ADDRESS = 1_000
LONGEST_LINEAGE = 64
FRESH = 1_000_000_000  # nanoseconds; many times the step of a file system's clock, which is some milliseconds
HIGHEST_SERIAL = 2**63 - 1  # of a bigint
DEEPEST = 500  # levels; far below Python's recursion limit, so that a stored state can always be parsed
QUOTED = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
NO_BRACKET = bytes(set(range(256)) - set(b"[]{}"))


Mark = tuple[int, int, int]  # inode, time of the last change in nanoseconds, size


class NotAState(Exception):
    """The text is not a complete Terraform state."""


class StateRejected(Exception):
    """The state on disk is unsafe or does not continue the stored one; the message is a sentence for people."""


@dataclass(frozen=True)
class State:
    """A parsed state. `addresses` are the first ones, at most MOST_RESOURCES; `content` is the whole document.

    `outputs` are by name, sensitive ones without their value.
    """

    text: bytes
    lineage: str
    serial: int
    resource_count: int
    addresses: list[str]
    outputs: dict
    content: dict


def parse(text: bytes) -> State:
    """Parse a state file, which a run may have forged; raises NotAState when it is incomplete or malformed."""
    if _depth(text) > DEEPEST:
        raise NotAState
    try:
        content = json.loads(text)
        lineage, serial = content["lineage"], content["serial"]
        resources = [found for found in content.get("resources") or [] if found["mode"] == "managed"]
        count = sum(len(found["instances"]) for found in resources)
        addresses = list(islice(_addresses(resources), MOST_RESOURCES))
        outputs = {made_storable(name): _shown(output) for name, output in (content.get("outputs") or {}).items()}
        is_sound = lineage.isprintable() and 0 < len(lineage) <= LONGEST_LINEAGE and 0 <= serial <= HIGHEST_SERIAL
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise NotAState from error
    if not is_sound or not isinstance(serial, int):
        raise NotAState
    return State(text, lineage, serial, count, addresses, outputs, content)


def newest(deployment: Deployment) -> StateVersion | None:
    return StateVersion.objects.select_related("deployment").filter(deployment=deployment).first()


def restore(deployment: Deployment, workspace: Workspace) -> None:
    """Write the deployment's newest state, if there is one, to the file of Terraform's backend."""
    if version := newest(deployment):
        write_private(workspace.state_files[0], version.content)


class StateRecorder:
    """Stores the states of one run: the serial must increase, the lineage match, and the token be current."""

    def __init__(self, run: Run) -> None:
        self.run = run
        version = newest(run.deployment)
        self.lineage = version.lineage if version else None
        self.serial = version.serial if version else -1
        self._seen: dict[Path, Mark | None] = {}

    def look(self, path: Path) -> bool:
        """Store the state in `path` if it is newer; True when it was stored. Skips a missing or half-written file.

        Raises StateRejected, and deployments.runs.leases.LeaseLost.
        """
        try:
            mark = _mark(path)
            if mark and self._seen.get(path) == mark:
                return False
            state = parse(read_untrusted(path, limit=settings.RUN_STATE_BYTES))
        except (OSError, NotAState):
            return False
        except UnsafeFile as error:
            raise StateRejected(f"The state can't be saved: {error}.") from error
        stored = self.store(state)
        self._seen[path] = mark
        return stored

    def store(self, state: State) -> bool:
        """Store a state whose serial is higher; raises StateRejected for another lineage, and LeaseLost."""
        if self.lineage not in (None, state.lineage):
            raise StateRejected("The state was replaced by an unrelated one. The portal keeps the last good state.")
        if state.serial <= self.serial:
            return False
        version = StateVersion(deployment=self.run.deployment, run=self.run, lineage=state.lineage, serial=state.serial)
        version.content = state.text
        with fenced(self.run):
            version.save()
        self.lineage, self.serial = state.lineage, state.serial
        return True


def _mark(path: Path) -> Mark | None:
    """
    What tells a file's contents from earlier ones; None while it is fresh, and may change again without a trace.

    Two writes in one step of the file system's clock leave the same time, and states often the same size. This is
    the rule of git's index for "racily clean" entries.
    """
    found = path.lstat()
    if time.time_ns() - found.st_mtime_ns < FRESH:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _shown(output: dict) -> dict:
    is_sensitive = bool(output.get("sensitive"))
    shown = {"sensitive": is_sensitive, "type": made_storable(output.get("type"))}
    return shown if is_sensitive else shown | {"value": made_storable(output.get("value"))}


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


def _depth(text: bytes) -> int:
    """The nesting depth of JSON brackets, without those in strings."""
    brackets = QUOTED.sub(b"", text).translate(None, NO_BRACKET)
    return max(accumulate(1 if bracket in b"[{" else -1 for bracket in brackets), default=0)
