"""Short texts of strangers as safe HTML: `light(text)` for descriptions; a README is rendered by `readme`.

`light` keeps line breaks and knows emphasis, code, links and lists. It is cheap enough for a page's request.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from inspect import cleandoc
from itertools import islice, pairwise

import nh3
from django.template.defaultfilters import linebreaksbr
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

LONGEST_LIGHT = 4_000  # characters
LONGEST_START = 20_000  # characters, in which a README's first paragraph is looked for
MOST_PARAGRAPHS = 10
MOST_MARKS = 400
MOST_WORK = 60_000  # brackets times characters: for each bracket, the rest may be searched
MOST_BRACKETS = 60  # of a first paragraph
BRACKETED = re.compile(rf"(?:[^\[]*\[){{0,{MOST_BRACKETS}}}[^\[]{{0,500}}")  # a text up to that many
SCHEMES = {"http", "https", "mailto"}
REL = "noopener noreferrer nofollow"
LIGHT_TAGS = {"p", "br", "strong", "em", "code", "pre", "ul", "ol", "li", "a", "blockquote"}
HEAVY = ["heading", "lheading", "hr", "code", "reference", "image", "html_block", "html_inline"]
SPOKEN = {"softbreak": " ", "hardbreak": " "}
MARKS = re.compile(r"[*_`\[<>\\&~]|^ *(?:[-+]|\d+[.)]) |\n", re.MULTILINE)

_light = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(HEAVY)
_start = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
_blocks = MarkdownIt("commonmark", {"html": True}).enable("table").disable("inline")
_cleaner = nh3.Cleaner(tags=LIGHT_TAGS, attributes={"a": {"href"}}, url_schemes=SCHEMES, link_rel=REL)


def light(text: str) -> SafeString:
    """Return a description as HTML; a single paragraph comes without its `<p>`, so that it fits into a line.

    A text that is too long, or has too many marks, keeps its line breaks and nothing else.
    """
    text = cleandoc(text)
    is_bounded = len(text) <= LONGEST_LIGHT and text.count("[") * len(text) <= MOST_WORK
    return _lit(text) if is_bounded and 0 < len(MARKS.findall(text)) <= MOST_MARKS else linebreaksbr(text)


@lru_cache(maxsize=2048)
def _lit(text: str) -> SafeString:
    tokens = _light.parse(text)
    is_one_paragraph = [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    html = _light.renderer.render(tokens[1:2] if is_one_paragraph else tokens, _light.options, {})
    return mark_safe(_cleaner.clean(html).strip())  # noqa: S308 it has just been cleaned


def first_paragraph(text: str) -> str:
    """The first paragraph of a README as one line of plain text, for a card; blank without one near its start."""
    for content in islice(_paragraphs(text[:LONGEST_START]), MOST_PARAGRAPHS):
        (inline,) = _start.parseInline(BRACKETED.match(content)[0])  # type: ignore[index] # it matches any text
        words = "".join(SPOKEN.get(child.type, child.content) for child in inline.children or [] if _is_text(child))
        if words.strip():
            return " ".join(words.split())[:500]
    return ""


def _paragraphs(text: str) -> Iterator[str]:
    """The markdown of each paragraph outside of lists and quotes."""
    for opening, inline in pairwise(_blocks.parse(text)):
        if opening.type == "paragraph_open" and opening.level == 0:
            yield inline.content


def _is_text(token: Token) -> bool:
    return token.type in ("text", "code_inline", *SPOKEN)
