"""Answers that go on after their view, for as long as their readers take them and may."""

from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Any

from django.http import StreamingHttpResponse


class StreamedResponse(StreamingHttpResponse):
    """
    Parts for one `reader`, sent by partnerportal.streams; `farewell` is the last one when the reader may not read on.
    Without one, as for a file, which has to be whole, the connection breaks off.

    `still_allowed` takes the readers of many streams, and returns the indices of those who may.
    """

    def __init__(
        self,
        parts: AsyncGenerator[Any, None],
        *,
        person: int,
        reader: Any,
        still_allowed: Callable[[Sequence[Any]], set[int]],
        farewell: bytes = b"",
        **options: Any,
    ) -> None:
        super().__init__(parts, **options)
        self.person, self.reader, self.still_allowed, self.farewell = person, reader, still_allowed, farewell
