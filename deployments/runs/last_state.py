"""Which state a run leaves: Terraform's last one. If that is missing or knows less, the run has failed."""

import io
import logging
from collections.abc import Iterator
from typing import BinaryIO

from django.conf import settings

from deployments.models import AsideState
from deployments.runs import aside
from deployments.runs.leases import fenced
from deployments.runs.losses import Loss
from deployments.runs.state import StateRecorder, newest
from deployments.sandbox import state_file
from deployments.sandbox.commands import UnsafeFile, open_untrusted, read_untrusted
from deployments.sandbox.state_file import NotAState, StateFile
from deployments.sandbox.workspace import Workspace

Reason = AsideState.Reason

logger = logging.getLogger(__name__)


def keep(recorder: StateRecorder, workspace: Workspace) -> Loss | None:
    """Store Terraform's last state. What cannot be it is put aside, and the loss returned.

    Raises deployments.runs.leases.LeaseLost.
    """
    workspace.make_readable()
    refused: list[tuple[Reason, BinaryIO | None]] = []
    for file in _candidates(recorder, workspace):
        text = file.read(settings.RUN_STATE_BYTES + 1)
        reason = _take(recorder, text)
        if reason is None:
            return None
        file.seek(0)
        refused.append((reason, None if recorder.has_stored(text) else file))
    return _lose(recorder, refused or [(Reason.MISSING, None)])


def salvage(recorder: StateRecorder, workspaces: list[Workspace]) -> Loss | None:
    """Keep the newest state that a dead worker has left on disk, unless it is stored already.

    Without one the newest stored state is compared with what Terraform has reported. Raises as `keep`.
    """
    stored = newest(recorder.run.deployment)
    if stored:
        recorder.lineage = stored.lineage
    for workspace in reversed(workspaces):
        serial = _serial_of(workspace)
        if serial is None or stored is None or serial > stored.serial:
            return keep(recorder, workspace)
    return _lose(recorder, [(Reason.MISSING, None)]) if recorder.missing() else None


def _serial_of(workspace: Workspace) -> int | None:
    """The serial of the state on disk, 0 if there is none, None if it is not readable as a state."""
    try:
        text = read_untrusted(workspace.box.state_file, limit=settings.RUN_STATE_BYTES)
        return state_file.read(text).serial if text.strip() else 0
    except FileNotFoundError:
        return 0
    except (OSError, UnsafeFile, NotAState):
        return None


def _candidates(recorder: StateRecorder, workspace: Workspace) -> Iterator[BinaryIO]:
    """What may be Terraform's last state, the likeliest first: what it printed, the file that it wrote where it could
    not save, and the backend's. A file that is no plain one is skipped.
    """
    if recorder.report.dump is not None:
        yield io.BytesIO(recorder.report.dump)
    backend, errored = workspace.state_files
    for path in [errored, backend] if recorder.report.could_not_save else [backend]:
        try:
            yield open_untrusted(path)
        except (OSError, UnsafeFile) as error:
            logger.error("state not read", extra={"run": recorder.run.pk, "file": path.name, "error": str(error)})


def _take(recorder: StateRecorder, text: bytes) -> Reason | None:
    """Store the state if it can be Terraform's last one, or say why not."""
    if len(text) > settings.RUN_STATE_BYTES:
        return Reason.TOO_LARGE
    if not text.strip():
        return _take_nothing(recorder)
    try:
        return _take_state(recorder, text, state_file.read(text))
    except NotAState:
        return Reason.UNREADABLE


def _take_nothing(recorder: StateRecorder) -> Reason | None:
    """An empty file is right where nothing was before, and nothing was made."""
    if recorder.serial >= 0 or recorder.report.expected(at_end=True):
        return Reason.MISSING
    recorder.forget()
    return None


def _take_state(recorder: StateRecorder, text: bytes, found: StateFile) -> Reason | None:
    """A state that knows less is stored all the same if it knows more than the stored ones, as after a kill."""
    if recorder.lineage not in (None, found.lineage):
        return Reason.LINEAGE
    is_unchanged = found.serial == recorder.serial and not recorder.report.has_changes
    if not is_unchanged and not recorder.follows(found):
        return Reason.SERIAL
    difference = recorder.difference(found, at_end=True)
    if difference and (is_unchanged or len(difference.unknown) >= len(recorder.missing())):
        return Reason.INCOMPLETE
    if is_unchanged:
        recorder.forget()
    else:
        recorder.store(text, found)
    return Reason.INCOMPLETE if difference else None


def _lose(recorder: StateRecorder, refused: list[tuple[Reason, BinaryIO | None]]) -> Loss:
    """Put aside what was refused, and say what no kept state lists."""
    missing = [recorder.clean(address) for address in recorder.missing()]
    with fenced(recorder.run):
        for reason, file in refused:
            aside.put(recorder.run, reason=reason, missing=missing, file=file)
    return Loss(refused[0][0], missing)
