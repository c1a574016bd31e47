"""Terraform's state: reads it from disk and stores it in PostgreSQL, compressed, encrypted and fenced."""

import json
import time
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from deployments.models import Deployment, Run, StateVersion
from deployments.runs import results
from deployments.runs.leases import fenced
from deployments.sandbox import state_file
from deployments.sandbox.commands import UnsafeFile, read_untrusted
from deployments.sandbox.jsonb import made_storable
from deployments.sandbox.state_file import NotAState
from deployments.sandbox.workspace import Workspace

FRESH = 1_000_000_000  # nanoseconds; many times the step of a file system's clock, which is some milliseconds


Mark = tuple[int, int, int]  # inode, time of the last change in nanoseconds, size


class StateRejected(Exception):
    """The state on disk is unsafe or does not continue the stored one; the message is a sentence for people."""


def newest(deployment: Deployment) -> StateVersion | None:
    """The newest stored state, without its content until that is asked for."""
    return StateVersion.objects.select_related("deployment").defer("data").filter(deployment=deployment).first()


def restore(deployment: Deployment, workspace: Workspace) -> None:
    """Write the deployment's newest state, if there is one, into the file of Terraform's backend."""
    if version := newest(deployment):
        workspace.box.state_file.write_bytes(version.content)


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
            text = read_untrusted(path, limit=settings.RUN_STATE_BYTES)
            stored = self.store(text)
        except (OSError, NotAState):
            return False
        except UnsafeFile as error:
            raise StateRejected(f"The state can't be saved: {error}.") from error
        self._seen[path] = mark
        return stored

    def store(self, text: bytes) -> bool:
        """Store a state whose serial is higher, with its resources and outputs.

        Raises NotAState, StateRejected for another lineage, and LeaseLost.
        """
        state = state_file.read(text)
        if self.lineage not in (None, state.lineage):
            raise StateRejected("The state was replaced by an unrelated one. The portal keeps the last good state.")
        if state.serial <= self.serial:
            return False
        version = StateVersion(
            deployment=self.run.deployment,
            run=self.run,
            lineage=state.lineage,
            serial=state.serial,
            resource_count=state.resource_count,
            output_count=state.output_count,
        )
        version.content = text
        with fenced(self.run):
            version.save()
            results.keep(version, state)
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


@dataclass(frozen=True)
class _Known:
    resource_count: int
    addresses: list[str]
    outputs: dict[str, dict]


def parse(text: bytes) -> _Known:
    """What the migration of release 0.2.0 stores of a state: outputs by name, sensitive ones without their value."""
    state = state_file.read(text)
    outputs = {found.name: {"sensitive": found.is_sensitive, "type": found.type} for found in state.outputs}
    for found in state.outputs:
        if not found.is_sensitive:
            outputs[found.name]["value"] = made_storable(json.loads(bytes(found.value)))
    return _Known(state.resource_count, state.addresses, outputs)
