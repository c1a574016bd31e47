"""Validates paths of a repository, and makes refused ones printable."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator

# Marks that reverse the direction of text, to disguise a name (Unicode TR 36, "Bidirectional Text Spoofing").
BIDI = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
UNPRINTABLE = {"Cc", "Cs", "Zl", "Zp"}
BACKSLASH = "The path contains a backslash."
UNSHOWABLE = "The path contains characters that cannot be shown."
TWIN = "Another path differs from this one only by case or Unicode form."
ODD_NAMES = {BACKSLASH, UNSHOWABLE, TWIN}  # the name is the problem: the file can be left out


def path_problem(path: str, *, depth: int, length: int) -> str:
    """Why `path` (relative, with slashes) is refused, in a sentence; blank when it is valid."""
    parts = path.split("/")
    if path.startswith("/"):
        return "The path is absolute."
    if "\\" in path:
        return BACKSLASH
    if any(unicodedata.category(character) in UNPRINTABLE or character in BIDI for character in path):
        return UNSHOWABLE
    if any(part in ("", ".", "..") for part in parts):
        return "The path leaves its folder."
    if len(path.encode()) > length:
        return f"The path is longer than {length} bytes."
    if len(parts) > depth:
        return f"The path is deeper than {depth} folders."
    return ""


def shown(path: str) -> str:
    """`path` with U+FFFD in place of characters that cannot be shown or stored, truncated to 300 characters."""
    return "".join(
        "\ufffd" if unicodedata.category(character) in UNPRINTABLE or character in BIDI else character
        for character in path
    )[:300]


def twins(paths: Iterable[str]) -> set[str]:
    """Paths that collide with another, or have a folder that does, when case and Unicode form are ignored."""
    paths = list(paths)
    forms: dict[str, set[str]] = defaultdict(set)
    for path in paths:
        for prefix in prefixes(path):
            forms[unicodedata.normalize("NFC", prefix).casefold()].add(prefix)
    doubled = {prefix for group in forms.values() if len(group) > 1 for prefix in group}
    return {path for path in paths if any(prefix in doubled for prefix in prefixes(path))}


def prefixes(path: str) -> Iterator[str]:
    """`a`, `a/b`, `a/b/c` for `a/b/c`."""
    position = path.find("/")
    while position >= 0:
        yield path[:position]
        position = path.find("/", position + 1)
    yield path
