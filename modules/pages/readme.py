"""Renders a README as GitHub shows it: markdown with tables, task lists, bare links, alerts, and harmless HTML.

The order is the safety: markdown becomes HTML, and what the cleaner lets through is what people get. Nothing is added
after the last cleaning. Pictures are not loaded, so that no page tells another server who reads it: each becomes a link
with its alternative text. It may take seconds for a hostile text; only the process of `readme_process` calls it.
"""

import posixpath
import re
from dataclasses import dataclass
from html import unescape
from itertools import accumulate
from urllib.parse import quote

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore

from modules.pages.gfm import add_gfm
from modules.pages.markdown import REL, SCHEMES

RENDERER = 1  # one more with each change of what it lets through: versions are then rendered again
LONGEST = 200_000  # characters of a README that are kept
MOST_WORK = 100_000_000  # characters times brackets: a second on a slow machine
LONGEST_HTML = 1_000_000  # characters
DEEPEST = 60  # elements within each other: what browsers draw at once, and common READMEs stay far below
GITHUB = "https://github.com"
PREFIX = "user-content-"  # of ids, as on GitHub: none is that of an element of the page

TAGS = {
    *("p", "br", "hr", "h3", "h4", "h5", "h6", "strong", "em", "b", "i", "u", "s", "del", "ins", "sub", "sup", "small"),
    *("code", "pre", "kbd", "samp", "var", "tt", "q", "cite", "abbr", "mark", "blockquote", "details", "summary"),
    *("ul", "ol", "li", "dl", "dt", "dd", "a", "span", "div", "center"),
    *("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"),
}
GONE = {
    *("script", "style", "title", "template", "iframe", "noscript", "noembed", "noframes", "object", "svg", "math"),
    *("textarea", "select", "button", "xmp", "plaintext", "video", "audio", "canvas"),
}
NUMBERS = {str(number) for number in range(1, 100)}
ALIGN = {"align": {"left", "center", "right"}}
SCROLLING = '<div class="scroll" tabindex="0" role="group" aria-label="Table">'
VALUES = {
    **dict.fromkeys(("p", "h3", "h4", "h5", "h6", "center"), ALIGN),
    **{tag: ALIGN | {"colspan": NUMBERS, "rowspan": NUMBERS} for tag in ("td", "th")},
    "div": ALIGN | {"tabindex": {"0"}, "role": {"group"}, "aria-label": {"Table"}},
    "ol": {"start": NUMBERS | {"0"}},
}
ATTRIBUTES = {"*": {"id"}, "a": {"href", "name", "title"}, "abbr": {"title"}, "details": {"open"}}
CLASSES = {"div": {"scroll"}, "a": {"tag"}, "span": {"tag"}}

HEADING = re.compile(r"<(/?)h([1-6])(?=[\s>])", re.IGNORECASE)
TABLE = re.compile(r"<table\b[^>]*+(?:>|\Z)", re.IGNORECASE)
TABLE_END = re.compile(r"</table\s*>", re.IGNORECASE)
ATTRIBUTE = r' [\w-]++="[^"]*+"'
LINK_OR_PICTURE = re.compile(rf"<a(?:{ATTRIBUTE})*+>|</a>|<img((?:{ATTRIBUTE})*+)>")  # as the cleaner writes them
TAG = re.compile(rf"<(/?)(\w+)(?:{ATTRIBUTE})*+>")
VALUE = re.compile(r' (src|alt)="([^"]*)"')
CONTROLS = re.compile(r"[\0-\x1f\x7f]")
SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")


class TooMuch(Exception):
    """The text cannot be rendered within bounds."""


@dataclass(frozen=True)
class Home:
    """Where relative links of a README lead to: the folder of a repository as it was at a commit."""

    repository: str  # owner/name
    commit: str
    folder: str = ""
    prefix: str = PREFIX


def render(text: str, home: Home) -> str:
    """Return the README as safe HTML, its headings two levels down, below those of the page. Raises TooMuch."""
    html = HEADING.sub(_lower, _reader.render(text))
    html = TABLE_END.sub("</table></div>", TABLE.sub(f"{SCROLLING}<table>", html))
    with_pictures = _cleaner(home, TAGS | {"img"}, ATTRIBUTES | {"img": {"src", "alt"}}).clean(html)
    clean = _cleaner(home, TAGS, ATTRIBUTES).clean(_without_pictures(with_pictures))
    if len(clean) > LONGEST_HTML or _depth(clean) > DEEPEST:
        raise TooMuch
    return clean.strip()


def _cleaner(home: Home, tags: set[str], attributes: dict[str, set[str]]) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=tags,
        clean_content_tags=GONE,
        attributes=attributes,
        attribute_filter=lambda tag, name, value: _attribute(home, name, value),
        tag_attribute_values=VALUES,
        allowed_classes=CLASSES,
        url_schemes=SCHEMES,
        link_rel=REL,
    )


def _attribute(home: Home, name: str, value: str) -> str | None:
    if name in ("href", "src"):
        return address(home, value)
    if name in ("id", "name"):
        return _prefixed(home, value)
    return value


def address(home: Home, text: str) -> str | None:
    """Where a link leads to: relative ones to GitHub, those within the README to its anchors; None if nowhere."""
    text = CONTROLS.sub("", text).strip().replace("\\", "/").replace(" ", "%20")
    if scheme := SCHEME.match(text):
        return text if scheme[1].lower() in SCHEMES else None
    if text.startswith("//"):
        return f"https:{text}"
    if text.startswith("#"):
        return f"#{_prefixed(home, text[1:])}"
    path, rest = re.match(r"([^?#]*)(.*)", text).groups()  # type: ignore[union-attr] # it matches any line
    inside = posixpath.normpath(f"/{path if path.startswith('/') else f'{home.folder}/{path}'}").strip("/")
    kind = "blob" if inside else "tree"
    return (
        quote(f"{GITHUB}/{home.repository}/{kind}/{home.commit}/{inside}", safe="/:%@+,;=!$&'()*~").rstrip("/") + rest
    )


def _prefixed(home: Home, name: str) -> str:
    return name if name.startswith(home.prefix) else f"{home.prefix}{name}"


def _without_pictures(html: str) -> str:
    """Clean HTML with a link instead of each picture, or with its text alone where it is in a link already."""
    is_linked = False

    def replace(match: re.Match) -> str:
        nonlocal is_linked
        if match[1] is None:
            is_linked = match[0] != "</a>"
            return match[0]
        values = dict(VALUE.findall(match[1]))
        source = values.get("src", "")
        text = values.get("alt", "").strip() or unescape(source).split("?")[0].rpartition("/")[2] or "Picture"
        if is_linked or not source:
            return f'<span class="tag">{text}</span>'
        return f'<a class="tag" href="{source}">{text}</a>'

    return LINK_OR_PICTURE.sub(replace, html)


def _depth(html: str) -> int:
    """How many elements of clean HTML lie within each other at most."""
    steps = (-1 if tag[1] else 1 for tag in TAG.finditer(html) if tag[2] not in ("br", "hr"))
    return max(accumulate(steps), default=0)


def _lower(match: re.Match) -> str:
    return f"<{match[1]}h{min(int(match[2]) + 2, 6)}"


def _refuse_too_much(state: StateCore) -> None:
    """Look at the paragraphs before their links are read: for each bracket, the rest may be searched."""
    texts = (token.content for token in state.tokens if token.type == "inline")
    if sum(text.count("[") * len(text) for text in texts) > MOST_WORK:
        raise TooMuch


_reader = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
_reader.core.ruler.before("inline", "refuse_too_much", _refuse_too_much)
add_gfm(_reader)
