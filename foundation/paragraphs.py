"""Paragraphs and notices of a page, and phrases for them: numbers with their noun, lists of names."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

MOST_NAMED = 3


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of `includes/_paragraphs.html`.

    `text` is escaped unless it comes from `format_html`. `tone` is a tone of the style sheet (run, ok, warn, bad) or
    blank for muted text; `icon` is a symbol of icons.svg.
    """

    text: str
    tone: str = ""
    icon: str = ""


@dataclass(frozen=True)
class Notice:
    """A notice of `includes/_notice.html`: title, text, and optionally a quoted text with a link.

    `title` and `text` are escaped unless they come from `format_html`.
    """

    title: str
    text: str = ""
    tone: str = ""
    icon: str = "info"
    quote: str = ""
    link: str = ""


def counted(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun: "1 deployment", "1,200 deployments"."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def listed(names: Sequence[str], *, most: int = MOST_NAMED, number: int | None = None) -> str:
    """At most `most` names, joined: "A", "A and B", "A, B, C and 2 more"; of `number`, if there are more than these."""
    shown = list(names[:most])
    number = len(names) if number is None else number
    if number > len(shown):
        shown.append(f"{number - len(shown):,} more")
    return " and ".join(part for part in (", ".join(shown[:-1]), *shown[-1:]) if part)


def joined(sentences: Sequence[str]) -> SafeString:
    """Joins sentences with spaces, each escaped unless it is HTML already; blank ones are skipped."""
    return format_html_join(" ", "{}", ((sentence,) for sentence in sentences if sentence))
