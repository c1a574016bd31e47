"""Parses Terraform's -json stream: one line of text in, one event out.

The format is Terraform's "machine-readable UI". A module's processes can write to the same stream, so the lines are
untrusted: a line of another shape becomes plain text, never an error.
"""

import json
import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from deployments.sandbox.commands import INPUTS_FILE
from deployments.sandbox.jsonb import loads, made_storable

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
SAVED_BY_PORTAL = "Terraform could not save its state. The portal saves it."
NOT_SHOWN = "A line of {:,} bytes is not shown."
CHATTER = {"output_init_success_cli_message", "initializing_provider_plugin_from_config_message"}


class _Dump(msgspec.Struct):
    state: msgspec.Raw


_DUMPS = msgspec.json.Decoder(_Dump)


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
        message = loads(line)
        text = str(message["@message"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return Event(line)
    try:
        return READERS.get(message.get("type"), _plain)(message, text)
    except (KeyError, TypeError, ValueError, AttributeError):
        return Event(text)


def is_dump(head: bytes) -> bool:
    """Whether a line begins as the one with which Terraform prints a state."""
    return head.startswith(b'{"@') and DUMPED in head


def parse_dump(line: bytes) -> Event:
    """Read a line that holds a state, without making objects of it."""
    try:
        state = bytes(_DUMPS.decode(line).state)
        state = msgspec.json.decode(state, type=str).encode() if state.startswith(b'"') else state
    except (msgspec.MsgspecError, RecursionError):
        return Event(NOT_SHOWN.format(len(line)), "d")
    return StateDump(SAVED_BY_PORTAL, "r", state=state)


def parse_head(head: bytes, size: int) -> Event:
    """A line that is too long to be read: its message, if it is one of Terraform's, and never the rest."""
    found = MESSAGE.search(head[:MESSAGE_WITHIN])
    try:
        return Event(loads(found[1].decode()) if found else NOT_SHOWN.format(size), "d")
    except ValueError:  # its text is no JSON
        return Event(NOT_SHOWN.format(size), "d")


def _plain(message: dict, text: str) -> Event:
    if "state" in message:
        state = message["state"]
        dump = state if isinstance(state, str) else json.dumps(state)
        return StateDump(SAVED_BY_PORTAL, "r", state=dump.encode())
    if message.get("message_code") in CHATTER:
        return Event("")
    return Event(text, "r" if message.get("@level") == "error" else "d")


def _bold(message: dict, text: str) -> Event:
    return Event(text, "b")


def _planned(message: dict, text: str) -> Event:
    change = message["change"]
    action = str(change["action"])
    if action == "noop":
        return Event("")
    before = str((change.get("previous_resource") or {}).get("addr", ""))
    address = str(change["resource"]["addr"])
    return Planned(text, SIGNS.get(action, " "), address=address, action=action, before=before)


def _drifted(message: dict, text: str) -> Event:
    return Drifted(text, "d", address=str(message["change"]["resource"]["addr"]))


def _summary(message: dict, text: str) -> Event:
    counts = message["changes"]
    return Summary(
        text,
        "b",
        operation=str(counts["operation"]),
        create=int(counts["add"]),
        change=int(counts["change"]),
        destroy=int(counts["remove"]),
    )


def _progress(status: str, tone: str) -> Callable[[dict, str], Event]:
    def read(message: dict, text: str) -> Event:
        hook = message["hook"]
        address, action = str(hook["resource"]["addr"]), str(hook.get("action", ""))
        seconds = int(hook.get("elapsed_seconds", 0))
        return Progress(text, tone, address=address, action=action, status=status, seconds=seconds)

    return read


def _provisioning(message: dict, text: str) -> Event:
    return Provisioning(text, "d", address=str(message["hook"]["resource"]["addr"]))


def _provisioner(message: dict, text: str) -> Event:
    hook = message["hook"]
    return Event(str(hook["output"]), source=f"{hook['resource']['addr']} ({hook['provisioner']}): ")


def _diagnostic(message: dict, text: str) -> Event:
    found = message["diagnostic"]
    place = found.get("range") or {}
    file = str(place.get("filename", ""))
    file, line = (file, int(place["start"]["line"])) if file.endswith((".tf", ".tf.json")) else ("", 0)
    severity, summary, detail = str(found["severity"]), str(found["summary"]), str(found.get("detail", ""))
    heading = f"{severity.title()}: {summary}" + (f"\n  on {file} line {line}" if file else "")
    return Diagnostic(
        f"{heading}\n{detail}".rstrip(),
        "r" if severity == "error" else "y",
        severity=severity,
        summary=summary,
        detail=detail,
        file=file,
        line=line,
        variable=_variable(found),
    )


def _variable(found: dict) -> str:
    """The input that a diagnostic is about: its range is the value in the variables file, or the variable's block.

    The snippet's code and values are never shown, as they hold inputs.
    """
    file = str((found.get("range") or {}).get("filename", ""))
    snippet = found.get("snippet") or {}
    code, context = str(snippet.get("code") or ""), str(snippet.get("context") or "")
    is_value = posixpath.basename(file) == posixpath.basename(INPUTS_FILE)
    if file.endswith(".json"):
        is_block = context.startswith("variable") and "/" not in file
        before = code.encode()[: int(snippet.get("highlight_start_offset") or 0)].decode(errors="replace")
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
