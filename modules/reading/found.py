"""A folder of a repository as a scan found it."""

import json
from dataclasses import dataclass, field
from typing import Any

from modules.reading.archive import File, content_hash_of
from modules.reading.discovery import outermost, split
from modules.terraform.declarations import combine
from modules.terraform.schema import Finding, Schema, finding

MOST_BYTES = 4 * 1024**2  # of what is stored of one module, with the folders that it calls
ALL_BYTES = 64 * 1024**2  # of all modules of a repository, as each has the folders that it calls
UNEXPECTED = "unexpected"  # code of the finding about an error of the portal


class TooMuch(Exception):
    """Why a module has too many folders, or declares too much; a sentence."""


@dataclass
class Found:
    """A module folder, invalid when an error is among its `findings`; `files` are those of its archive."""

    path: str
    title: str
    findings: list[Finding] = field(default_factory=list)
    files: dict[str, File] = field(default_factory=dict)
    schema: Schema = field(default_factory=lambda: combine({})[0])
    readme: str = ""
    parts: list[str] = field(default_factory=list)  # paths in the repository that all of this depends on
    helpers: list[str] = field(default_factory=list)  # folders below it that it calls, which are no modules for that

    @property
    def is_valid(self) -> bool:
        return all(row["level"] != "error" for row in self.findings)

    @property
    def content_hash(self) -> str:
        """SHA-256 over sorted paths, modes and blobs: equal for modules with the same files, whatever the commit."""
        return content_hash_of((path, file.executable, file.blob) for path, file in self.files.items())

    @property
    def folders(self) -> list[str]:
        """Folders whose files, in its repository, are exactly those of its archive."""
        return outermost(split(path)[0] for path in self.files)


def unreadable(path: str, title: str, error: Exception) -> Found:
    """A folder that could not be read because of an error in the portal."""
    message = (
        f"The portal could not read this folder because of an error of its own ({type(error).__name__}). "
        "Other folders are not affected. Scan again. Tell an admin if that fails too."
    )
    return Found(path, title, [finding("error", UNEXPECTED, message, path)], parts=[path])


class Room:
    """How much of a repository's modules is stored: what some declare is stored with each module that calls them."""

    def __init__(self, taken: int) -> None:
        self.taken = taken

    def take(self, found: Found) -> Found:
        """Make room for a module, and return it; raises TooMuch."""
        size = size_of([found.schema, found.findings, found.parts, found.helpers])
        self.check(size)
        self.taken += size
        return found

    def check(self, size: int) -> None:
        """Raise TooMuch when there is no room for a module of so many bytes."""
        if size > MOST_BYTES:
            most = MOST_BYTES // 1024**2
            raise TooMuch(f"This module and the folders that it calls declare more than {most} MB. Split it.")
        if self.taken + size > ALL_BYTES:
            raise TooMuch("The modules of this repository declare too much, each with the folders that it calls.")


def size_of(declared: Any) -> int:
    """Its bytes as JSON."""
    return len(json.dumps(declared))
