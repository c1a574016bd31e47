"""Reads a repository's tarball into plain files; packs and unpacks the archive of one module.

Python's `extractall` is never used: its filters have been tricked into writing outside of their target.
"""

import gzip
import hashlib
import io
import os
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from modules.reading.paths import ODD_NAMES, TWIN, path_problem, prefixes, shown, twins
from modules.reading.symlinks import Links
from modules.reading.tar import FOLDER, LINK, REGULAR, ArchiveRefused, Limits, Member, members

LONGEST_TARGET = 1024  # characters of a link's target

__all__ = [
    *("ArchiveRefused", "File", "Limits", "Snapshot"),
    *("archive_limits", "content_hash_of", "frames", "read_tarball", "unpack"),
]


@dataclass(frozen=True)
class File:
    """A regular file; `blob` is its git object id (SHA-1)."""

    data: bytes
    executable: bool
    blob: str


@dataclass
class Snapshot:
    """The files of a commit by path, and for each refused path the reason, in a sentence.

    `odd` are paths that are refused for their names alone, by the path as it can be shown.
    """

    files: dict[str, File] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    odd: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)  # link targets by path, also of links that lead nowhere


def archive_limits() -> Limits:
    """The limits from the settings."""
    return Limits(
        compressed_bytes=settings.ARCHIVE_COMPRESSED_BYTES,
        bytes=settings.ARCHIVE_BYTES,
        entries=settings.ARCHIVE_ENTRIES,
        file_bytes=settings.ARCHIVE_FILE_BYTES,
        depth=settings.ARCHIVE_DEPTH,
        path_length=settings.ARCHIVE_PATH_LENGTH,
    )


def new_file(data: bytes, *, executable: bool = False) -> File:
    blob = hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
    return File(data, executable, blob)


def read_tarball(stream: BinaryIO, *, limits: Limits) -> Snapshot:
    """Read GitHub's tarball of a commit without its top folder; links are resolved to plain files.

    Raises ArchiveRefused when the archive as a whole is damaged or beyond a limit.
    """
    return _read(stream, limits, strip_top=True)


def content_hash_of(entries: Iterable[tuple[str, bool, str]]) -> str:
    """SHA-256 over sorted paths, executable bits and git's object ids: the same files have one, whatever the commit."""
    digest = hashlib.sha256()
    for path, executable, blob in sorted(entries):
        mode = "100755" if executable else "100644"
        digest.update(f"{path}\0{mode}\0{blob}\n".encode())
    return digest.hexdigest()


def frames(entries: Iterable[tuple[str, bool, int]]) -> list[bytes]:
    """What stands before each file of a .tar.gz, of its path, executable bit and size; the last stands at the end.

    Each is a member of the gzip stream, which may have any number of them (RFC 1952), as are the contents between.
    """
    made, padding = [], 0
    for path, executable, size in entries:
        info = tarfile.TarInfo(path)
        info.size, info.mode = size, 0o755 if executable else 0o644
        made.append(_gzip(bytes(padding) + info.tobuf(tarfile.PAX_FORMAT)))
        padding = -size % tarfile.BLOCKSIZE
    return [*made, _gzip(bytes(padding + 2 * tarfile.BLOCKSIZE))]


def _gzip(data: bytes) -> bytes:
    return gzip.compress(data, compresslevel=6, mtime=0)


def unpack(data: bytes, directory: Path) -> None:
    """Write the files of a packed archive below `directory`, which exists and is empty.

    Raises ArchiveRefused, before anything is written, when the archive holds what `read_tarball` would refuse.
    """
    limits = archive_limits()
    # One module may compress better than its whole repository, and its links have become files.
    wider = replace(limits, compressed_bytes=limits.bytes, bytes=2 * limits.bytes, ratio=2_000)
    snapshot = _read(io.BytesIO(data), wider, strip_top=False)
    if refused := snapshot.refused | snapshot.odd:
        path, reason = next(iter(refused.items()))
        raise ArchiveRefused(f"{path}: {reason}")
    for path, file in snapshot.files.items():
        target = directory / path
        target.parent.mkdir(parents=True, exist_ok=True)
        mode = 0o755 if file.executable else 0o644
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
        with os.fdopen(descriptor, "wb") as out:
            out.write(file.data)


def _read(stream: BinaryIO, limits: Limits, *, strip_top: bool) -> Snapshot:
    snapshot = Snapshot()
    targets: dict[str, str] = {}
    for number, member in enumerate(members(stream, limits)):
        if number >= limits.entries:
            raise ArchiveRefused(f"The archive has more than {limits.entries:,} entries.")
        path = _without_top(member) if strip_top else member.name
        path = path.rstrip("/") if member.kind == FOLDER else path
        if path or member.kind != FOLDER:
            _take(snapshot, targets, path, member, limits)
    snapshot.links = dict(targets)
    _refuse_collisions(snapshot, targets)
    size = sum(len(file.data) for file in snapshot.files.values())
    spare = {"entries": limits.entries - len(snapshot.files), "size": limits.bytes - size, "depth": limits.depth}
    added, refused = Links(targets, snapshot.files, snapshot.refused, snapshot.odd, **spare).resolve()
    for path, reason in refused.items():
        (snapshot.odd if reason in ODD_NAMES else snapshot.refused)[path] = reason
    for path, file in added.items():
        problem = path_problem(path, depth=limits.depth, length=limits.path_length)
        if problem:
            snapshot.refused[path] = problem
        else:
            snapshot.files[path] = file
    return snapshot


def _without_top(member: Member) -> str:
    """The path below the top folder, which GitHub names OWNER-NAME-COMMIT.

    An absolute path, and one that begins with a dot segment, is kept as it is, so that it is refused.
    """
    top, slash, rest = member.name.partition("/")
    return rest if slash and top not in ("", ".", "..") else member.name if member.kind != FOLDER else ""


def _take(snapshot: Snapshot, targets: dict[str, str], path: str, member: Member, limits: Limits) -> None:
    problem = path_problem(path, depth=limits.depth, length=limits.path_length) or _problem(member, limits)
    if not problem and (path in snapshot.files or path in targets):
        problem = "This path is in the archive twice."
        snapshot.files.pop(path, None)
        targets.pop(path, None)
    if problem in ODD_NAMES:
        snapshot.odd[shown(path)] = problem
    elif problem:
        snapshot.refused[shown(path)] = problem
    elif path in snapshot.refused or member.kind == FOLDER:
        return
    elif member.kind == LINK:
        targets[path] = member.target
    elif member.data is not None:
        snapshot.files[path] = new_file(member.data, executable=member.executable)


def _problem(member: Member, limits: Limits) -> str:
    if member.kind == LINK and (not member.target or len(member.target) > LONGEST_TARGET or "\0" in member.target):
        return "The link has no usable target."
    if member.kind not in (REGULAR, LINK, FOLDER):
        return f"Only files, folders and symbolic links are supported. This is a {member.kind}."
    if member.kind == REGULAR and member.data is None:
        return f"The file is larger than {limits.file_bytes / 1024**2:g} MiB."
    return ""


def _refuse_collisions(snapshot: Snapshot, targets: dict[str, str]) -> None:
    """Take out the paths that no file system, or not every one, can hold beside the others."""
    taken = [*snapshot.files, *targets]
    leaves = set(taken)
    inside_files = [path for path in taken if any(prefix in leaves for prefix in prefixes(path) if prefix != path)]
    snapshot.refused |= dict.fromkeys(inside_files, "One of its folders is also a file.")
    snapshot.odd |= dict.fromkeys(twins(taken).difference(inside_files), TWIN)
    for path in [*inside_files, *snapshot.odd]:
        snapshot.files.pop(path, None)
        targets.pop(path, None)
