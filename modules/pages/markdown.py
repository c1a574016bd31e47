"""Renders partners' markdown as safe HTML: no raw HTML, no pictures, no scripts."""

import re
from itertools import pairwise

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

LONGEST = 100_000  # characters
TAGS = {
    *("p", "br", "hr", "h3", "h4", "h5", "h6", "strong", "em", "s", "code", "pre", "blockquote"),
    *("ul", "ol", "li", "a", "table", "thead", "tbody", "tr", "th", "td"),
}
SCHEMES = {"http", "https", "mailto"}
HEADING = re.compile(r"<(/?)h([1-6])>")
SPOKEN = {"softbreak": " ", "hardbreak": " "}

_reader = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def render(text: str) -> SafeString:
    """Return markdown as HTML, its headings two levels down, below those of the page."""
    html = HEADING.sub(_lower, _reader.render(text[:LONGEST]))
    clean = nh3.clean(
        html, tags=TAGS, attributes={"a": {"href"}}, url_schemes=SCHEMES, link_rel="noopener noreferrer nofollow"
    )
    return mark_safe(clean)  # noqa: S308 nh3 has just cleaned it


def first_paragraph(text: str) -> str:
    """The first paragraph as one line of plain text, for a card; blank without one."""
    tokens = _reader.parse(text[:LONGEST])
    for opening, inline in pairwise(tokens):
        if opening.type == "paragraph_open" and opening.level == 0:  # deeper ones belong to lists and quotes
            words = "".join(SPOKEN.get(child.type, child.content) for child in inline.children or [] if _is_text(child))
            if words.strip():
                return " ".join(words.split())[:500]
    return ""


def _is_text(token: Token) -> bool:
    return token.type in ("text", "code_inline", *SPOKEN)


def _lower(match: re.Match) -> str:
    return f"<{match[1]}h{min(int(match[2]) + 2, 6)}>"
