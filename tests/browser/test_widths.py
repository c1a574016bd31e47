"""No page is wider than its window, and nothing on it wider than its card, whatever people wrote.

The pages are those of the leak table, which has a row for every address of the portal.
"""

import pytest

from modules.versions import texts
from tests.leaks import catalogue, work, world
from tests.leaks.asking import address, targets
from tests.leaks.markers import mark
from tests.leaks.table import TABLE

WINDOWS = {390: 844, 1280: 900, 1600: 1000}
SHORT = {"deployment": 60, "draft": 60, "apitoken": 60, "secret": 60}  # longest texts, by family
LONG = 90
README = f"""
# {"Heading" * 20}

{"Paragraph" * 20} `{"code" * 30}` [{"link" * 30}](https://example.com/{"path" * 30})

| {" | ".join(f"column_{number}" for number in range(30))} |
|{"---|" * 30}
| {" | ".join(f"`value_{number}`" for number in range(30))} |

<pre>{"preformatted" * 20}</pre>

    {"indented" * 20}

- {"item" * 40}

{"> " * 19}{"quote" * 40}

{"- " * 19}{"item" * 40}

![{"picture" * 20}](plan.png)

<details open><summary>{"summary" * 20}</summary>{"details" * 20}</details>
<dl><dt>{"term" * 40}</dt><dd>{"definition" * 40}</dd></dl>
"""
# Elements that reach out of the window, or out of a card, and do not scroll in themselves.
WIDER = """() => {
  const name = each => each.tagName.toLowerCase() + (each.id ? `#${each.id}` : "")
    + (each.getAttribute("class") ? `.${each.getAttribute("class").trim().replaceAll(/\\s+/g, ".")}` : "")
  const root = document.documentElement
  const scrolls = each => ["auto", "scroll"].includes(getComputedStyle(each).overflowX)
  const isHidden = each => each.closest(".sr, [hidden], [popover]:not(:popover-open), dialog:not([open])")
  const found = []
  const within = (box, limit) => {
    for (const each of box.querySelectorAll("*")) {
      const rect = each.getBoundingClientRect()
      if (!rect.width || rect.right <= limit + 1 || isHidden(each)) continue
      let above = each.parentElement
      while (above !== box && !scrolls(above)) above = above.parentElement
      if (above !== box) continue
      found.push(`${name(each)} reaches ${Math.round(rect.right - limit)} px out of ${name(box)}`)
      return
    }
  }
  if (root.scrollWidth > innerWidth) within(document.body, innerWidth)
  if (root.scrollWidth > innerWidth && !found.length) found.push(`${root.scrollWidth} px wide`)
  for (const card of document.querySelectorAll("main .card, main .notice"))
    if (!isHidden(card) && !scrolls(card)) within(card, card.getBoundingClientRect().right)
  return found
}"""


@pytest.fixture
def everything(live_db, monkeypatch):
    """The world of the leak test, in which every text is a long word, and every README wide."""
    for module in (catalogue, work, world):
        monkeypatch.setattr(module, "mark", long)
    monkeypatch.setattr(catalogue, "schema", wide(catalogue.schema))
    built = world.build()
    texts.render_missing()
    return built


def long(owner, family, field):
    marker = mark(owner, family, field)
    readme = README if field.endswith("readme") else ""
    return f"{marker.ljust(SHORT.get(family, LONG), 'w')}{readme}"


def wide(schema):
    """Returns the schema with one more input of each shape, of long names and descriptions."""

    def wider(owner, family):
        made = schema(owner, family)
        made["variables"] += [variable(number, kind, default) for number, (kind, default) in enumerate(SHAPES)]
        return made

    return wider


WORD = "w" * 90
SHAPES = [
    ("string", WORD),
    ("number", None),
    ("bool", True),
    ("list(string)", [WORD]),
    ("map(string)", {WORD: WORD}),
    (f"object({{ {WORD} = string }})", {WORD: WORD}),
    (f"list(object({{ {WORD} = string }}))", [{WORD: WORD}]),
    ("any", {WORD: [WORD]}),
]


def variable(number, kind, default):
    made = catalogue._variable(f"{WORD}{number}", description=f"{WORD}\n- `{WORD}`", default=default)
    return made | {"type": kind, "options": [WORD, "x"] if kind == "number" else []}


@pytest.fixture
def open_as(everything, server, chromium):
    """Opens an empty page of the browser for a person of the world, or without a name for a visitor."""
    url, contexts = server().url, []

    def open_page(name, **options):
        cookies = everything.browser_of(name).cookies
        contexts.append(chromium.new_context(base_url=url, **options))
        contexts[-1].add_cookies([{"name": key, "value": one.value, "url": url} for key, one in cookies.items()])
        return contexts[-1].new_page()

    yield open_page
    for context in contexts:
        context.close()


def test_no_page_is_wider_than_its_window(everything, open_as):
    found, seen = [], set()
    for name in ("alice", "admin", "carol", ""):
        page, client = open_as(name), everything.browser_of(name)
        found += [problem for path in pages(everything, client, name, seen) for problem in too_wide(page, path)]
    assert not found, "\n".join(found)


def test_long_name_leaves_every_column_of_the_start_page_in_its_card(open_as):
    page = open_as("alice", viewport={"width": 390, "height": 844})
    page.goto("/")
    tables = page.locator("main .scroll:has(table)")
    hidden = tables.evaluate_all("found => found.map(each => each.scrollWidth - each.clientWidth)")
    assert (len(hidden), max(hidden)) == (1, 0)


def test_phone_shows_this_month_of_the_chart_first(open_as):
    page = open_as("alice", viewport={"width": 390, "height": 844})
    page.goto("/billing/")
    places = "bars => bars.map(bar => Math.round(bar.getBoundingClientRect().right))"
    first, *_, last = page.locator(".chart g").evaluate_all(places)
    assert first < 0 < last < 390


def pages(everything, client, name, seen):
    """The addresses of the pages that this person gets and nobody was shown yet, and of an error of each kind."""
    for row in TABLE:
        owners = sorted(targets(row, everything), key=lambda owner: owner != name)
        for path in (address(row, everything, owner, name) for owner in owners):
            kind = (row.name, row.query, name if row.name == "start" else "")
            if kind in seen:
                break
            answer = client.get(path)
            kind = kind if answer.status_code == 200 else answer.status_code
            if kind not in seen and is_page(answer):
                seen.add(kind)
                yield path


def is_page(answer):
    is_html = answer.headers.get("Content-Type", "").startswith("text/html")
    return is_html and not answer.streaming and b"<!doctype html>" in answer.content[:1000].lower()


def too_wide(page, path):
    page.goto(path)
    for width, height in WINDOWS.items():
        page.set_viewport_size({"width": width, "height": height})
        yield from (f"{path} at {width} px: {what}" for what in page.evaluate(WIDER))
