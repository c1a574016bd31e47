"""The semantic version of the next publication: from a git tag where one fits, else incremented.

Rules: https://semver.org, and Terraform's registry, which ignores build metadata.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from semver import Version

from modules.versions.change import Change

FIRST = "1.0.0"
BUMPS = ("major", "minor", "patch")
LONGEST = 60  # characters, as the version's column holds them
MOST = 10**18  # of one part: Terraform reads 64 bits, and the portal must be able to increment it


@dataclass(frozen=True)
class Number:
    semver: str  # without a v
    tag: str  # that gave it, else blank
    note: str  # a sentence when a tag on the commit could not be taken, else blank


def bump_of(changes: Iterable[Change]) -> str:
    """The step that all changes together require: "major", "minor", or "patch" when the interface is the same."""
    return min((change.bump for change in changes), key=BUMPS.index, default="patch")


def number(*, newest: str | None, taken: Collection[str], bump: str, tags: Collection[str], path: str) -> Number:
    """Return the number of the version after `newest` (None: there is none yet), and the tag that it comes from.

    `taken` are all numbers in use, `bump` is "major", "minor" or "patch", `tags` are the names on the scanned commit,
    and `path` is the module's folder. A tag must be higher than the newest version; the most specific one is tried
    first: `<path>/v1.2.3`, `<folder>/v1.2.3`, `<folder>-v1.2.3`, `v1.2.3`.
    """
    note = ""
    for tag, text in _versions(tags, path) if tags else ():
        problem = _problem(text, newest, taken)
        if not problem:
            return Number(text, tag, note)
        note = note or f"The tag {tag} was not used: {problem}."
    return Number(_next(newest, taken, bump), "", note)


def _versions(tags: Collection[str], path: str) -> Iterator[tuple[str, str]]:
    """Yield the tags of this module, with the version in each: the most specific first, then the highest."""
    folder = path.rsplit("/", 1)[-1]
    prefixes = [f"{path}/v", f"{folder}/v", f"{folder}-v"] if path else []
    seen = set()
    for prefix in [*prefixes, "v"]:
        found = [(tag, tag.removeprefix(prefix)) for tag in tags if tag.startswith(prefix) and tag not in seen]
        found = [(tag, text) for tag, text in found if text[:1].isdigit()]
        seen |= {tag for tag, _ in found}
        yield from sorted(found, key=lambda pair: _height(pair[1]), reverse=True)


def _height(text: str) -> tuple:
    """The sort key of a text by its version; texts without one are the lowest."""
    version = _parsed(text)
    return (version is not None, version or Version(0), text)


def _parsed(text: str) -> Version | None:
    is_plain = len(text) <= LONGEST and text.isascii() and Version.is_valid(text)
    return Version.parse(text) if is_plain else None


def _problem(text: str, newest: str | None, taken: Collection[str]) -> str:
    """Why a version cannot be the next one, as the end of a sentence; blank when it can."""
    version = _parsed(text)
    if version is None:
        return f"{text[:LONGEST]} is not a semantic version like 1.2.3"
    if max(version.major, version.minor, version.patch) >= MOST:
        return "its numbers are larger than Terraform can read"
    if version.build:
        return "Terraform's registry ignores what follows a plus sign"
    if text in taken or text == newest:
        return f"{text} is already published"
    if newest is not None and version <= Version.parse(newest):
        return f"it is not higher than {newest}, the newest version"
    return ""


_version = lru_cache(maxsize=1_000)(Version.parse)  # hundreds of modules have few numbers


def _next(newest: str | None, taken: Collection[str], bump: str) -> str:
    version = _version(FIRST) if newest is None else _version(newest).next_version(bump)
    while str(version) in taken:
        version = version.next_version(bump)
    return str(version)
