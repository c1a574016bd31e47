"""Tables for a spreadsheet: CSV whose cells cannot become formulas there."""

import csv
from collections.abc import Iterable
from decimal import Decimal
from io import StringIO

from django.http import HttpResponse

# A cell that begins so is computed by spreadsheets, full-width forms too (OWASP, "CSV Injection").
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")


def csv_response(name: str, rows: Iterable[Iterable[object]]) -> HttpResponse:
    """A download `name`.csv of `rows`, iterables of cells as of `csv_line`."""
    return HttpResponse(
        map(csv_line, rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def csv_line(cells: Iterable[object]) -> str:
    """One line with its end; None is an empty cell, numbers stay numbers."""
    out = StringIO()
    csv.writer(out).writerow(map(safe, cells))
    return out.getvalue()


def safe(cell: object) -> object:
    """`cell` itself, or its text after an apostrophe where a spreadsheet would take it for a formula."""
    if cell is None or isinstance(cell, int | float | Decimal):
        return cell
    text = str(cell)
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text
