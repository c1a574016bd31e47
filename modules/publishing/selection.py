"""Which candidates a page shows: search, filter, and a page of rows from a key on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.db import models

from modules.publishing.candidate import Candidate, Status

ROWS = 25  # on one page
LONGEST = 100  # characters of a search


class Show(models.TextChoices):
    """The filters of the Publish page."""

    ALL = "all", "All"
    NEW = "new", "New"
    UPDATED = "updated", "Update available"
    INVALID = "invalid", "Invalid"
    PUBLISHED = "published", "Published"
    REMOVED = "removed", "Removed"
    ALARM = "alarm", "With alarm"
    ASIDE = "aside", "Examples, tests and wrappers"

    def fits(self, candidate: Candidate) -> bool:
        """Whether it shows a candidate; what is folded away is shown by its own filter alone."""
        return candidate.is_aside if self == Show.ASIDE else not candidate.is_aside and FITS[self](candidate)


FITS: dict[Show, Callable[[Candidate], bool]] = {
    Show.ALL: lambda candidate: True,
    Show.NEW: lambda candidate: candidate.status == Status.NEW,
    Show.UPDATED: lambda candidate: candidate.has_update,
    Show.INVALID: lambda candidate: not candidate.is_valid,
    Show.PUBLISHED: lambda candidate: candidate.is_published,
    Show.REMOVED: lambda candidate: candidate.status == Status.REMOVED,
    Show.ALARM: lambda candidate: candidate.alarms > 0,
}


@dataclass(frozen=True)
class Chip:
    """A filter as a link, with the number of rows that it shows."""

    label: str
    number: int
    query: str
    is_current: bool


@dataclass(frozen=True)
class Selection:
    """`after` is the path that the page begins after; None begins with the first."""

    words: str = ""
    show: Show = Show.ALL
    after: str | None = None

    def found(self, all_found: Sequence[Candidate]) -> list[Candidate]:
        """The candidates that search and filter leave."""
        return [candidate for candidate in self._searched(all_found) if self.show.fits(candidate)]

    def rows(self, found: Sequence[Candidate]) -> list[Candidate]:
        """A page of these, by the order of their paths."""
        if self.after is not None:
            key = _key(self.after)
            found = [candidate for candidate in found if _key(candidate.path) > key]
        return list(found[:ROWS])

    def chips(self, all_found: Sequence[Candidate]) -> list[Chip]:
        aside: list[Candidate] = []
        sight: list[Candidate] = []
        for candidate in self._searched(all_found):
            (aside if candidate.is_aside else sight).append(candidate)
        counted = ((show, len(aside) if show == Show.ASIDE else sum(map(FITS[show], sight))) for show in Show)
        return [
            Chip(str(show.label), number, replace(self, show=show, after=None).query, show == self.show)
            for show, number in counted
            if number or show in (Show.ALL, self.show)
        ]

    @property
    def query(self) -> str:
        """Its part of a URL's query; blank for all."""
        pairs = {"q": self.words, "show": "" if self.show == Show.ALL else self.show.value}
        after = {} if self.after is None else {"after": self.after or "."}
        return urlencode({name: text for name, text in (pairs | after).items() if text})

    def _searched(self, found: Sequence[Candidate]) -> list[Candidate]:
        words = self.words.casefold().split()
        return [each for each in found if all(word in f"{each.title} {each.path}".casefold() for word in words)]


def _key(path: str) -> tuple[str, str]:
    return path.casefold(), path
