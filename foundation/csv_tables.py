"""CSV for spreadsheets, guarded against formula injection."""

import csv
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from io import StringIO
from typing import Any, TypeAlias

from django.http import StreamingHttpResponse

from foundation.places import piece

Row: TypeAlias = Iterable[object]
Read: TypeAlias = Callable[[Any], tuple[Sequence[Row], Any]]
ROWS = 1_000  # of a piece, which takes a place and a connection while it is read

NUMBERS = (int, float, Decimal)
# Spreadsheets evaluate cells that begin like this, full-width forms too (OWASP, "CSV Injection").
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")


def csv_download(
    name: str, headings: list[str], read: Read, *, answer: Callable[..., StreamingHttpResponse] = StreamingHttpResponse
) -> StreamingHttpResponse:
    """A download `name`.csv, read a piece at a time while its reader takes it (foundation/places.py).

    `read(after)` returns at most ROWS rows, each an iterable of cells (see `csv_lines`), and the key after which
    the next piece begins: None when this was the last one, as `after` is for the first. `answer` makes the response.
    """
    return answer(
        _pieces(headings, read),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


async def _pieces(headings: list[str], read: Read) -> AsyncGenerator[str, None]:
    text, after = await piece(_first, headings, read)
    yield text
    while after is not None:
        text, after = await piece(_lines, read, after)
        yield text


def _first(headings: list[str], read: Read) -> tuple[str, Any]:
    text, after = _lines(read, None)
    return csv_lines([headings]) + text, after


def _lines(read: Read, after: Any) -> tuple[str, Any]:
    rows, last = read(after)
    return csv_lines(rows), last


def csv_lines(rows: Iterable[Row]) -> str:
    """CSV lines with their line ends; None becomes an empty cell, numbers are not quoted."""
    out = StringIO()
    csv.writer(out).writerows(map(safe, cells) for cells in rows)
    return out.getvalue()


def safe(cell: object) -> object:
    """Returns `cell`, or its text after an apostrophe if a spreadsheet would evaluate it."""
    if isinstance(cell, str):
        if cell[:1].isalnum():  # nearly all
            return cell
        return f"'{cell}" if cell.lstrip(" ").startswith(FORMULA) else cell
    return cell if cell is None or isinstance(cell, NUMBERS) else safe(str(cell))


def moment(at: datetime) -> str:
    """A time to the second, as its heading says in UTC: "2025-10-14 09:30:00"."""
    return at.isoformat(" ", "seconds")[:19]
