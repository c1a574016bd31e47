"""Terraform's state: reads it from disk and stores it in PostgreSQL, compressed, encrypted and fenced."""

import hashlib
import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db.models import Q

from deployments.models import Deployment, Run, StateVersion
from deployments.runs import results
from deployments.runs.leases import fenced
from deployments.runs.report import Difference, Report
from deployments.sandbox import state_file
from deployments.sandbox.commands import UnsafeFile, read_untrusted
from deployments.sandbox.json_text import loaded
from deployments.sandbox.state_file import NotAState, StateFile
from deployments.sandbox.workspace import Workspace

MOST_WRITES = 1_000_000  # of the state in one run; each raises its serial by one
EMPTY = {"version": 4, "terraform_version": "1.0.0", "serial": 0, "outputs": {}, "resources": []}
FRESH = 1_000_000_000  # nanoseconds; many times the step of a file system's clock, which is some milliseconds


Mark = tuple[int, int, int]  # inode, time of the last change in nanoseconds, size


class StateRejected(Exception):
    """The state on disk is unsafe or does not continue the stored one; the message is a sentence for people."""


def newest(deployment: Deployment) -> StateVersion | None:
    """The newest stored state, without its content until that is asked for."""
    return StateVersion.objects.select_related("deployment").defer("data").filter(deployment=deployment).first()


class StateRecorder:
    """Stores the states of one run, each in place of those that the run stored before: the last one counts.

    A state must follow the one that the run began with: its lineage, and a serial higher by at most MOST_WRITES. The
    token must be current. `report` is what Terraform says meanwhile; `clean` masks secrets in addresses.
    """

    def __init__(self, run: Run, clean: Callable[[str], str] = str) -> None:
        self.run, self.clean = run, clean
        first = StateVersion.objects.filter(deployment=run.deployment).exclude(run=run).defer("data").first()
        self.lineage = first.lineage if first else None
        self.serial = first.serial if first else -1
        self.report = Report([*_addresses(first), *_lost(run)])
        self._seen: dict[Path, Mark | None] = {}
        self._digest = b""

    def begin(self, workspace: Workspace) -> None:
        """Write the state that the run begins with into the file of Terraform's backend.

        Where there is none, an empty one: Terraform would take over what it finds in an empty file later, lineage and
        serial too. Raises foundation.encryption.DecryptionFailed.
        """
        if version := newest(self.run.deployment):
            workspace.box.state_file.write_bytes(version.content)
            return
        self.lineage, self.serial = str(uuid.uuid4()), 0
        workspace.box.state_file.write_text(json.dumps(EMPTY | {"lineage": self.lineage}))

    def look(self, path: Path) -> bool:
        """Store the state in `path` if it is new; True when it was stored. Skips a missing or half-written file, and
        one that does not list all that Terraform has reported: it is about to be written again, or was forged.

        Raises StateRejected, and deployments.runs.leases.LeaseLost.
        """
        try:
            mark = _mark(path)
            if mark and self._seen.get(path) == mark:
                return False
            text = read_untrusted(path, limit=settings.RUN_STATE_BYTES)
            found = state_file.read(text)
        except (OSError, NotAState):
            return False
        except UnsafeFile as error:
            raise StateRejected(f"The state can't be saved: {error}.") from error
        self._check_lineage(found)
        if self.difference(found):
            return False
        stored = self.store(text, found)
        self._seen[path] = mark
        return stored

    def difference(self, found: StateFile, *, at_end: bool = False) -> Difference:
        """How a state differs from what Terraform has reported, by addresses as rows know them."""
        return self.report.compare(list(map(self.clean, found.addresses)), found.resource_count, at_end=at_end)

    def follows(self, found: StateFile) -> bool:
        """Whether Terraform can have written this state since the run began."""
        is_next = self.serial < found.serial <= self.serial + MOST_WRITES
        return is_next and self.lineage in (None, found.lineage)

    def store(self, text: bytes, found: StateFile | None = None) -> bool:
        """Store a state that follows, with its resources and outputs, unless it was stored last.

        `found` is what is read of it. Raises NotAState, StateRejected for another lineage, and LeaseLost.
        """
        found = found or state_file.read(text)
        self._check_lineage(found)
        if not self.follows(found):
            return False
        digest = hashlib.sha256(text).digest()
        if digest == self._digest:
            return False
        version = StateVersion(
            deployment=self.run.deployment,
            run=self.run,
            lineage=found.lineage,
            serial=found.serial,
            resource_count=found.resource_count,
            output_count=found.output_count,
        )
        version.content = text
        with fenced(self.run):
            self.run.states.filter(Q(serial__gte=found.serial) | ~Q(lineage=found.lineage)).only("pk").delete()
            version.save()
            results.keep(version, found, self.clean)
        self._digest = digest
        return True

    def _check_lineage(self, found: StateFile) -> None:
        if self.lineage not in (None, found.lineage):
            raise StateRejected("The state was replaced by an unrelated one. The portal keeps the last good state.")

    def has_stored(self, text: bytes) -> bool:
        """Whether this state was stored last."""
        return hashlib.sha256(text).digest() == self._digest

    def forget(self) -> None:
        """Drop what the run has stored, as Terraform has changed nothing; raises LeaseLost."""
        with fenced(self.run):
            self.run.states.only("pk").delete()

    def missing(self) -> list[str]:
        """The resources that must exist, and that the newest stored state does not list."""
        version = newest(self.run.deployment)
        count = version.resource_count if version else 0
        return self.report.compare(_addresses(version), count, at_end=True).unknown


def _addresses(version: StateVersion | None) -> list[str]:
    return list(version.resources.values_list("address", flat=True)) if version else []


def _lost(run: Run) -> list[str]:
    """What an earlier run has lost, of which a destroy must not say that it is gone."""
    if run.action != Run.Action.DESTROY:
        return []
    lost = run.deployment.asides.open().values_list("missing", flat=True)
    return [address for missing in lost for address in missing]


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
            outputs[found.name]["value"] = loaded(found.value)
    return _Known(state.resource_count, state.addresses, outputs)
