"""Reads a folder, or a bare git directory, as the contents of one commit."""

import hashlib
import os
import stat
from collections.abc import Mapping
from pathlib import Path

from demo.local_github.git import EXECUTABLE, FILE, LINK, SUBMODULE, Content, GitRepository

LARGEST_FILE = 4 * 1024 * 1024  # bytes


def read(path: Path) -> dict[str, Content]:
    """Read a folder, or the newest commit of a bare git directory; path in it → content."""
    is_bare = (path / "HEAD").is_file() and (path / "objects").is_dir()
    return read_bare(path) if is_bare else read_folder(path)


def read_bare(path: Path) -> dict[str, Content]:
    """Read HEAD's files, links and submodules; left out are files above 4 MiB and missing objects."""
    git = GitRepository(path.resolve())
    tree = git.tree("HEAD", recursive=True)
    entries = [
        entry for entry in tree if entry.type == "blob" and entry.size is not None and entry.size <= LARGEST_FILE
    ]
    data = git.blobs(entry.sha for entry in entries)
    files = {entry.path: Content(entry.mode, data[entry.sha]) for entry in entries}
    return files | {entry.path: Content(SUBMODULE, entry.sha.encode()) for entry in tree if entry.type == "commit"}


def read_folder(folder: Path) -> dict[str, Content]:
    """Read a folder as a commit's contents: links stay links, execute bits stay.

    Left out: `.git`, files above 4 MiB, and what is listed but missing or unreadable.
    """
    found = {}
    for directory, names, files in os.walk(folder):
        names[:] = [name for name in names if name != ".git"]
        linked = [name for name in names if (Path(directory) / name).is_symlink()]
        for name in files + linked:
            path = Path(directory) / name
            content = _read(path)
            if content is not None:
                found[path.relative_to(folder).as_posix()] = content
    return found


def _read(path: Path) -> Content | None:
    about = path.lstat()
    if stat.S_ISLNK(about.st_mode):
        return Content(LINK, os.fsencode(os.readlink(path)))
    if not stat.S_ISREG(about.st_mode) or about.st_size > LARGEST_FILE:
        return None
    return Content(EXECUTABLE if about.st_mode & stat.S_IXUSR else FILE, path.read_bytes())


def hash_of(found: Mapping[str, Content]) -> str:
    """Return a hash of the contents, to detect whether a folder has changed."""
    digest = hashlib.sha256()
    for path, content in sorted(found.items()):
        digest.update(f"{path}\0{content.mode}\0{len(content.data)}\0".encode() + content.data)
    return digest.hexdigest()
