"""Resolves a repository's symbolic links to plain files without using a file system."""

from bisect import bisect_left
from collections import deque
from typing import Protocol

MOST_STEPS = 40  # links followed for one path, as in Linux


class Blob(Protocol):
    data: bytes


class LinkRefused(Exception):
    """Why a link cannot be followed, in a sentence."""


class Links:
    """The links of a snapshot: their `targets` by path, its `files`, and the reasons for its `refused` and `odd` paths.

    Links to folders leave out the odd paths in them.
    """

    def __init__(
        self,
        targets: dict[str, str],
        files: dict,
        refused: dict[str, str],
        odd: dict[str, str],
        *,
        entries: int,
        size: int,
    ) -> None:
        self.targets, self.files, self.refused, self.odd = targets, files, refused, odd
        self.sorted_paths = sorted([*files, *targets, *refused, *odd])
        self.entries, self.size = entries, size  # what may still be added
        self.known: dict[str, dict] = {}
        self.open: set[str] = set()

    def resolve(self) -> tuple[dict, dict[str, str]]:
        """Return the files that links lead to, by path, and the reasons for refused links."""
        added: dict = {}
        refused: dict[str, str] = {}
        for link in sorted(self.targets):
            try:
                found = self._files(link)
                self._spend(found)
            except LinkRefused as error:
                refused[link] = str(error)
                continue
            added |= {f"{link}/{rest}" if rest else link: file for rest, file in found.items()}
        return added, refused

    def _spend(self, found: dict) -> None:
        self.entries -= len(found)
        self.size -= sum(len(file.data) for file in found.values())
        if self.entries < 0 or self.size < 0:
            raise LinkRefused("The links lead to more files than the archive may hold.")

    def _files(self, link: str) -> dict:
        """The files that `link` leads to, by path below it; a blank path for a link to one file."""
        if link in self.known:
            return self.known[link]
        if link in self.open:
            raise LinkRefused(f"The link to {self.targets[link]} leads back to itself.")
        self.open.add(link)
        try:
            self.known[link] = self._below(self._walk(link), link)
        finally:
            self.open.discard(link)
        return self.known[link]

    def _below(self, target: str, link: str) -> dict:
        if target in self.files:
            return {"": self.files[target]}
        if target in self.refused or target in self.odd:
            raise LinkRefused(self.refused.get(target) or self.odd[target])
        found: dict = {}
        for path in self._paths_in(target):
            if path in self.odd:
                continue
            rest = path[len(target) + 1 :]
            if path in self.refused:
                raise LinkRefused(self.refused[path])
            inner = self._files(path) if path in self.targets else {"": self.files[path]}
            found |= {f"{rest}/{deeper}" if deeper else rest: file for deeper, file in inner.items()}
            if len(found) > self.entries:
                raise LinkRefused("The links lead to more files than the archive may hold.")
        if not found:
            raise LinkRefused(f"The link points to {self.targets[link]}, which is not in the repository.")
        return found

    def _paths_in(self, folder: str) -> list[str]:
        if not folder:
            return self.sorted_paths
        first = bisect_left(self.sorted_paths, f"{folder}/")
        last = bisect_left(self.sorted_paths, f"{folder}0")  # "0" is the character after "/"
        return self.sorted_paths[first:last]

    def _walk(self, link: str) -> str:
        """The path that a link leads to, with all links in it resolved."""
        rest, steps = deque(link.split("/")), 0
        reached: list[str] = []
        while rest:
            part = rest.popleft()
            if part in ("", "."):
                continue
            if part == "..":
                if not reached:
                    raise LinkRefused(f"The link to {self.targets[link]} leaves the repository.")
                reached.pop()
                continue
            reached.append(part)
            target = self.targets.get("/".join(reached))
            if target is None:
                continue
            steps += 1
            if steps > MOST_STEPS:
                raise LinkRefused(f"The link to {self.targets[link]} leads back to itself.")
            if target.startswith("/"):
                raise LinkRefused(f"The link to {target} leaves the repository.")
            reached.pop()
            rest.extendleft(reversed(target.split("/")))
        return "/".join(reached)
