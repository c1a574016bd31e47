"""Resolves a repository's symbolic links to plain files without using a file system."""

from bisect import bisect_left
from collections import deque
from typing import Protocol

MOST_STEPS = 40  # links followed for one path, as in Linux
MOST_FOLLOWED = 500_000  # parts of paths, and files, that are looked at for all links of a repository
TOO_MANY = "The links lead to more files than the archive may hold."
TOO_OFTEN = "The links of this repository lead to each other too often to follow them all."


class Blob(Protocol):
    data: bytes


class LinkRefused(Exception):
    """Why a link cannot be followed, in a sentence."""


class Links:
    """The links of a snapshot: their `targets` by path, its `files`, and the reasons for its `refused` and `odd` paths.

    Links to folders leave out the odd paths in them. However links lead to links, the work is bounded, and none of it
    is recursive.
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
        depth: int,
    ) -> None:
        self.targets, self.files, self.refused, self.odd = targets, files, refused, odd
        self.sorted_paths = sorted([*files, *targets, *refused, *odd])
        self.entries, self.size = entries, size  # what may still be added
        self.depth = depth  # folders of a path
        self.followed = 0
        self.ends: dict[str, str] = {}  # the path that a link leads to
        self.answers: dict[str, dict | LinkRefused] = {}  # the files by path below a link; blank for a link to one file
        self.trail: dict[str, int] = {}  # links that wait for what they lead to, each with its place

    def resolve(self) -> tuple[dict, dict[str, str]]:
        """Return the files that links lead to, by path, and the reasons for refused links."""
        added: dict = {}
        refused: dict[str, str] = {}
        for link in sorted(self.targets):
            self._settle(link)
            try:
                found = self._answer(link)
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
            raise LinkRefused(TOO_MANY)

    def _answer(self, link: str) -> dict:
        found = self.answers[link]
        if isinstance(found, LinkRefused):
            raise found
        return found

    def _settle(self, link: str) -> None:
        """Answer a link, after all links that it leads to."""
        waiting = [link]
        while waiting:
            current = waiting[-1]
            try:
                inner = [] if current in self.trail or current in self.answers else self._begin(current)
                if not inner and current not in self.answers:
                    self.answers[current] = self._below(self.ends[current], current)
            except LinkRefused as error:
                self.answers[current], inner = error, []
            if current in self.answers:
                self.trail.pop(current, None)
                waiting.pop()
            waiting += inner

    def _begin(self, link: str) -> list[str]:
        """Find out where a link leads; return the links there that have no answer yet, and refuse those in a circle."""
        self.trail[link] = len(self.trail)
        self.ends[link] = target = self._walk(link)
        if target in self.files:
            return []
        inner = [path for path in self._paths_in(target) if path in self.targets and path not in self.answers]
        places = [self.trail[path] for path in inner if path in self.trail]
        if not places:
            return inner
        for each in list(self.trail)[min(places) :]:
            self.answers[each] = LinkRefused(f"The link to {self.targets[each]} leads back to itself.")
            del self.trail[each]
        return []

    def _below(self, target: str, link: str) -> dict:
        if target in self.files:
            return {"": self.files[target]}
        if target in self.refused or target in self.odd:
            raise LinkRefused(self.refused.get(target) or self.odd[target])
        found: dict = {}
        for path in self._paths_in(target):
            if path in self.odd:
                continue
            rest = path[len(target) + 1 :] if target else path
            if path in self.refused:
                raise LinkRefused(self.refused[path])
            inner = self._answer(path) if path in self.targets else {"": self.files[path]}
            self._follow(len(inner))
            found |= {f"{rest}/{deeper}" if deeper else rest: file for deeper, file in inner.items()}
            if len(found) > self.entries:
                raise LinkRefused(TOO_MANY)
        if not found:
            raise LinkRefused(f"The link points to {self.targets[link]}, which is not in the repository.")
        if any(path.count("/") >= self.depth for path in found):
            raise LinkRefused(f"The link to {self.targets[link]} leads to a path deeper than {self.depth} folders.")
        return found

    def _follow(self, steps: int) -> None:
        self.followed += steps
        if self.followed > MOST_FOLLOWED:
            raise LinkRefused(TOO_OFTEN)

    def _paths_in(self, folder: str) -> list[str]:
        if not folder:
            self._follow(len(self.sorted_paths))
            return self.sorted_paths
        first = bisect_left(self.sorted_paths, f"{folder}/")
        last = bisect_left(self.sorted_paths, f"{folder}0")  # "0" is the character after "/"
        self._follow(last - first)
        return self.sorted_paths[first:last]

    def _walk(self, link: str) -> str:
        """The path that a link leads to, with all links in it resolved."""
        rest, steps = deque(link.split("/")), 0
        reached: list[str] = []
        while rest:
            self._follow(1)
            part = rest.popleft()
            if part in ("", "."):
                continue
            if part == "..":
                if not reached:
                    raise LinkRefused(f"The link to {self.targets[link]} leaves the repository.")
                reached.pop()
                continue
            reached.append(part)
            if len(reached) > self.depth:  # no such path is read
                raise LinkRefused(f"The link points to {self.targets[link]}, which is not in the repository.")
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
