"""Parses Terraform's -json stream: one line of text in, one event out.

The format is Terraform's "machine-readable UI". A module's processes can write to the same stream, so the lines are
untrusted: a line of another shape becomes plain text, never an error.
"""

import io
import json
import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass, fields, replace

import msgspec

from deployments.sandbox import messages
from deployments.sandbox.commands import INPUTS_FILE
from deployments.sandbox.json_text import pieces
from deployments.sandbox.jsonb import loads, made_storable
from deployments.sandbox.messages import Message, Problem, Range, Snippet, Start

TONES = " dgyrcb"  # plain, dim, green, yellow, red, cyan, bold
# Where a diagnostic's snippet names the variable: the header of its block, or the key before the value in JSON.
BLOCK = re.compile(r'\s*variable\s+"?([\w-]+)')
KEY = re.compile(r'("(?:[^"\\]|\\.)*")\s*:\s*\Z')
CHECKED = re.compile(r"\s*This was checked by the validation rule at \S+\.\Z")
LONGEST_KEY = 1_000  # characters
SIGNS = {"create": "g", "update": "y", "replace": "y", "delete": "r"}
DUMPED = b'"@message":"Emergency state dump"'
MESSAGE = re.compile(rb'"@message":("[^"\\]*")')
MESSAGE_WITHIN = 4 * 1024  # bytes from the beginning of a line
PIECE = 64 * 1024
NUL = r"\u0000"  # the only character of a line's JSON that PostgreSQL does not store
SAVED_BY_PORTAL = "Terraform could not save its state. The portal saves it."
NOT_SHOWN = "A line of {:,} bytes is not shown."
CHATTER = {"output_init_success_cli_message", "initializing_provider_plugin_from_config_message"}


@dataclass(frozen=True)
class Event:
    """A text for the log. `source` names the provisioner that printed it; the text may then be part of a line."""

    text: str
    tone: str = " "
    source: str = ""


@dataclass(frozen=True)
class Planned(Event):
    """A change in a plan; `before` is the address that the resource had, if it moves."""

    address: str = ""
    action: str = ""
    before: str = ""


@dataclass(frozen=True)
class Drifted(Event):
    """A resource that changed, or went, outside of Terraform."""

    address: str = ""


@dataclass(frozen=True)
class Summary(Event):
    operation: str = ""
    create: int = 0
    change: int = 0
    destroy: int = 0


@dataclass(frozen=True)
class Progress(Event):
    """A resource during apply: status running, done or failed; `seconds` since its start.

    `action` is that of one step: of a replacement, Terraform reports a create and a delete.
    """

    address: str = ""
    action: str = ""
    status: str = ""
    seconds: int = 0


@dataclass(frozen=True)
class Provisioning(Event):
    """The provisioners of a resource begin."""

    address: str = ""


@dataclass(frozen=True)
class Diagnostic(Event):
    """An error or warning. `variable` is the input whose value it is about, and `message` what it says of that."""

    severity: str = "error"
    summary: str = ""
    detail: str = ""
    file: str = ""
    line: int = 0
    variable: str = ""

    @property
    def message(self) -> str:
        return CHECKED.sub("", self.detail).strip() or self.summary

    @property
    def sentence(self) -> str:
        if self.variable:
            return " ".join(f"{self.summary} “{self.variable}”: {self.message}".split())
        place = f" ({self.file}, line {self.line})" if self.file else ""
        return " ".join(f"{self.summary}: {self.detail}".split()).rstrip(": ") + place


@dataclass(frozen=True)
class StateDump(Event):
    """The state that Terraform printed because it could not save it; stored as a state, never written to a log."""

    state: bytes = b""


def parse(line: str) -> Event:
    """Parse one line of Terraform's output."""
    try:
        message = messages.MESSAGES.decode(line)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return Event(line)
    event = _read(message)
    return _storable(event) if NUL in line else event


def _read(message: Message) -> Event:
    try:
        return READERS.get(message.type, _plain)(message)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return Event(message.text)


def _storable(event: Event) -> Event:
    texts = {each.name: getattr(event, each.name) for each in fields(event)}
    return replace(event, **{name: made_storable(text) for name, text in texts.items() if isinstance(text, str)})


def is_dump(head: bytes) -> bool:
    """Whether a line begins as the one with which Terraform prints a state."""
    return head.startswith(b'{"@') and DUMPED in head


def parse_dump(line: bytes | bytearray) -> Event:
    """Read a line that holds a state, without making objects of it."""
    try:
        state = messages.MESSAGES.decode(line).state
        return _dump(state) if memoryview(state) else Event(NOT_SHOWN.format(len(line)), "d")
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return Event(NOT_SHOWN.format(len(line)), "d")


def _dump(state: msgspec.Raw) -> StateDump:
    """Terraform prints a state as an object; a text is taken for one as well."""
    text = io.BytesIO()
    for piece in pieces(memoryview(state), PIECE):
        text.write(piece)
    return StateDump(SAVED_BY_PORTAL, "r", state=text.getvalue())


def parse_head(head: bytes, size: int) -> Event:
    """A line that is too long to be read: its message, if it is one of Terraform's, and never the rest."""
    found = MESSAGE.search(head[:MESSAGE_WITHIN])
    try:
        return Event(loads(found[1].decode()) if found else NOT_SHOWN.format(size), "d")
    except ValueError:  # its text is no JSON
        return Event(NOT_SHOWN.format(size), "d")


def _plain(message: Message) -> Event:
    if memoryview(message.state):
        return _dump(message.state)
    if message.code in CHATTER:
        return Event("")
    return Event(message.text, "r" if message.level == "error" else "d")


def _bold(message: Message) -> Event:
    return Event(message.text, "b")


def _planned(message: Message) -> Event:
    change = messages.CHANGES.decode(message.change)
    if change.action == "noop":
        return Event("")
    return Planned(
        message.text,
        SIGNS.get(change.action, " "),
        address=change.resource.address,
        action=change.action,
        before=change.previous_resource.address if change.previous_resource else "",
    )


def _drifted(message: Message) -> Event:
    return Drifted(message.text, "d", address=messages.CHANGES.decode(message.change).resource.address)


def _summary(message: Message) -> Event:
    counts = messages.COUNTS.decode(message.changes)
    return Summary(
        message.text,
        "b",
        operation=counts.operation,
        create=counts.add,
        change=counts.change,
        destroy=counts.remove,
    )


def _progress(status: str, tone: str) -> Callable[[Message], Event]:
    def read(message: Message) -> Event:
        hook = messages.HOOKS.decode(message.hook)
        return Progress(
            message.text,
            tone,
            address=hook.resource.address,
            action=hook.action,
            status=status,
            seconds=int(hook.elapsed_seconds),
        )

    return read


def _provisioning(message: Message) -> Event:
    return Provisioning(message.text, "d", address=messages.HOOKS.decode(message.hook).resource.address)


def _provisioner(message: Message) -> Event:
    hook = messages.HOOKS.decode(message.hook)
    return Event(hook.output, source=f"{hook.resource.address} ({hook.provisioner}): ")


def _diagnostic(message: Message) -> Event:
    found = messages.PROBLEMS.decode(message.diagnostic)
    place = found.range or Range("", Start(0))
    file, line = (place.filename, place.start.line) if place.filename.endswith((".tf", ".tf.json")) else ("", 0)
    heading = f"{found.severity.title()}: {found.summary}" + (f"\n  on {file} line {line}" if file else "")
    return Diagnostic(
        f"{heading}\n{found.detail}".rstrip(),
        "r" if found.severity == "error" else "y",
        severity=found.severity,
        summary=found.summary,
        detail=found.detail,
        file=file,
        line=line,
        variable=_variable(found),
    )


def _variable(found: Problem) -> str:
    """The input that a diagnostic is about: its range is the value in the variables file, or the variable's block.

    The snippet's code and values are never shown, as they hold inputs.
    """
    file = found.range.filename if found.range else ""
    snippet = found.snippet or Snippet()
    code, context = snippet.code or "", snippet.context or ""
    is_value = posixpath.basename(file) == posixpath.basename(INPUTS_FILE)
    if file.endswith(".json"):
        is_block = context.startswith("variable") and "/" not in file
        before = code.encode()[: snippet.highlight_start_offset or 0].decode(errors="replace")
        match = KEY.search(before[-LONGEST_KEY:]) if is_value or is_block else None
        return made_storable(json.loads(match[1])) if match else ""
    match = BLOCK.match(context or code) if "/" not in file else None  # a folder's variables are no inputs
    return match[1] if match else ""


READERS = {
    "planned_change": _planned,
    "resource_drift": _drifted,
    "change_summary": _summary,
    "apply_start": _progress("running", " "),
    "apply_progress": _progress("running", "d"),
    "apply_complete": _progress("done", "g"),
    "apply_errored": _progress("failed", "r"),
    "provision_start": _provisioning,
    "provision_progress": _provisioner,
    "diagnostic": _diagnostic,
    "outputs": _bold,
}
