"""Keeps the files of archives: each content once, however many modules, commits and owners have it.

Who writes files shares an advisory lock with others who do, until the end of their transaction; what nobody refers to
is deleted under that lock alone. So nothing that was found stored is gone before somebody refers to it.
"""

import gzip
import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, count, takewhile
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from accounts.models import User
from foundation.downloads import PIECE
from foundation.one_at_a_time import lock_number
from modules.models import Archive, Blob
from modules.reading.archive import ArchiveRefused, File, content_hash_of, frames
from modules.reading.discovery import is_in_one

AT_ONCE = 500  # rows of one statement
FILES_AT_ONCE = 50  # read at once
READ_SLICES = """
    SELECT substr(b.data, s.start + 1, s.size)
    FROM unnest(%s::bigint[], %s::int[], %s::int[]) WITH ORDINALITY AS s (blob, start, size, number)
    LEFT JOIN modules_blob b ON b.id = s.blob ORDER BY s.number
"""
ADD_FILES = """
    INSERT INTO modules_archivefile (archive_id, path, executable, blob_id)
    SELECT %s, * FROM unnest(%s::text[], %s::boolean[], %s::bigint[])
"""
UNUSED = """
    WITH unused AS (
        SELECT id FROM modules_archive a
        WHERE (%(all)s OR id = ANY(%(keys)s))
            AND NOT EXISTS (SELECT FROM modules_moduleversion WHERE archive_id = a.id)
            AND NOT EXISTS (SELECT FROM modules_preparedmodule WHERE archive_id = a.id)
            AND NOT EXISTS (SELECT FROM modules_scan WHERE archive_id = a.id)
    ), entries AS (
        DELETE FROM modules_archivefile WHERE archive_id IN (SELECT id FROM unused) RETURNING blob_id
    ), archives AS (
        DELETE FROM modules_archive WHERE id IN (SELECT id FROM unused)
    )
    SELECT DISTINCT blob_id FROM entries
"""
UNUSED_BLOBS = """
    DELETE FROM modules_blob b
    WHERE id = ANY(%s) AND NOT EXISTS (SELECT FROM modules_archivefile WHERE blob_id = b.id)
"""
# What the versions of an owner, the publication that is prepared, and a scan refer to; a path counts as 200 bytes.
STORED = """
    WITH kept AS (
        SELECT v.archive_id FROM modules_moduleversion v JOIN modules_module m ON m.id = v.module_id
        WHERE m.owner_id = %(owner)s OR (m.owner_id IS NULL AND %(owner)s IS NULL)
        UNION
        SELECT p.archive_id FROM modules_preparedmodule p JOIN modules_publication u ON u.id = p.publication_id
            JOIN accounts_githubconnection c ON c.id = u.connection_id
        WHERE c.owner_id = %(owner)s OR (c.owner_id IS NULL AND %(owner)s IS NULL)
        UNION
        SELECT %(archive)s::bigint
    ), entries AS (
        SELECT blob_id, count(*) AS number FROM modules_archivefile
        WHERE archive_id IN (SELECT archive_id FROM kept) GROUP BY blob_id
    )
    SELECT coalesce(sum(b.stored + e.number * 200), 0) FROM entries e JOIN modules_blob b ON b.id = e.blob_id
"""
TOO_MUCH = (
    "The files of {whose} published versions and of this repository take up {used}, of {limit} at most. "
    "What is published stays. Remove large files from the repository, or ask an admin for more room."
)


class FilesChanged(Exception):
    """An archive does not hold the files that it was asked for."""


@transaction.atomic
def keep(files: Mapping[str, File]) -> Archive:
    """Store the files by path, as far as they are not stored yet, and return their archive."""
    _share_lock()
    content_hash = content_hash_of((path, file.executable, file.blob) for path, file in files.items())
    if archive := Archive.objects.filter(content_hash=content_hash).first():
        return archive
    digests = {path: hashlib.sha256(file.data).hexdigest() for path, file in files.items()}
    contents = {digest: files[path] for path, digest in digests.items()}
    known = set(Blob.objects.filter(digest__in=contents).values_list("digest", flat=True))
    new = (_blob(digest, contents[digest]) for digest in sorted(contents.keys() - known))
    Blob.objects.bulk_create(new, batch_size=AT_ONCE, ignore_conflicts=True)  # others may store the same at the moment
    keys = dict(Blob.objects.filter(digest__in=contents).values_list("digest", "pk"))
    rows = [(path, file.executable, keys[digests[path]]) for path, file in files.items()]
    return _archive(content_hash, rows, size=sum(len(file.data) for file in files.values()))


class Whole:
    """An archive of a repository, from which those of its modules are taken."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive

    @cached_property
    def entries(self) -> list[tuple[str, bool, int, str, int]]:
        columns = ("path", "executable", "blob_id", "blob__git", "blob__size")
        return list(self.archive.entries.values_list(*columns))

    @transaction.atomic
    def part(self, folders: Collection[str], *, content_hash: str) -> Archive:
        """The archive of the files in these folders; raises FilesChanged when they have another hash."""
        _share_lock()
        if archive := Archive.objects.filter(content_hash=content_hash).first():
            return archive
        inside = set(folders)
        found = [entry for entry in self.entries if is_in_one(entry[0], inside)]
        if content_hash_of((path, executable, git) for path, executable, _, git, _ in found) != content_hash:
            raise FilesChanged
        rows = [(path, executable, blob) for path, executable, blob, _, _ in found]
        return _archive(content_hash, rows, size=sum(entry[4] for entry in found))


@dataclass(frozen=True)
class Slice:
    """A part of a stored file, with what stands before it in the .tar.gz."""

    frame: bytes
    blob: int
    start: int
    size: int


class Packed:
    """The .tar.gz of an archive, the same bytes for the same files. Nothing is compressed anew."""

    def __init__(self, archive: Archive) -> None:
        columns = ("path", "executable", "blob__size", "blob_id", "blob__stored")
        entries = list(archive.entries.order_by("path").values_list(*columns))
        *before, self.end = frames(entry[:3] for entry in entries)
        self.length = sum(map(len, before)) + len(self.end) + sum(entry[4] for entry in entries)
        sliced = (_slices(frame, entry[3], entry[4]) for frame, entry in zip(before, entries, strict=True))
        self.parts = list(_parts(chain.from_iterable(sliced)))

    def part(self, number: int) -> bytes:
        """Some PIECE of its bytes: some files, or a slice of a large one; blank after the last."""
        if number >= len(self.parts):
            return self.end if number == len(self.parts) else b""
        slices = self.parts[number]
        columns = [[each.blob for each in slices], [each.start for each in slices], [each.size for each in slices]]
        with connection.cursor() as cursor:
            cursor.execute(READ_SLICES, columns)
            contents = [bytes(data or b"") for (data,) in cursor.fetchall()]
        return b"".join(piece for each, data in zip(slices, contents, strict=True) for piece in (each.frame, data))


def _slices(frame: bytes, blob: int, stored: int) -> Iterator[Slice]:
    for start in range(0, max(stored, 1), PIECE):
        yield Slice(b"" if start else frame, blob, start, min(PIECE, stored - start))


def _parts(slices: Iterable[Slice]) -> Iterator[list[Slice]]:
    part: list[Slice] = []
    for each in slices:
        if part and (len(part) == FILES_AT_ONCE or sum(other.size for other in part) + each.size > PIECE):
            yield part
            part = []
        part.append(each)
    if part:
        yield part


def packed(archive: Archive) -> bytes:
    """The whole .tar.gz of an archive."""
    made = Packed(archive)
    return b"".join(takewhile(bool, map(made.part, count())))


@transaction.atomic
def forget_unused(keys: Iterable[int] | None = None) -> None:
    """Delete archives that nothing refers to, of `keys` or of all, with contents that nobody else has.

    Does nothing while somebody stores files.
    """
    facts: dict[str, Any] = {"all": keys is None, "keys": list(keys or ())}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock_number(keep)])
        if not cursor.fetchone()[0]:
            return
        cursor.execute(UNUSED, facts)
        cursor.execute(UNUSED_BLOBS, [[key for (key,) in cursor.fetchall()]])


def stored_bytes(owner: User | None, archive: Archive | None) -> int:
    """Bytes that an owner's versions, the publication that is prepared, and the archive of a scan take up together."""
    facts: dict[str, Any] = {"owner": owner and owner.pk, "archive": archive and archive.pk}
    with connection.cursor() as cursor:
        cursor.execute(STORED, facts)
        return int(cursor.fetchone()[0])


def check_room(owner: User | None, archive: Archive | None) -> int:
    """The bytes that an owner's files take up; raises ArchiveRefused with a sentence when that is too much."""
    used, limit = stored_bytes(owner, archive), settings.OWNER_BYTES
    if used > limit:
        whose = "your" if owner else "the platform's"
        raise ArchiveRefused(TOO_MUCH.format(whose=whose, used=size_text(used), limit=size_text(limit)))
    return used


def size_text(number: int) -> str:
    """ "12 KB", "1.5 MB", "12 MB": binary, as all limits of the portal."""
    if number < 1024**2:
        return f"{number / 1024:.0f} KB"
    return f"{number / 1024**2:,.1f} MB".replace(".0 MB", " MB")


def _share_lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [lock_number(keep)])


def _blob(digest: str, file: File) -> Blob:
    data = gzip.compress(file.data, compresslevel=6, mtime=0)
    return Blob(digest=digest, git=file.blob, data=data, size=len(file.data), stored=len(data))


def _archive(content_hash: str, rows: Collection[tuple[str, bool, int]], *, size: int) -> Archive:
    """Create an archive with these paths, executable bits and keys of blobs."""
    made, is_new = Archive.objects.get_or_create(content_hash=content_hash, defaults={"size": size, "files": len(rows)})
    if is_new:
        columns = [[row[column] for row in rows] for column in range(3)]
        with connection.cursor() as cursor:
            cursor.execute(ADD_FILES, [made.pk, *columns])
    return made
