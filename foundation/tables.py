"""Tables for a spreadsheet: CSV whose cells cannot become formulas there."""

import csv

from django.http import HttpResponse

# A cell that begins so is computed by spreadsheets, full-width forms too (OWASP, "CSV Injection").
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")


def csv_response(name: str, rows) -> HttpResponse:
    """A download `name`.csv of `rows`, iterables of cells; None is an empty cell, numbers stay numbers."""
    response = HttpResponse(
        content_type="text/csv; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{name}.csv"'}
    )
    writer = csv.writer(response)
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return response


def safe(cell):
    """`cell` itself, or its text after an apostrophe where a spreadsheet would take it for a formula."""
    if cell is None or isinstance(cell, int | float):
        return cell
    text = str(cell)
    return f"'{text}" if text.startswith(FORMULA) else text
