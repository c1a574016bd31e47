"""A JSON value as the text that people see, in pieces: a string without quotes and escapes, anything else as it is."""

import json
from collections.abc import Iterator
from typing import Any

from deployments.sandbox.jsonb import LEFT_OUT, loads

ESCAPE, SURROGATE = 2, 6  # bytes of \n and of \ud83d
PAIR = 2  # escapes of one character outside the basic plane
MOST_CONTINUED = 3  # bytes of a character in UTF-8 after its first


def loaded(value: memoryview) -> Any:
    """A small value, as PostgreSQL stores it."""
    try:
        return loads(bytes(value).decode(errors="replace"))
    except RecursionError:
        return LEFT_OUT


def pieces(value: memoryview, size: int) -> Iterator[bytes]:
    """The text of a value in UTF-8, made of at most `size` bytes of JSON at a time."""
    is_string = value[:1] == b'"'
    at, end = (1, len(value) - 1) if is_string else (0, len(value))
    while at < end:
        stop = end if end - at <= size else _cut(value, at, at + size, is_string=is_string)
        piece = bytes(value[at:stop])
        yield _unescaped(piece) if is_string else piece
        at = stop


def _unescaped(piece: bytes) -> bytes:
    text = json.loads(f'"{piece.decode(errors="replace")}"', strict=False)
    return text.encode(errors="replace")


def _cut(value: memoryview, at: int, stop: int, *, is_string: bool) -> int:
    """The place up to `stop` where the text can be cut: inside no character and no escape, nor a pair of them."""
    for _ in range(MOST_CONTINUED):
        stop -= value[stop] & 0xC0 == 0x80
    for _ in range(PAIR if is_string else 0):
        stop = _before_part(value, at, stop)
    return stop


def _before_part(value: memoryview, at: int, stop: int) -> int:
    """`stop`, or where the escape begins that ends there before its own end, or before that of its pair."""
    tail = bytes(value[at:stop])
    last = tail.rfind(b"\\", -SURROGATE)
    if last < 0 or _backslashes(tail[: last + 1]) % 2 == 0:
        return stop
    escape = tail[last : last + SURROGATE]
    is_whole = len(escape) >= (SURROGATE if escape[1:2] == b"u" else ESCAPE)
    is_half = len(escape) == SURROGATE and escape[1:4].lower() in (b"ud8", b"ud9", b"uda", b"udb")
    return at + last if is_half or not is_whole else stop


def _backslashes(text: bytes) -> int:
    """How many there are at the end of a text."""
    return len(text) - len(text.rstrip(b"\\"))
