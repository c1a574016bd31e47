"""Files that are columns of rows, sent a piece at a time: the whole file is never in memory."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Length, Substr
from django.http import StreamingHttpResponse

from foundation.places import piece

PIECE = 256 * 1024  # bytes


def file_download(rows: QuerySet[Any], column: str, *, name: str, kind: str) -> StreamingHttpResponse:
    """The bytes in `column` of the only one of `rows` as a file `name` of the media type `kind`."""
    length = rows.values_list(Length(column), flat=True).get()
    return StreamingHttpResponse(_content(rows, column), content_type=kind, headers=_headers(name, length))


def parts_download(
    part: Callable[[int], bytes],
    *,
    length: int | None = None,
    name: str,
    kind: str,
    answer: Callable[..., StreamingHttpResponse] = StreamingHttpResponse,
) -> StreamingHttpResponse:
    """A file of `length` bytes, if that is known, of which `part` returns each part by its number from 0, and nothing
    after the last. `answer` makes the response.
    """
    return answer(_parts(part), content_type=kind, headers=_headers(name, length))


def _headers(name: str, length: int | None) -> dict[str, str]:
    size = {} if length is None else {"Content-Length": str(length)}
    return {"Content-Disposition": f'attachment; filename="{name}"'} | size


async def _parts(part: Callable[[int], bytes]) -> AsyncGenerator[bytes, None]:
    number = 0
    while found := await piece(part, number):
        yield found
        number += 1


async def _content(rows: QuerySet[Any], column: str) -> AsyncIterator[bytes]:
    start = 1  # of SQL, which counts from one
    while found := await piece(_slice, rows, column, start):
        yield found
        start += len(found)


def _slice(rows: QuerySet[Any], column: str, start: int) -> bytes:
    """Empty after the end, and when the row is gone."""
    return bytes(rows.values_list(Substr(column, start, PIECE), flat=True).first() or b"")
