"""Terraform's state: watched on disk, kept in PostgreSQL, compressed, encrypted and fenced."""

import json
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from deployments.leases import fenced
from deployments.models import Deployment, Run, StateVersion
from deployments.terraform import UnsafeFile, read_untrusted
from deployments.workspace import Workspace, write_private


class StateRejected(Exception):
    """The state on disk is not a successor of the one that the portal keeps; a sentence for people."""


@dataclass(frozen=True)
class State:
    """One state as Terraform wrote it."""

    text: bytes
    lineage: str
    serial: int
    content: dict

    @property
    def resource_count(self) -> int:
        resources = self.content.get("resources") or []
        return sum(len(found.get("instances") or []) for found in resources if found.get("mode") == "managed")

    @property
    def outputs(self) -> dict:
        """By name: value, type and whether it is sensitive; a sensitive one has no value."""
        return {name: _shown(output) for name, output in (self.content.get("outputs") or {}).items()}


def parse(text: bytes) -> State:
    """Read a state file; raises ValueError when it is half-written or of another shape."""
    try:
        content = json.loads(text)
        return State(text, str(content["lineage"])[:64], int(content["serial"]), content)
    except (KeyError, TypeError, RecursionError) as error:
        raise ValueError("not a Terraform state") from error


def newest(deployment: Deployment) -> StateVersion | None:
    return StateVersion.objects.select_related("deployment").filter(deployment=deployment).first()


def restore(deployment: Deployment, workspace: Workspace) -> None:
    """Put the deployment's newest state where Terraform looks for it; nothing for the first run."""
    if version := newest(deployment):
        write_private(workspace.state_files[0], version.content)


class StateRecorder:
    """Stores each newer state of one run; the serial must grow, the lineage match, the token be current."""

    def __init__(self, run: Run):
        self.run = run
        version = newest(run.deployment)
        self.lineage = version.lineage if version else None
        self.serial = version.serial if version else -1
        self._seen: dict[Path, tuple] = {}

    def look(self, path: Path) -> bool:
        """Store what is newer in `path`; a half-written file is left for the next look. True when it stored.

        Raises StateRejected, and deployments.leases.LeaseLost.
        """
        try:
            found = path.lstat()
            mark = (found.st_ino, found.st_mtime_ns, found.st_size)
            if self._seen.get(path) == mark:
                return False
            state = parse(read_untrusted(path, limit=settings.RUN_STATE_BYTES))
        except (FileNotFoundError, ValueError):
            return False
        except UnsafeFile as error:
            raise StateRejected(f"The state cannot be kept: {error}.") from error
        stored = self.store(state)
        self._seen[path] = mark
        return stored

    def store(self, state: State) -> bool:
        """Store one state when its serial is higher; raises StateRejected for another lineage, and LeaseLost."""
        if self.lineage not in (None, state.lineage):
            raise StateRejected("The state was replaced by one of another origin; the portal keeps the last good one.")
        if state.serial <= self.serial:
            return False
        version = StateVersion(deployment=self.run.deployment, run=self.run, lineage=state.lineage, serial=state.serial)
        version.content = state.text
        with fenced(self.run):
            version.save()
        self.lineage, self.serial = state.lineage, state.serial
        return True


def _shown(output: dict) -> dict:
    is_sensitive = bool(output.get("sensitive"))
    shown = {"sensitive": is_sensitive, "type": output.get("type")}
    return shown if is_sensitive else shown | {"value": _storable(output.get("value"))}


def _storable(value):
    """PostgreSQL's jsonb refuses the character NUL."""
    if isinstance(value, str):
        return value.replace("\0", "\N{REPLACEMENT CHARACTER}")
    if isinstance(value, list):
        return [_storable(item) for item in value]
    if isinstance(value, dict):
        return {_storable(key): _storable(item) for key, item in value.items()}
    return value
