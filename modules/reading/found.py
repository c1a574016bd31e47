"""A folder of a repository as a scan found it."""

from dataclasses import dataclass, field

from modules.reading.archive import File, content_hash_of
from modules.reading.discovery import outermost, split
from modules.terraform.declarations import combine
from modules.terraform.schema import Finding, Schema, finding

UNEXPECTED = "unexpected"  # code of the finding about an error of the portal


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
