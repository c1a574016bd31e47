"""Keeps the beginning and the end of a run's log as rows, whatever a run prints in between."""

from collections import deque
from collections.abc import Iterable, Iterator

from django.conf import settings

from deployments.models import Run, RunLog
from deployments.runs.chunks import with_sizes
from deployments.runs.leases import fenced

CHUNK_BYTES = 64 * 1024
END_SHARE = 10  # the end of a log gets this part of RUN_LOG_BYTES
END_BYTES_A_SECOND = 512 * 1024  # written at most, once the beginning is full


class LogEnds:
    """
    The rows of one log, and the lines that wait to become rows.

    The beginning is written once. After it, the newest lines are kept: waiting ones in memory, and rows, of which the
    oldest are deleted. What is kept of the end has no holes. `append` and `write` count in bytes of the stored text.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self._most_at_end = settings.RUN_LOG_BYTES // END_SHARE
        self._beginning = settings.RUN_LOG_BYTES - self._most_at_end
        newest = with_sizes(run.log.order_by("-sequence")).defer("text").first()
        self._sequence = newest.sequence if newest else 0
        self._bytes = self._written = newest.start + newest.size if newest else 0
        kept = with_sizes(run.log.filter(start__gte=self._beginning)).order_by("sequence")
        self._rows = deque((row.sequence, row.size) for row in kept.defer("text"))
        self._first_lines: list[str] = []
        self._last_lines: deque[str] = deque()
        self._waiting = 0  # bytes of the last lines
        self._has_hole = False

    def append(self, line: str) -> None:
        size = _size(line)
        if self._bytes < self._beginning:
            self._first_lines.append(line)
        else:
            self._last_lines.append(line)
            self._waiting += size
        self._bytes += size
        while self._last_lines and self._waiting - _size(self._last_lines[0]) >= self._most_at_end:
            self._waiting -= _size(self._last_lines.popleft())
            self._has_hole = True

    @property
    def is_empty(self) -> bool:
        return not self._first_lines and not self._last_lines

    @property
    def is_due(self) -> bool:
        """Whether lines of the beginning fill a chunk: they are written without waiting."""
        return sum(map(len, self._first_lines)) >= CHUNK_BYTES

    def write(self) -> float:
        """Write what waits, and delete what no longer belongs to the end; returns the seconds until the next time.

        Raises deployments.runs.leases.LeaseLost; the lines then still wait.
        """
        first = self._as_rows(self._first_lines, self._written)
        last = self._as_rows(self._last_lines, self._bytes - self._waiting, after=len(first))
        rows, gone = self._kept(last)
        with fenced(self.run):
            RunLog.objects.bulk_create([*first, *last])
            if gone:
                self.run.log.filter(sequence__in=gone).delete()
        pause = self._waiting / END_BYTES_A_SECOND
        self._sequence += len(first) + len(last)
        self._rows, self._written, self._has_hole = rows, self._bytes, False
        self._first_lines, self._last_lines, self._waiting = [], deque(), 0
        return pause

    def _as_rows(self, lines: Iterable[str], start: int, *, after: int = 0) -> list[RunLog]:
        rows = []
        for sequence, text in enumerate(_chunks(lines), self._sequence + after + 1):
            rows.append(RunLog(run=self.run, sequence=sequence, start=start, text=text))
            start += _size(text)
        return rows

    def _kept(self, last: list[RunLog]) -> tuple[deque[tuple[int, int]], list[int]]:
        """The rows of the end once `last` are written, and the sequences of those to delete."""
        new = deque((row.sequence, _size(row.text)) for row in last)
        gone = [sequence for sequence, _ in self._rows] if self._has_hole else []
        rows = new if self._has_hole else self._rows + new
        size = sum(size for _, size in rows)
        while rows and size - rows[0][1] >= self._most_at_end and rows[0][0] <= self._sequence:
            sequence, its_size = rows.popleft()
            size -= its_size
            gone.append(sequence)
        return rows, gone


def _size(text: str) -> int:
    return len(text.encode()) + 1  # with the end of its line


def _chunks(lines: Iterable[str]) -> Iterator[str]:
    chunk: list[str] = []
    size = 0
    for line in lines:
        chunk.append(line)
        size += len(line)
        if size >= CHUNK_BYTES:
            yield "\n".join(chunk)
            chunk, size = [], 0
    if chunk:
        yield "\n".join(chunk)
