"""What GitHub adds to CommonMark, as rules of the Markdown library: anchors, task lists, alerts, bare links.

Source: https://github.github.com/gfm/ and https://docs.github.com/en/get-started/writing-on-github
"""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

TASK = re.compile(r"\[([ xX])\](?= )")
ALERT = re.compile(r"\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]$", re.IGNORECASE)
BARE_LINK = re.compile(r"(?<![\w/])(?:https?://|www\.)[^\s<>\"`]+[^\s<>\"`?!.,:;*_~')]")
NO_LETTER = re.compile(r"[^\w\- ]")
ALIGNMENT = re.compile(r"text-align:(left|center|right)")


def add_gfm(reader: MarkdownIt) -> None:
    """Add the rules to a reader; they run once its paragraphs are read."""
    for name, rule in (
        ("anchors", _anchors),
        ("tasks", _tasks),
        ("alerts", _alerts),
        ("links", _links),
        ("cells", _cells),
    ):
        reader.core.ruler.after("text_join", name, rule)


def _anchors(state: StateCore) -> None:
    """Give each heading the id that tables of contents link to."""
    seen: Counter[str] = Counter()
    for opening, inline in pairwise(state.tokens):
        if opening.type == "heading_open":
            words = "".join(child.content for child in inline.children or [] if child.type in ("text", "code_inline"))
            name = NO_LETTER.sub("", words.strip().lower()).replace(" ", "-")
            opening.attrSet("id", f"{name}-{seen[name]}" if seen[name] else name)
            seen[name] += 1


def _tasks(state: StateCore) -> None:
    """Show a box before each task of a list, ticked or not."""
    for item, inline in zip(state.tokens, state.tokens[2:], strict=False):
        if item.type == "list_item_open" and inline.type == "inline" and inline.children:
            first = inline.children[0]
            if task := TASK.match(first.content):
                first.content = f"{'☐' if task[1] == ' ' else '☑'}{first.content[3:]}"


def _alerts(state: StateCore) -> None:
    """Show the kind of an alert, the first line of a quote, in bold on a line of its own."""
    for quote, inline in zip(state.tokens, state.tokens[2:], strict=False):
        if quote.type == "blockquote_open" and inline.type == "inline" and inline.children:
            first = inline.children[0]
            if alert := ALERT.match(first.content):
                first.content = alert[1].capitalize()
                title = [Token("strong_open", "strong", 1), first, Token("strong_close", "strong", -1)]
                inline.children[:2] = [*title, Token("hardbreak", "br", 0)]


def _links(state: StateCore) -> None:
    """Turn bare addresses into links, outside of links."""
    for inline in state.tokens:
        if inline.type == "inline" and ("://" in inline.content or "www." in inline.content):
            inline.children = list(_with_links(inline.children or []))


def _with_links(children: list[Token]) -> Iterator[Token]:
    depth = 0
    for child in children:
        depth += child.nesting if child.type in ("link_open", "link_close") else _html_nesting(child)
        if child.type == "text" and depth <= 0:
            yield from _linked(child.content)
        else:
            yield child


def _html_nesting(child: Token) -> int:
    if child.type != "html_inline":
        return 0
    start = child.content[:3].lower()
    return 1 if start == "<a " else -1 if start == "</a" else 0


def _linked(text: str) -> Iterator[Token]:
    end = 0
    for match in BARE_LINK.finditer(text):
        yield Token("text", "", 0, content=text[end : match.start()])
        href = match[0] if "://" in match[0] else f"http://{match[0]}"
        yield Token("link_open", "a", 1, attrs={"href": href})
        yield Token("text", "", 0, content=match[0])
        yield Token("link_close", "a", -1)
        end = match.end()
    yield Token("text", "", 0, content=text[end:])


def _cells(state: StateCore) -> None:
    """Align cells by an attribute: the pages allow no style."""
    for token in state.tokens:
        if token.type in ("th_open", "td_open") and (style := token.attrs.pop("style", None)):
            token.attrSet("align", ALIGNMENT.match(str(style))[1])  # type: ignore[index] # as the library writes it
