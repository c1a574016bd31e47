"""The Publish page as tests read it and fill it in."""

import json
import re
from html import unescape

from django.urls import reverse

from modules.publishing import candidates

PAGE = reverse("modules:publish")


def boxes(response):
    """The tick boxes as (value, ticked); None for one that cannot be ticked."""
    found = re.findall(r'<input type="checkbox" id="m\d+"([^>]*)>', response.content.decode())
    return [(None if "disabled" in box else re.search(r'value="([^"]*)"', box)[1], " checked" in box) for box in found]


def form(connection, *paths):
    scan = candidates.newest_scan(connection)
    return {"modules": list(paths), "scan": scan.ref, "seen": json.dumps(candidates.standing(connection))}


def words(html):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def text_of(response):
    return words(response.content.decode())


def page(browser):
    return browser.get(PAGE).content.decode()


def said(browser, title="Greeting"):
    """The words of one row."""
    content = page(browser).partition('<ul role="list" class="list mods">')[2].partition('<div class="savebar"')[0]
    (row,) = [row for row in content.split('<input type="checkbox"') if f'class="title">{title}<' in row]
    return words(row)
