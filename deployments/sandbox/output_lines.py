"""Splits Terraform's output into lines and reads each as an event, in bounded memory."""

from collections.abc import Callable

from deployments.sandbox.json_stream import Event, is_dump, parse, parse_dump, parse_head

LONGEST = 1024**2  # bytes of a line that is read; of a longer one, the message at its beginning
HEAD = 64 * 1024


class Lines:
    """Takes a stream in pieces. A line with a printed state may have `most` bytes; it is never made a string."""

    def __init__(self, take: Callable[[Event], None], *, most: int) -> None:
        self._take, self._most_of_state = take, most + HEAD
        self._line = bytearray()
        self._size = 0

    def feed(self, piece: bytes) -> None:
        *parts, rest = piece.split(b"\n")
        for part in parts:
            self._extend(part)
            self._end()
        self._extend(rest)

    def close(self) -> None:
        if self._size:
            self._end()

    def _extend(self, part: bytes) -> None:
        self._size += len(part)
        self._line += part[: self._most - len(self._line)]

    @property
    def _most(self) -> int:
        """The bytes of this line that are kept."""
        has_state = len(self._line) > HEAD and is_dump(bytes(self._line[:HEAD]))
        return self._most_of_state if has_state else LONGEST

    def _end(self) -> None:
        line, size = self._line, self._size
        self._line, self._size = bytearray(), 0
        if size > len(line):
            self._take(parse_head(bytes(line[:HEAD]), size))
        elif is_dump(bytes(line[:HEAD])):
            self._take(parse_dump(line))
        else:
            self._take(parse(line.decode(errors="replace")))
