"""Finds a repository's modules and the folders that belong to each: pure functions over paths."""

import posixpath
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from modules.reading.paths import prefixes

NOT_MODULES = {"examples", "test", "tests"}
SHELF = "modules"  # the folder whose sub-folders are modules too
# Folders that hold modules for demonstration, for tests and for callers of other tools, which few want to publish.
SIDE_FOLDERS = {"example", "examples", "fixtures", "test", "test-fixtures", "tests", "wrappers"}
PREFIX = re.compile(r"^terraform-(?:[a-z0-9]+-(?=.))?")  # terraform-PROVIDER-NAME, as the public registry wants it
LONGEST_TITLE = 200  # characters
IGNORED_BY_TERRAFORM = re.compile(r"^\.|~$|^#.*#$")


class SourceLeaves(ValueError):
    """A module call's source is outside of the repository."""


def find_folders(paths: Iterable[str], *, any_depth: bool = False) -> list[str]:
    """Return the paths of module folders, sorted; blank for the root.

    A module folder holds a file of Terraform or OpenTofu. With `any_depth`, helpers of other modules are among them.
    """
    found = {folder for folder, name in map(split, paths) if is_config(name) or is_opentofu(name)}
    return sorted(filter(_is_shown if any_depth else is_usual, found))


def is_usual(folder: str) -> bool:
    """Whether a folder is where the partner guide looks for modules: the root, a top-level folder, modules/NAME."""
    parts = folder.split("/")
    if len(parts) > 2 or (len(parts) == 2 and parts[0] != SHELF):
        return False
    return _is_shown(folder) and not any(part.lower() in NOT_MODULES for part in parts)


def is_aside(folder: str) -> bool:
    """Whether a folder is in one of the SIDE_FOLDERS, or is one itself."""
    return not SIDE_FOLDERS.isdisjoint(folder.lower().split("/"))


def helpers_of(folder: str, called: Iterable[str]) -> list[str]:
    """Those of the folders that a module calls, also through others, that are below it and are no modules for that."""
    return sorted(path for path in called if path != folder and is_inside(path, folder) and not is_usual(path))


def without_helpers(folders: Iterable[str], helpers: Mapping[str, Collection[str]]) -> list[str]:
    """The folders that are not among the helpers of any module, which are given by the module's folder."""
    below = {path for paths in helpers.values() for path in paths}
    return [folder for folder in folders if folder not in below]


def split(path: str) -> tuple[str, str]:
    folder, _, name = path.rpartition("/")
    return folder, name


def is_config(name: str) -> bool:
    """Whether Terraform reads a file of this name as configuration."""
    return name.endswith((".tf", ".tf.json")) and not IGNORED_BY_TERRAFORM.search(name)


def is_opentofu(name: str) -> bool:
    """Whether only OpenTofu reads a file of this name, and Terraform does not (OpenTofu's "Files and Directories")."""
    return name.endswith((".tofu", ".tofu.json")) and not IGNORED_BY_TERRAFORM.search(name)


def is_inside(path: str, folder: str) -> bool:
    return not folder or path == folder or path.startswith(f"{folder}/")


def is_in_one(path: str, folders: Collection[str]) -> bool:
    """Whether a path is inside one of the folders, which are a set: the time does not grow with their number."""
    return "" in folders or any(prefix in folders for prefix in prefixes(path))


def outermost(folders: Iterable[str]) -> list[str]:
    """The folders, sorted, without those inside another of them."""
    folders = set(folders)
    if "" in folders:
        return [""]
    return sorted(folder for folder in folders if not folders.intersection(list(prefixes(folder))[:-1]))


def called_folder(folder: str, source: str) -> str | None:
    """Return the folder that a module call in `folder` uses. Returns None when its source is not a local path.

    Raises SourceLeaves. Local paths begin with ./ or ../ (Terraform's "Module Sources").
    """
    if not source.startswith(("./", "../")) and source not in (".", ".."):
        return None
    path = posixpath.normpath(posixpath.join(folder, source))
    if _leaves(path):
        raise SourceLeaves(source)
    return "" if path == "." else path


def below(folder: str, paths: Sequence[str]) -> Sequence[str]:
    """Those of the sorted paths that are in a folder or below it."""
    if not folder:
        return paths
    start, end = (bisect_left(paths, f"{folder}{mark}") for mark in "/0")  # “0” comes after “/”
    return paths[start:end]


def targets_of(links: Mapping[str, str]) -> dict[str, str]:
    """The path in the repository that each link names, in the order of the links; its own if that leaves it."""
    named = {link: posixpath.normpath(posixpath.join(posixpath.dirname(link), links[link])) for link in sorted(links)}
    return {link: link if _leaves(path) else "" if path == "." else path for link, path in named.items()}


def with_targets(parts: Iterable[str], targets: Mapping[str, str]) -> list[str]:
    """The parts, plus the links in or above them and everything that these lead to, as `targets_of` says.

    Each link is followed once, however many there are.
    """
    ordered, found, waiting = list(targets), set(parts), list(parts)
    followed: set[str] = set()
    while waiting:
        part = waiting.pop()
        above = (link for link in prefixes(part) if link in targets)
        for link in {*below(part, ordered), *above} - followed:
            followed.add(link)
            waiting += {link, targets[link]} - found
            found |= {link, targets[link]}
    return outermost(found)


def _leaves(path: str) -> bool:
    return path == ".." or path.startswith(("../", "/"))


def titles_of(folders: Iterable[str], repository_name: str) -> dict[str, str]:
    """Titles by folder: its name in start case, `Cloudrun_Open_EMR` → "Cloudrun Open EMR".

    The root has the repository's. One deeper than usual has as many names of the folders above it as no other ends
    with: "Aws Alb" and "Gcp Alb".
    """
    ends = {folder: list(_ends(folder)) for folder in folders}
    counts = Counter(end.casefold() for each in ends.values() for end in each)
    titles = {}
    for folder, each in ends.items():
        distinct = each[0] if is_usual(folder) else next((end for end in each if counts[end.casefold()] == 1), each[-1])
        titles[folder] = _start_case(distinct or PREFIX.sub("", repository_name.rsplit("/", 1)[-1]))
    return titles


def _ends(folder: str) -> Iterator[str]:
    """The last name of a folder, then the last two, and so on, without the SHELF."""
    names = [part for part in folder.split("/") if part != SHELF] or [folder]
    for first in reversed(range(len(names))):
        yield "/".join(names[first:])


def _start_case(name: str) -> str:
    words = (word for word in re.split(r"[\s/_.-]+", name) if word)
    return (" ".join(word[0].upper() + word[1:] for word in words) or name)[:LONGEST_TITLE]


def _is_shown(folder: str) -> bool:
    return not any(part.startswith(".") for part in folder.split("/"))
