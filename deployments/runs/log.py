"""Writes a run's log: redacts lines, stores them under the fencing token, and notifies viewers."""

import logging
import time
from dataclasses import dataclass, field
from functools import cache

import redis
from django.conf import settings

from deployments.models import Run
from deployments.redaction import REVEALING, Redactor
from deployments.runs.log_ends import LogEnds
from deployments.sandbox.json_stream import TONES

CHANNEL = "run-log"
FLUSH_SECONDS = 0.3
HOLD_SECONDS = 0.5  # how long a line is held back when its end may be the beginning of a secret
LONGEST_LINE = 16 * 1024
MOST_SOURCES = 1_000  # whose ends are remembered; Terraform runs ten at a time

logger = logging.getLogger(__name__)


@dataclass
class Held:
    """Pieces of one source that wait, as the end of their stream may be the beginning of a secret."""

    since: float
    end: str
    pieces: list[str] = field(default_factory=list)


class LogWriter:
    """Collects lines and writes them as numbered chunks; writing raises deployments.runs.leases.LeaseLost."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._redactor = Redactor([])
        self._ends = LogEnds(run)
        self._due_at = time.monotonic() + FLUSH_SECONDS
        self._held: dict[str, Held] = {}
        self._shown: dict[str, str] = {}

    def redact(self, secrets: list[str]) -> None:
        """Mask these values from now on; raises deployments.redaction.TooManyForms."""
        self._redactor = Redactor(secrets)

    def clean(self, text: str) -> str:
        return self._redactor.clean(text)

    def add(self, text: str, tone: str = " ", *, source: str = "") -> None:
        """Add lines of one tone. The lines of one `source` are a stream, which may be cut at any character."""
        for line in text.splitlines():
            if source:
                self._add_piece(line, source)
            else:
                self._append(self._redactor.clean(line), tone)

    def flush(self, *, at_end: bool = False) -> None:
        """Write the lines that are due; all of them with `at_end`."""
        now = time.monotonic()
        for source in [name for name, held in self._held.items() if at_end or now - held.since >= HOLD_SECONDS]:
            self._release(source)
        if not self._ends.is_empty and (at_end or self._ends.is_due or now >= self._due_at):
            self._due_at = now + max(FLUSH_SECONDS, self._ends.write())
            publish(self.run.pk)

    def _add_piece(self, line: str, source: str) -> None:
        if source not in self._held:
            self._held[source] = Held(time.monotonic(), self._shown.get(source, ""))
        held = self._held[source]
        held.pieces.append(line)
        held.end = (held.end + line)[-self._redactor.longest :]
        if not self._redactor.open_end(held.end) or len(self._held) > MOST_SOURCES:
            self._release(source)

    def _release(self, source: str) -> None:
        """Add the held pieces of a source to the log; masks an end that shows REVEALING characters of a secret."""
        pieces = self._held.pop(source).pieces
        before = self._shown.pop(source, "")
        stream = before + "".join(pieces)
        unfinished = self._redactor.open_end(stream)
        if unfinished:
            self._shown[source] = stream[-unfinished:]
        if len(self._shown) > MOST_SOURCES:
            self._shown.pop(next(iter(self._shown)))
        hidden_end = unfinished if unfinished >= REVEALING else 0
        name = self._redactor.clean(source)
        for piece in self._redactor.clean_pieces([before, *pieces], hidden_end=hidden_end)[1:]:
            self._append(name + piece, " ")

    def _append(self, line: str, tone: str) -> None:
        line = shortened(line.replace("\0", "\N{REPLACEMENT CHARACTER}").encode(errors="replace").decode())
        self._ends.append((tone if tone in TONES else " ") + line)


def shortened(text: str, most: int = LONGEST_LINE) -> str:
    """The first `most` characters of a text, followed by how many are missing."""
    missing = len(text) - most
    return text if missing <= 0 else f"{text[:most]}… ({missing:,} more characters)"


def publish(run_id: int) -> None:
    """Notify viewers that the run has news. A lost message is harmless, as they read from the database."""
    try:
        _broker().publish(CHANNEL, run_id)
    except redis.RedisError as error:
        logger.warning("nobody told of a run's news", extra={"run": run_id, "error": str(error)})


@cache
def _broker() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)
