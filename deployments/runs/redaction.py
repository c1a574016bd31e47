"""Keeps secrets out of logs: masks exact values and the encodings in which programs usually print them."""

import base64
import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, quote_plus

MASK = "••••••"
SHORTEST = 4  # characters; masking shorter values would hide half of every log
REVEALING = 4  # this many first characters of a secret are masked even before the rest arrives


def leaves(value: Any) -> list[str]:
    """All strings and numbers inside a JSON value, as Terraform prints them."""
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in leaves(item)]
    if isinstance(value, list):
        return [leaf for item in value for leaf in leaves(item)]
    if value is None or isinstance(value, bool):
        return []
    return [value if isinstance(value, str) else json.dumps(value)]


class Redactor:
    """Masks the given secret values, also URL-encoded, JSON-escaped, in base64, and line by line."""

    def __init__(self, secrets: Iterable[str]) -> None:
        needles = {form for secret in secrets for form in _forms(secret) if len(form) >= SHORTEST}
        self._needles = sorted(needles, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, self._needles))) if needles else None
        self.longest = max(map(len, needles), default=0)

    def clean(self, text: str) -> str:
        return self.clean_pieces([text])[0]

    def clean_pieces(self, pieces: list[str], *, hidden_end: int = 0) -> list[str]:
        """The masked pieces of one stream; a secret may span several pieces.

        Also masks the last `hidden_end` characters of the stream.
        """
        if self._pattern is None:
            return pieces
        stream = "".join(pieces)
        spans = [match.span() for match in self._pattern.finditer(stream)]
        if hidden_end:
            spans.append((len(stream) - hidden_end, len(stream)))
        cleaned, start = [], 0
        for piece in pieces:
            cleaned.append(_without(piece, start, spans))
            start += len(piece)
        return cleaned

    def open_end(self, text: str) -> int:
        """How many characters at the end of `text` may be the beginning of a secret."""
        for length in range(min(self.longest - 1, len(text)), 0, -1):
            if any(len(needle) > length and needle.startswith(text[-length:]) for needle in self._needles):
                return length
        return 0


def _without(piece: str, start: int, spans: list[tuple[int, int]]) -> str:
    """`piece`, at offset `start` of its stream, without the spans; one mask replaces each span where it begins."""
    end, position, kept = start + len(piece), start, []
    for first, last in spans:
        if last <= start or first >= end:
            continue
        kept.append(piece[position - start : max(first, start) - start])
        if first >= start:
            kept.append(MASK)
        position = min(last, end)
    kept.append(piece[position - start :])
    return "".join(kept)


def _forms(secret: str) -> set[str]:
    forms = {secret, quote(secret), quote(secret, safe=""), quote_plus(secret)}
    forms |= {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    forms |= set(secret.splitlines())
    if len(secret) >= SHORTEST:
        forms |= _base64_forms(secret.encode())
    return forms


def _base64_forms(secret: bytes) -> set[str]:
    """Base64 of the value, and the part that is the same when the value is inside a longer text, at each offset."""
    forms = set()
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        forms.add(encode(secret).decode().rstrip("="))
        for offset in range(3):
            text = encode(b"\0" * offset + secret).decode().rstrip("=")
            whole = (offset + len(secret)) * 8 // 6  # characters that depend on no byte after the value
            inner = text[-(-offset * 8 // 6) : whole]
            if len(inner) >= 2 * SHORTEST:
                forms.add(inner)
    return forms
