"""Reads the rows of a log in pieces of bounded size, and says where something is left out."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import F, Func, IntegerField, QuerySet, Sum, Window

from deployments.models import RunLog
from foundation.compiled import Param, compiled

PIECE_BYTES = 128 * 1024
PIECE_ROWS = 500


def with_sizes(rows: QuerySet[RunLog]) -> QuerySet[Any]:
    """Adds `size`: the bytes of a chunk's text, with the end of its last line. PostgreSQL knows it unread."""
    return rows.annotate(size=Func(F("text"), function="octet_length", output_field=IntegerField()) + 1)


def after(run_id: int, position: int) -> list[Any]:
    """The chunks that follow chunk `position`, with `size`: about PIECE_BYTES, but one at least if there is one."""
    rows = RunLog.objects.filter(run=run_id, sequence__gt=position).order_by("sequence")
    return _read(rows, PIECE_BYTES, PIECE_ROWS)


def newest(run_id: int, *, size: int, rows: int) -> list[Any]:
    """The newest chunks, oldest first: about `size` bytes, at most `rows` of them."""
    return _newest(run=run_id, size=size, rows=rows)


@compiled
def _newest(run: Param, size: Param, *, rows: int) -> QuerySet[Any]:
    """The chunks before which fewer than `size` bytes were read, from the newest on."""
    log = RunLog.objects.filter(run=run)
    few = with_sizes(log.filter(pk__in=log.order_by("-sequence").values("pk")[:rows]))
    read = few.annotate(read=Window(Sum("size"), order_by=F("sequence").desc()) - F("size"))
    return read.filter(read__lt=size).order_by("sequence")


def _read(rows: QuerySet[RunLog], most: int, most_rows: int) -> list[Any]:
    chosen, size = [], 0
    for sequence, its_size in with_sizes(rows).values_list("sequence", "size")[:most_rows]:
        chosen.append(sequence)
        size += its_size
        if size >= most:
            break
    return list(with_sizes(rows.filter(sequence__in=chosen)))


def end_of(run_id: int, position: int) -> int | None:
    """Where in the log chunk `position` ends: 0 before the first one, None if it is no longer kept."""
    row = with_sizes(RunLog.objects.filter(run=run_id, sequence=position)).defer("text").first()
    return row.start + row.size if row else None if position else 0


def texts(chunks: Iterable[Any], *, position: int, end: int | None) -> Iterator[tuple[Any, str]]:
    """Each chunk with its text, before which a line stands where lines are left out.

    `position` and `end` are the sequence and the end of the chunk before these; `end` is None if unknown.
    """
    for chunk in chunks:
        is_hole = chunk.sequence > position + 1 if end is None else chunk.start > end
        yield chunk, f"{_left_out(chunk, end)}\n{chunk.text}" if is_hole else chunk.text
        position, end = chunk.sequence, chunk.start + chunk.size


def _left_out(chunk: Any, end: int | None) -> str:
    what = "Some lines" if end is None else f"{chunk.start - end:,} bytes"
    return f"y{what} are left out here. A long log keeps its beginning and its end."
