"""The Publish page as tests read it and fill it in."""

import re
from html import unescape

from django.urls import reverse

PAGE = reverse("modules:publish")
SAVE = reverse("modules:draft-save")
ROW = reverse("modules:publish-row")
BOX = r'<input type="checkbox"\s+id="m-[0-9a-f]{12}"([^>]*)>'


def boxes(response):
    """The tick boxes as (value, ticked); None for one that cannot be ticked."""
    found = re.findall(BOX, response.content.decode())
    return [(None if "disabled" in box else re.search(r'value="([^"]*)"', box)[1], " checked" in box) for box in found]


def promise_of(response):
    """What the bar promises, as its form sends it."""
    return unescape(re.search(r'name="promise" value="([^"]*)"', response.content.decode())[1])


def drawn(response, *, ticked=None, versions=()):
    """The fields of the form as drawn; `ticked` are the boxes that a person leaves ticked, None for those drawn so."""
    content = response.content.decode()
    shown = [unescape(value) for value in re.findall(r'name="shown" value="([^"]*)"', content)]
    if ticked is None:
        ticked = [value for value, is_ticked in boxes(response) if is_ticked]
    chosen = [unescape(value) for value in re.findall(r'<option value="([^"]*)"\s+selected', content)]
    return {"shown": shown, "modules": list(ticked), "version": [*chosen, *versions]}


def choose(browser, *ticked, versions=(), query=""):
    """Tick exactly these boxes, as a browser saves it; returns the bar and the rows that changed."""
    form = drawn(browser.get(PAGE + query), ticked=ticked, versions=versions)
    return browser.post(SAVE + query, form, headers={"HX-Request": "true"})


def press(browser, *, query="", follow=False, **fields):
    """Press the button of the bar as it is now, and confirm what it asks."""
    response = browser.get(PAGE + query)
    form = drawn(response) | {"promise": promise_of(response), "confirmed": "on"} | fields
    return browser.post(PAGE + query, form, follow=follow)


def publish_ticked(browser, *ticked, versions=(), query="", follow=False):
    """Tick exactly these boxes and press the button."""
    choose(browser, *ticked, versions=versions, query=query)
    return press(browser, query=query, follow=follow)


def bar_of(response):
    """The words of the bar, in an answer to a choice."""
    return words(response.content.decode().partition('id="savebar"')[2].partition(">")[2])


def words(html):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def text_of(response):
    return words(response.content.decode())


def page(browser):
    return browser.get(PAGE).content.decode()


def row_of(browser, title="Greeting"):
    """The words of one compact row."""
    content = page(browser).partition('id="rows"')[2].partition("</ul>")[0]
    (row,) = [row for row in content.split("<li ") if f'class="title">{title}<' in row]
    return words(f"<li {row}")


def said(browser, title="Greeting"):
    """The words of one row and of what it opens."""
    content = page(browser).partition('id="rows"')[2].partition("</ul>")[0]
    (row,) = [row for row in content.split("<li ") if f'class="title">{title}<' in row]
    details = unescape(re.search(r'<details hx-get="([^"]*)"', row)[1])
    return words(f"<li {row}") + " " + text_of(browser.get(details))
