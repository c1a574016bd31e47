"""Keeps secrets out of logs: masks exact values and the encodings in which programs usually print them.

A long value is searched in blocks, so that neither memory nor the end that is held back grows with it; all blocks are
found in one pass, also where they overlap. What is found side by side is masked as one.
"""

import base64
import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote, quote_plus

from ahocorasick_rs import AhoCorasick, MatchKind

MASK = "••••••"
SHORTEST = 4  # characters; masking shorter values would hide half of every log
REVEALING = 4  # this many first characters of a secret are masked even before the rest arrives
BLOCK = 256  # characters
MOST_NESTED = 6  # forms that end with each other; of more, which only secrets made for it have, the longest is found
WINDOW = 16 * 1024  # characters searched at once, as each of them may end some matches
MOST_FORMS = 10_000  # of all secrets of a run together
TOO_MANY = "The sensitive values are too long to be masked in logs. Keep them below 5,000 lines together."
IN_HTML = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})  # of Terraform's jsonencode

Span = tuple[int, int]


class TooManyForms(Exception):
    """The secrets are too long to be masked; the message is a sentence for people."""


def leaves(value: Any) -> list[str]:
    """All strings and numbers inside a JSON value, as Terraform prints them."""
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in leaves(item)]
    if isinstance(value, list):
        return [leaf for item in value for leaf in leaves(item)]
    if value is None or isinstance(value, bool):
        return []
    return [value if isinstance(value, str) else json.dumps(value)]


def forms_of(secrets: Iterable[str]) -> list[str]:
    """The sorted texts that stand for these secrets, each of at most BLOCK characters; raises TooManyForms."""
    found: set[str] = set()
    for secret in map(_encodable, secrets):
        for form in _forms(secret):
            for block in _blocks(form):
                found.add(block)
                if len(found) > MOST_FORMS:
                    raise TooManyForms(TOO_MANY)
    return sorted(found)


class Redactor:
    """Masks the given secret values, also URL-encoded, JSON-escaped, in base64, and line by line.

    Raises TooManyForms.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        self._forms = forms_of(secrets)
        self._starts = {form[:length] for form in self._forms for length in range(1, SHORTEST + 1)}
        self.finds_all = _nesting(self._forms) <= MOST_NESTED
        self._automaton = _automaton(self._forms, finds_all=self.finds_all)
        self.longest = max(map(len, self._forms), default=0)

    def clean(self, text: str) -> str:
        return self.clean_pieces([text])[0]

    def clean_pieces(self, pieces: list[str], *, hidden_end: int = 0) -> list[str]:
        """The masked pieces of one stream; a secret may span several pieces.

        Also masks the last `hidden_end` characters of the stream.
        """
        if self._automaton is None:
            return pieces
        stream = _encodable("".join(pieces))
        found = [span for at in range(0, len(stream), WINDOW) for span in self._in_window(stream, at)]
        if hidden_end:
            found.append((len(stream) - hidden_end, len(stream)))
        return list(_without(pieces, _merged(found)))

    def _in_window(self, stream: str, at: int) -> list[Span]:
        """What is found from `at`, up to where a form that begins in the window may end."""
        assert self._automaton  # noqa: S101 - asked by `clean_pieces`
        window = stream[at : at + WINDOW + self.longest - 1]
        matches = self._automaton.find_matches_as_indexes(window, overlapping=self.finds_all)
        return _merged([(at + start, at + end) for _, start, end in matches])

    def open_end(self, text: str) -> int:
        """How many characters at the end of `text` may be the beginning of a secret; fewer than BLOCK."""
        end = text[-(self.longest - 1) :] if self.longest > 1 else ""
        for at in range(len(end)):
            if end[at : at + SHORTEST] in self._starts and self._begins(end[at:]):
                return len(end) - at
        return 0

    def _begins(self, text: str) -> bool:
        """Whether a longer form starts with `text`: it would be the next one in order."""
        following = bisect_right(self._forms, text)
        return following < len(self._forms) and self._forms[following].startswith(text)


def _automaton(forms: list[str], *, finds_all: bool) -> AhoCorasick | None:
    kind = MatchKind.Standard if finds_all else MatchKind.LeftmostLongest
    return AhoCorasick(forms, matchkind=kind, store_patterns=False) if forms else None


def _nesting(forms: list[str]) -> int:
    """The most forms of which each ends with the one before: so many matches may end at one place."""
    most, nested = 0, list[str]()
    for form in sorted(form[::-1] for form in forms):
        while nested and not form.startswith(nested[-1]):
            nested.pop()
        nested.append(form)
        most = max(most, len(nested))
    return most


def _merged(spans: list[Span]) -> list[Span]:
    """Spans in order, those that touch or overlap as one."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _without(pieces: list[str], spans: list[Span]) -> Iterator[str]:
    """The pieces of a stream without the spans; one mask replaces each span where it begins."""
    at, start = 0, 0
    for piece in pieces:
        end, position, kept = start + len(piece), start, []
        while at < len(spans) and spans[at][0] < end:
            first, last = spans[at]
            kept.append(piece[position - start : max(first, start) - start])
            kept += [MASK] if first >= start else []
            position = min(max(last, position), end)
            if last > end:  # it goes on in the next piece
                break
            at += 1
        kept.append(piece[position - start :])
        yield "".join(kept)
        start = end


def _encodable(text: str) -> str:
    """The text with a question mark for each lone surrogate, which no encoding has."""
    return text.encode(errors="replace").decode()


def _forms(secret: str) -> Iterator[str]:
    escaped = json.dumps(secret, ensure_ascii=False)[1:-1]
    yield from (secret, quote(secret), quote(secret, safe=""), quote_plus(secret), escaped)
    yield json.dumps(secret)[1:-1]
    yield escaped.translate(IN_HTML)
    yield escaped.replace("${", "$${").replace("%{", "%%{")  # in addresses
    yield from secret.splitlines()
    if len(secret) >= SHORTEST:
        yield from _base64_forms(secret.encode())


def _blocks(form: str) -> Iterator[str]:
    """The parts of a form, of nearly the same length; none of a form that is too short."""
    number = -(-len(form) // BLOCK)
    if len(form) < SHORTEST:
        return
    for at in range(number):
        yield form[at * len(form) // number : (at + 1) * len(form) // number]


def _base64_forms(secret: bytes) -> Iterator[str]:
    """Base64 of the value, and the part that is the same when the value is inside a longer text, at each offset."""
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        yield encode(secret).decode().rstrip("=")
        for offset in range(3):
            text = encode(b"\0" * offset + secret).decode().rstrip("=")
            whole = (offset + len(secret)) * 8 // 6  # characters that depend on no byte after the value
            inner = text[-(-offset * 8 // 6) : whole]
            if len(inner) >= 2 * SHORTEST:
                yield inner
