"""What a reader of a page sees of it."""

import re
from html import unescape


def text_of(response) -> str:
    """The text of a page without its tags, with one space between words."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())
