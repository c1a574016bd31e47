"""A partner's markdown as HTML that is safe to show: no raw HTML, no pictures from elsewhere, no scripts."""

import re

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

LONGEST = 100_000  # characters
TAGS = {
    *("p", "br", "hr", "h3", "h4", "h5", "h6", "strong", "em", "s", "code", "pre", "blockquote"),
    *("ul", "ol", "li", "a", "table", "thead", "tbody", "tr", "th", "td"),
}
SCHEMES = {"http", "https", "mailto"}
HEADING = re.compile(r"<(/?)h([1-6])>")
PARAGRAPH = re.compile(r"^(?![#>|`~<\[!*+=-]|\d+\.|\s)[^\n]+(?:\n(?!\s*\n)[^\n]+)*", re.MULTILINE)

_reader = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def render(text: str) -> SafeString:
    """Return markdown as HTML, its headings two levels down, below those of the page."""
    html = HEADING.sub(_lower, _reader.render(text[:LONGEST]))
    clean = nh3.clean(
        html, tags=TAGS, attributes={"a": {"href"}}, url_schemes=SCHEMES, link_rel="noopener noreferrer nofollow"
    )
    return mark_safe(clean)  # noqa: S308 nh3 has just cleaned it


def first_paragraph(text: str) -> str:
    """The first plain paragraph of a README as one line, for a card; blank without one."""
    match = PARAGRAPH.search(text[:LONGEST])
    return " ".join(match[0].split())[:500] if match else ""


def _lower(match: re.Match) -> str:
    return f"<{match[1]}h{min(int(match[2]) + 2, 6)}>"
