"""Findings about files that a module cannot use as they are: pointers, submodules, OpenTofu's own, odd names."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice

from modules.reading.discovery import below, is_config, split
from modules.reading.left_out import left_out
from modules.terraform.schema import Finding, finding

SUBMODULES = ".gitmodules"
# How each pointer begins, and its most bytes: https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
POINTER = b"version https://git-lfs.github.com/spec/"
LARGEST_POINTER = 1024
MOST_SUBMODULES = 1_000
LONGEST_PATH = 240  # characters
SUBMODULE = "This is a Git submodule. The module does not get its files."


class Reasons:
    """Sentences by path. Those of a few folders are found without looking at all."""

    def __init__(self, by_path: Mapping[str, str]) -> None:
        self.by_path, self.paths = by_path, sorted(by_path)

    def inside(self, parts: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Those of the paths that are one of the parts, or in it; no part is in another."""
        for part in parts:
            found = [part] if part and part in self.by_path else []
            yield from ((path, self.by_path[path]) for path in (*found, *below(part, self.paths)))


def is_pointer(data: bytes) -> bool:
    """Whether a file is a pointer of Git LFS in place of its content."""
    return data.startswith(POINTER) and len(data) < LARGEST_POINTER


def submodules(text: str) -> list[str]:
    """The folders of a repository's submodules, from its .gitmodules (git's "gitmodules"); of many, the first."""
    pairs = (line.partition("=") for line in text.splitlines())
    paths = (value.strip().strip('"').strip("/") for key, _, value in pairs if key.strip() == "path")
    return list(islice((path for path in paths if 0 < len(path) <= LONGEST_PATH), MOST_SUBMODULES))


def of_pointers(paths: Iterable[str], folders: Collection[str]) -> Iterator[Finding]:
    """An error for each pointer that `folders` need as configuration, a suggestion for each other one."""
    for path in paths:
        folder, name = split(path)
        if folder in folders and is_config(name):
            message = "Git LFS keeps this file, so GitHub's archive has only a pointer to it. Commit the file itself."
            yield finding("error", "lfs", message, path, 1)
        else:
            message = "Git LFS keeps this file, so the module gets only a pointer to it. Commit the file itself."
            yield finding("advice", "lfs", message, path)


def of_submodules(submodules: Reasons, inside: Iterable[str]) -> Iterator[Finding]:
    """A suggestion for each submodule in one of the parts `inside`."""
    for path, reason in submodules.inside(inside):
        yield finding("advice", "submodule", reason, path)


def of_odd_names(odd: Reasons, inside: Iterable[str]) -> Iterator[Finding]:
    """An error for each Terraform file in one of the parts `inside` whose name is refused, a suggestion for others."""
    for path, reason in odd.inside(inside):
        if left_out(path):
            continue
        if is_config(split(path)[1]):
            yield finding("error", "path", reason, path)
        else:
            yield finding("advice", "left-out", f"Left out of the archive: {reason[0].lower()}{reason[1:]}", path)


def of_opentofu(files: list[str], *, is_alone: bool) -> Iterator[Finding]:
    """An error where OpenTofu's `files` of a folder are alone, else a suggestion for each."""
    if is_alone:
        message = "This needs OpenTofu: the folder has .tofu files and no .tf file. The portal runs Terraform."
        yield finding("error", "opentofu", message, files[0], 1)
        return
    for path in files:
        yield finding("advice", "opentofu", "Terraform ignores this file. Only OpenTofu reads it.", path)


def of_refused(refused: Reasons, inside: Iterable[str]) -> Iterator[Finding]:
    """An error for each refused path in one of the parts `inside`."""
    for path, reason in refused.inside(inside):
        if not left_out(path):
            yield finding("error", "path", reason, path)


def no_folder(source: str, submodule: str | None) -> str:
    """Why a called folder is missing: it may be in a submodule."""
    if submodule is None:
        return f"The source {source} is not a folder of this repository. Check the path."
    return (
        f"The source {source} is in the Git submodule {submodule}, which GitHub's archive leaves empty. "
        "Copy its files into this repository, or use its own Git address as the source."
    )
