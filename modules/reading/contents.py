"""What a snapshot holds, by kind of file and by folder."""

from collections.abc import Sequence

from modules.reading import special_files
from modules.reading.archive import File, Snapshot
from modules.reading.discovery import below, is_config, is_opentofu, split
from modules.reading.left_out import left_out
from modules.reading.paths import prefixes


class Contents:
    """The files of a snapshot, sorted once for all its modules.

    `configs` are the files that Terraform reads and `opentofu` those that only OpenTofu reads, by folder; `readmes`
    one path for each folder; `left_out` the part that is left out of archives, by path; `holds` every folder that is
    not empty; `submodules` the folders of submodules.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.files = snapshot.files
        self.configs: dict[str, list[str]] = {}
        self.opentofu: dict[str, list[str]] = {}
        self.readmes: dict[str, str] = {}
        self.pointers: set[str] = set()
        self.left_out: dict[str, str] = {}
        self.holds: set[str] = {""}
        self.paths = sorted(snapshot.files)
        for path in self.paths:
            self._sort(path, snapshot.files[path])
        listed = special_files.submodules(self.text(special_files.SUBMODULES))
        self.submodules = dict.fromkeys(path for path in listed if path not in self.holds)

    def text(self, path: str) -> str:
        """The text of a file; blank where there is none."""
        data = self.files[path].data if path in self.files else b""
        return data.decode("utf-8", "replace").replace("\0", "")

    def below(self, folder: str) -> Sequence[str]:
        """The paths of the files in a folder and in those below it."""
        return below(folder, self.paths)

    def submodule_of(self, path: str) -> str | None:
        """The submodule that a path is in. Returns None when it is in none."""
        return next((prefix for prefix in prefixes(path) if prefix in self.submodules), None)

    def _sort(self, path: str, file: File) -> None:
        folder, name = split(path)
        if part := left_out(path):
            self.left_out[path] = part
        elif special_files.is_pointer(file.data):
            self.pointers.add(path)
        elif is_config(name):
            self.configs.setdefault(folder, []).append(path)
        elif is_opentofu(name):
            self.opentofu.setdefault(folder, []).append(path)
        elif name.lower() == "readme.md":
            self.readmes.setdefault(folder, path)
        while folder not in self.holds:
            self.holds.add(folder)
            folder = split(folder)[0]
