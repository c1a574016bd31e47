"""Reads a gzipped tar, member by member, within limits; knows nothing of modules and writes nothing to disk.

Format: POSIX.1-2017 "pax", ustar interchange format, and GNU's long names, as GitHub and git write them.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

BLOCK = 512
CHUNK = 64 * 1024
GZIP = b"\x1f\x8b"  # how each member of a gzip stream begins; it may have several (RFC 1952)
LONGEST_HEADER = 64 * 1024  # bytes of extended header of one member
MOST_RECORDS = 100  # of an extended header; git writes one or two
LONGEST_SIZE = 20  # digits
RATIO_FROM = 16 * 1024**2  # bytes from which the ratio counts: one file of one character is no bomb
PASSED_OVER = 10  # times the limit of unpacked bytes may be skipped, in files that are too large to keep
REGULAR, LINK, HARD_LINK, FOLDER = "file", "link", "hard link", "folder"
KINDS = {
    b"0": REGULAR,
    b"\0": REGULAR,
    b"7": REGULAR,
    b"1": HARD_LINK,
    b"2": LINK,
    b"3": "device",
    b"4": "device",
    b"5": FOLDER,
    b"6": "pipe",
}


class ArchiveRefused(Exception):
    """The whole archive is refused; the text is a sentence for people."""


@dataclass(frozen=True)
class Limits:
    """Bytes packed and unpacked, entries, bytes of a file, depth and length of a path, ratio of unpacked to packed."""

    compressed_bytes: int
    bytes: int
    entries: int
    file_bytes: int
    depth: int
    path_length: int
    ratio: int = 200  # source code has 3 to 20


@dataclass(frozen=True)
class Member:
    """One member; `data` is None for anything but a regular file within the limit of a file's size."""

    name: str
    kind: str
    size: int
    executable: bool
    target: str
    data: bytes | None


def members(stream: BinaryIO, limits: Limits) -> Iterator[Member]:
    """Yield the members of a gzipped tar; raises ArchiveRefused when it is damaged or beyond a limit."""
    source = _Unpacked(stream, limits)
    extended: dict[str, str] = {}
    count = 0
    while (header := source.read(BLOCK)).strip(b"\0"):
        count += 1
        if count > limits.entries * 2:  # each member may bring one extended header
            raise ArchiveRefused(f"The archive has more than {limits.entries:,} entries.")
        kind, size = header[156:157], _checked_size(header)
        if kind in b"xgLK":
            extended |= _extended(kind, source, size)
            continue
        yield _member(header, extended, source, limits)
        extended = {}
    source.drain()


class _Unpacked:
    """The bytes of a gzip stream, unpacked chunk by chunk on demand."""

    def __init__(self, stream: BinaryIO, limits: Limits) -> None:
        self.stream, self.limits = stream, limits
        self.unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        self.buffer = bytearray()
        self.packed = self.unpacked = self.passed_over = 0

    def read(self, size: int) -> bytes:
        """Return exactly `size` bytes, or none at the end of the stream."""
        while len(self.buffer) < size and self._more():
            pass
        if len(self.buffer) < size and self.buffer:
            raise ArchiveRefused("The archive ends in the middle of a file.")
        data = bytes(self.buffer[:size])
        del self.buffer[:size]
        return data

    def skip(self, size: int) -> None:
        """Skip bytes without keeping them in memory."""
        while size > 0:
            step = min(size, CHUNK)
            self.passed_over += step
            if len(self.read(step)) < step:
                raise ArchiveRefused("The archive ends in the middle of a file.")
            size -= step

    def drain(self) -> None:
        """Read to the end of the stream, which verifies its checksum."""
        while self._more():
            self.buffer.clear()

    def _more(self) -> bool:
        packed = self.unpacker.unused_data or self.unpacker.unconsumed_tail or self._next()
        if self.unpacker.eof:
            packed = packed if len(packed) > 1 else packed + self._next()
            if not packed.startswith(GZIP):
                return False
            self.unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        if not packed:
            raise ArchiveRefused("The archive is incomplete.")
        try:
            data = self.unpacker.decompress(packed, CHUNK)
        except zlib.error as error:
            raise ArchiveRefused("The archive is damaged.") from error
        self.unpacked += len(data)
        self._check()
        self.buffer += data
        return True

    def _next(self) -> bytes:
        packed = self.stream.read(CHUNK)
        self.packed += len(packed)
        return packed

    def _check(self) -> None:
        if self.packed > self.limits.compressed_bytes:
            raise ArchiveRefused(f"The archive is larger than {_megabytes(self.limits.compressed_bytes)}.")
        kept = self.unpacked - self.passed_over
        if kept > self.limits.bytes:
            raise ArchiveRefused(f"The archive unpacks to more than {_megabytes(self.limits.bytes)}.")
        if self.passed_over > PASSED_OVER * self.limits.bytes:
            raise ArchiveRefused("The archive's large files unpack to more than the portal reads.")
        if kept > RATIO_FROM and kept > self.packed * self.limits.ratio:
            raise ArchiveRefused(f"The archive unpacks to more than {self.limits.ratio} times its size.")


def _member(header: bytes, extended: dict[str, str], source: _Unpacked, limits: Limits) -> Member:
    size = int(extended["size"][:LONGEST_SIZE]) if extended.get("size", "").isdecimal() else _checked_size(header)
    kind = KINDS.get(header[156:157], "thing of an unknown kind")
    prefix = _text(header[345:500]) if header[257:262] == b"ustar" else ""
    name = extended.get("path") or "/".join(filter(None, [prefix, _text(header[:100])]))
    data = None
    if kind == REGULAR and size <= limits.file_bytes:
        data = source.read(size)
        if len(data) < size:
            raise ArchiveRefused("The archive ends in the middle of a file.")
        source.skip(-size % BLOCK)
    elif kind == REGULAR or size:
        source.skip(size + -size % BLOCK)
    target = extended.get("linkpath") or _text(header[157:257])
    return Member(name, kind, size, bool(_octal(header[100:108]) & 0o100), target, data)


def _extended(kind: bytes, source: _Unpacked, size: int) -> dict[str, str]:
    if size > LONGEST_HEADER:
        raise ArchiveRefused("The archive has an extended header that is too long.")
    data = source.read(size)
    source.skip(-size % BLOCK)
    if kind in b"LK":
        return {"path" if kind == b"L" else "linkpath": _text(data)}
    return {} if kind == b"g" else _records(data)


def _records(data: bytes) -> dict[str, str]:
    """pax records: "LENGTH KEY=VALUE\\n", LENGTH counting the whole record."""
    records: dict[str, str] = {}
    for _ in range(MOST_RECORDS):
        if not data:
            return records
        length, _, _ = data.partition(b" ")
        if not length.isdigit() or len(length) > 6 or not len(length) + 2 < int(length) <= len(data):
            raise ArchiveRefused("The archive has a damaged extended header.")
        key, _, value = data[len(length) + 1 : int(length) - 1].partition(b"=")
        records[key.decode("utf-8", "replace")] = value.decode("utf-8", "surrogateescape")
        data = data[int(length) :]
    raise ArchiveRefused("The archive has an extended header that is too long.")


def _checked_size(header: bytes) -> int:
    if len(header) < BLOCK or _octal(header[148:156]) != sum(header[:148]) + 8 * 32 + sum(header[156:]):
        raise ArchiveRefused("The archive is damaged.")
    return _octal(header[124:136])


def _octal(field: bytes) -> int:
    if field[0] & 0x80:  # GNU's form for large numbers
        return int.from_bytes(bytes([field[0] & 0x7F]) + field[1:])
    digits = field.strip(b" \0")
    if not digits:
        return 0
    if not all(48 <= digit < 56 for digit in digits):
        raise ArchiveRefused("The archive is damaged.")
    return int(digits, 8)


def _text(field: bytes) -> str:
    return field.split(b"\0", 1)[0].decode("utf-8", "surrogateescape")


def _megabytes(size: int) -> str:
    return f"{size / 1024**2:g} MiB"
