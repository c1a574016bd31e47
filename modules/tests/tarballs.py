"""Tarballs as GitHub sends them, and as nobody should."""

import gzip
import io
import tarfile

from modules.reading.archive import File, frames

TOP = "alice-example-cloud-modules-0123456"


def tarball(files=None, *, links=None, members=(), top=TOP, executables=()) -> io.BytesIO:
    """A gzipped tar of files and links below a top folder, then of `members` (TarInfo, data) as they are."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz", format=tarfile.PAX_FORMAT) as tar:
        tar.addfile(member(top, kind=tarfile.DIRTYPE))
        for path, data in (files or {}).items():
            data = data.encode() if isinstance(data, str) else data
            mode = 0o755 if path in executables else 0o644
            tar.addfile(member(f"{top}/{path}", size=len(data), mode=mode), io.BytesIO(data))
        for path, target in (links or {}).items():
            tar.addfile(member(f"{top}/{path}", kind=tarfile.SYMTYPE, target=target))
        for info, data in members:
            tar.addfile(info, io.BytesIO(data))
    stream.seek(0)
    return stream


def member(name, *, kind=tarfile.REGTYPE, size=0, mode=0o644, target="") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.size, info.mode, info.linkname = kind, size, mode, target
    return info


def pack(files: dict[str, File]) -> bytes:
    """The archive of a module with these files by path, as the portal sends it to Terraform."""
    stored = sorted(files.items())
    around = frames((path, file.executable, len(file.data)) for path, file in stored)
    contents = [*(gzip.compress(file.data, compresslevel=6, mtime=0) for _, file in stored), b""]
    return b"".join(frame + content for frame, content in zip(around, contents, strict=True))
