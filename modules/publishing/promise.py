"""What a form promises: what becomes of each folder that publishing changes, and what differs from that now."""

from collections.abc import Iterable

from modules.publishing.candidate import Candidate

Promise = dict[str, str]  # `Candidate.becomes` by path
MOST_TOLD = 50
WORDS = {"new": "published as", "back": "brought back as", "updated": "updated to"}


def of_candidates(found: Iterable[Candidate]) -> Promise:
    """The promise of publishing these as they are ticked; those that are affected need numbers."""
    return {candidate.path: becomes for candidate in found if (becomes := candidate.becomes)}


def differences(promised: Promise, now: Promise) -> list[str]:
    """A sentence for each folder of which something else would become now, by path; the rest as a number."""
    told = list(by_path(promised, now).values())
    rest = len(told) - MOST_TOLD
    return told if rest <= 0 else [*told[:MOST_TOLD], f"{rest:,} more folders changed."]


def by_path(promised: Promise, now: Promise) -> dict[str, str]:
    """The sentence of each folder of which something else would become now, in the order of paths."""
    paths = sorted(path for path in promised.keys() | now.keys() if promised.get(path) != now.get(path))
    return {path: _difference(path or "The root folder", promised.get(path), now.get(path)) for path in paths}


def _difference(name: str, promised: str | None, now: str | None) -> str:
    before, after = _words(promised), _words(now)
    if before == after:
        return f"{name} has changed."
    return f"{name} was to be {before}. Now it would be {after}."


def _words(becomes: str | None) -> str:
    """ "updated to 1.1.0", "removed", "left as it is"; a text that nobody promised is only named as another."""
    match (becomes or "").split(" "):
        case [""]:
            return "left as it is"
        case ["removed"]:
            return "removed"
        case [kind, semver, _] if kind in WORDS:
            return f"{WORDS[kind]} {semver}"
    return "something else"
