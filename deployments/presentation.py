"""Prepares runs and logs for display: phases with durations, labels of resources, lines with tones."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from deployments.models import Deployment, PlannedChange, Run
from deployments.resource_list import Row, Standing
from deployments.runs import chunks
from foundation.choices import ShownChoices

PHASES = {
    Run.Status.QUEUED: "Queue",
    Run.Status.PREPARING: "Prepare",
    Run.Status.PLANNING: "Plan",
    Run.Status.APPLYING: "Apply",
    Run.Status.SAVING: "Save",
}
DEEDS = {
    "create": ("Creating", "Created"),
    "update": ("Changing", "Changed"),
    "change": ("Changing", "Changed"),
    "delete": ("Destroying", "Destroyed"),
    "destroy": ("Destroying", "Destroyed"),
    "replace": ("Replacing", "Replaced"),
    "read": ("Reading", "Read"),
}
UNFINISHED = {
    PlannedChange.Status.WAITING: "Not reached",
    PlannedChange.Status.RUNNING: "Not finished",
}  # when the run has ended
CHANGES = {each.value: each for each in PlannedChange.Status}
UNCHANGED = "No change", "", "ok"
Spans: TypeAlias = dict[Run.Status, float]  # seconds in each phase
LOG_CHARACTERS = 256 * 1024  # of a page; the whole log is a download
LOG_CHUNKS = 1_000


@dataclass(frozen=True)
class Phase:
    title: str
    tone: str
    icon: str
    seconds: float | None = None
    text: str = ""
    is_current: bool = False


def phases(run: Run, *, now: datetime | None = None) -> list[Phase]:
    """The phases of a run with their duration in seconds, and as last one its end."""
    entered = _entered(run)
    ends = [*[at for _, at in entered[1:]], run.finished_at or now or timezone.now()]
    spans = {status: (end - at).total_seconds() for (status, at), end in zip(entered, ends, strict=False)}
    last = entered[-1][0] if entered else None
    if last == Run.Status.SAVING:  # a failed apply saves its state too; the phase that failed is the apply
        last = Run.Status.APPLYING
    shown = [_phase(run, status, title, spans, last) for status, title in PHASES.items()]
    end = run.status
    last_one = Phase("End", end.tone, end.icon, text=end.label.lower()) if run.is_final else Phase("End", "", "clock")
    return [*shown, last_one]


def _entered(run: Run) -> list[tuple[Run.Status, datetime]]:
    """The phases since the run was last queued, in order, each with its start; a requeued run starts over."""
    times = {status: run.phases.get(status.value) for status in PHASES}
    found = [(status, datetime.fromisoformat(at)) for status, at in times.items() if at]
    return [(status, at) for status, at in found if at >= found[0][1]]


def _phase(run: Run, status: Run.Status, title: str, spans: Spans, last: Run.Status | None) -> Phase:
    if status not in spans:
        return Phase(title, "", "clock", text="not reached" if run.is_final else "")
    if run.status == status:
        return Phase(title, "run", "ring", spans[status], is_current=True)
    if status == last and run.is_final and run.status != Run.Status.SUCCEEDED:
        return Phase(title, run.status.tone, run.status.icon, spans[status])
    return Phase(title, "ok", "ok", spans[status])


@dataclass(frozen=True)
class Resource:
    """A resource as the page shows it: whether it existed after the run, and what the run did to it.

    `exists` is None while that is not known. `is_quick` when the run succeeded with it within less than a second.
    """

    address: str
    label: str
    tone: str
    icon: str
    seconds: float | None
    exists: bool | None = None

    @property
    def is_quick(self) -> bool:
        return self.seconds == 0 and self.tone == "ok"


def resources(run: Run, rows: Iterable[Row], standing: Standing | None) -> list[Resource]:
    """Resources as far as the run came with them; `standing` is what exists after it, None if that is not known."""
    is_known = standing is not None and run.is_final and standing.is_listed
    label, tone, icon = UNCHANGED if run.is_final else ("Not planned", "", "clock")
    return [
        Resource(row.address, label, tone, icon, None)
        if row.is_beside
        else _resource(row, run, exists=row.exists if is_known else None)
        for row in rows
    ]


def _resource(row: Row, run: Run, *, exists: bool | None) -> Resource:
    status = CHANGES[row.status]
    doing, done = DEEDS.get(row.action, (status.label, status.label))
    label = {PlannedChange.Status.RUNNING: doing, PlannedChange.Status.DONE: done}.get(status, status.label)
    tone, icon = status.tone, status.icon
    if run.is_succeeded and status == PlannedChange.Status.WAITING:  # the planned change turned out to be none
        label, tone, icon = UNCHANGED
    elif run.is_final and status in UNFINISHED:
        label, tone, icon = UNFINISHED[status], "", "stop"
    return Resource(row.address, label, tone, icon, row.seconds, exists)


def progress(run: Run) -> tuple[int, int]:
    """How many resources are done, and how many are planned; a succeeded run is done with all of them."""
    done, total = run.plan.get("done", 0), run.plan.get("listed", 0)
    return total if run.is_succeeded else done, total


def shown_status(deployment: Deployment, run_status: Run.Status | None) -> ShownChoices:
    """The newest run's status while that run is unfinished or the deployment is pending, otherwise its own."""
    if run_status and (run_status not in Run.FINAL or deployment.status == Deployment.Status.PENDING):
        return run_status
    return deployment.status


def trouble(deployment: Deployment, run_status: Run.Status | None) -> Run.Status | None:
    """The status of a live deployment's newest run when that failed, was lost or was cancelled; otherwise None."""
    is_broken = run_status in (Run.Status.FAILED, Run.Status.LOST, Run.Status.CANCELLED)
    return run_status if is_broken and deployment.status == Deployment.Status.LIVE else None


@dataclass(frozen=True)
class Line:
    """A line of a log. Its tone is a CSS class, except for "b", which is bold."""

    tone: str
    text: str

    @property
    def html(self) -> SafeString:
        if self.tone == "b":
            return format_html("<b>{}</b>\n", self.text)
        return format_html("<span{}>{}</span>\n", format_html(' class="{}"', self.tone) if self.tone else "", self.text)


@dataclass(frozen=True)
class LogEnd:
    """The newest lines of a log, the sequence of the newest chunk, and whether earlier lines are left out."""

    lines: list[Line]
    sequence: int
    is_cut: bool

    @property
    def html(self) -> SafeString:
        """The content of a `<pre>`, which preserves white space."""
        cut = [Line("d", "Earlier lines are in the download.")] if self.is_cut else []
        return format_html_join("", "{}", ((line.html,) for line in [*cut, *self.lines]))


def log_end(run: Run) -> LogEnd:
    found = chunks.newest(run.pk, size=LOG_CHARACTERS, rows=LOG_CHUNKS)
    first = found[0].sequence if found else 1
    shown = chunks.texts(found, position=first - 1, end=None)
    lines = [Line(line[:1].strip(), line[1:]) for _, text in shown for line in text.split("\n")]
    return LogEnd(lines, found[-1].sequence if found else 0, is_cut=first > 1)


@dataclass(frozen=True)
class LogPart:
    """A part of a log's text, and the sequence and end of its last chunk."""

    text: str
    position: int
    end: int


def log_part(run_id: int, before: LogPart) -> LogPart:
    """What follows `before` in the download, without tones; an empty text after the last."""
    found = chunks.after(run_id, before.position)
    if not found:
        return LogPart("", before.position, before.end)
    shown = chunks.texts(found, position=before.position, end=before.end)
    text = "".join(f"{line[1:]}\n" for _, text in shown for line in text.split("\n"))
    return LogPart(text, found[-1].sequence, found[-1].start + found[-1].size)
