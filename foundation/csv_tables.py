"""CSV for spreadsheets, guarded against formula injection."""

import csv
from collections.abc import Iterable
from decimal import Decimal
from io import StringIO

from django.http import HttpResponse

MOMENT = "%Y-%m-%d %H:%M:%S"  # of times, which are UTC, as their heading says
# Spreadsheets evaluate cells that begin like this, full-width forms too (OWASP, "CSV Injection").
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")


def csv_response(name: str, rows: Iterable[Iterable[object]]) -> HttpResponse:
    """A download `name`.csv; each row is an iterable of cells, see `csv_line`."""
    return HttpResponse(
        map(csv_line, rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def csv_line(cells: Iterable[object]) -> str:
    """One CSV line with its line end; None becomes an empty cell, numbers are not quoted."""
    out = StringIO()
    csv.writer(out).writerow(map(safe, cells))
    return out.getvalue()


def safe(cell: object) -> object:
    """Returns `cell`, or its text after an apostrophe if a spreadsheet would evaluate it."""
    if cell is None or isinstance(cell, int | float | Decimal):
        return cell
    text = str(cell)
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text
