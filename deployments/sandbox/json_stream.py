"""Parses Terraform's -json stream: one line of text in, one event out.

The format is Terraform's "machine-readable UI". A module's processes can write to the same stream, so the lines are
untrusted: a line of another shape becomes plain text, never an error.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from deployments.sandbox.jsonb import made_storable

TONES = " dgyrcb"  # plain, dim, green, yellow, red, cyan, bold
VARIABLE = re.compile(r"\bvar\.([A-Za-z_][\w-]*)|variable \"([^\"]+)\"")
SIGNS = {"create": "g", "update": "y", "replace": "y", "delete": "r"}
CHATTER = {"output_init_success_cli_message", "initializing_provider_plugin_from_config_message"}


@dataclass(frozen=True)
class Event:
    """A text for the log. `source` names the provisioner that printed it; the text may then be part of a line."""

    text: str
    tone: str = " "
    source: str = ""


@dataclass(frozen=True)
class Planned(Event):
    address: str = ""
    action: str = ""


@dataclass(frozen=True)
class Summary(Event):
    operation: str = ""
    create: int = 0
    change: int = 0
    destroy: int = 0


@dataclass(frozen=True)
class Progress(Event):
    """A resource during apply: status running, done or failed; `seconds` since its start."""

    address: str = ""
    status: str = ""
    seconds: int = 0


@dataclass(frozen=True)
class Diagnostic(Event):
    """An error or warning; for a failed validation `detail` is the module's message about `variable`."""

    severity: str = "error"
    summary: str = ""
    detail: str = ""
    file: str = ""
    line: int = 0
    variable: str = ""

    @property
    def sentence(self) -> str:
        place = f" ({self.file}, line {self.line})" if self.file else ""
        return " ".join(f"{self.summary}: {self.detail}".split()).rstrip(": ") + place


@dataclass(frozen=True)
class StateDump(Event):
    """The state that Terraform printed because it could not save it; stored as a state, never written to a log."""

    state: bytes = b""


def parse(line: str) -> Event:
    """Parse one line of Terraform's output."""
    try:
        message = made_storable(json.loads(line))
        text = str(message["@message"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return Event(line)
    try:
        return READERS.get(message.get("type"), _plain)(message, text)
    except (KeyError, TypeError, ValueError, AttributeError):
        return Event(text)


def _plain(message: dict, text: str) -> Event:
    if "state" in message:
        state = message["state"]
        dump = state if isinstance(state, str) else json.dumps(state)
        return StateDump("Terraform could not save its state. The portal saves it.", "r", state=dump.encode())
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
    return Planned(text, SIGNS.get(action, " "), address=str(change["resource"]["addr"]), action=action)


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
        seconds = int(hook.get("elapsed_seconds", 0))
        return Progress(text, tone, address=str(hook["resource"]["addr"]), status=status, seconds=seconds)

    return read


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
    """The variable that a diagnostic is about. The snippet's code and values are never shown, as they hold inputs."""
    snippet = found.get("snippet") or {}
    values = [str(value.get("traversal", "")) for value in snippet.get("values") or []]
    for text in [str(snippet.get("context") or ""), *values, str(found.get("detail", ""))]:
        if match := VARIABLE.search(text):
            return match[1] or match[2]
    return ""


READERS = {
    "planned_change": _planned,
    "change_summary": _summary,
    "apply_start": _progress("running", " "),
    "apply_progress": _progress("running", "d"),
    "apply_complete": _progress("done", "g"),
    "apply_errored": _progress("failed", "r"),
    "provision_progress": _provisioner,
    "diagnostic": _diagnostic,
    "outputs": _bold,
}
