"""Each class and token of the style sheets is used, and each used one exists. stylelint checks the rest."""

import re
from pathlib import Path

from django.conf import settings

ROOT = settings.BASE_DIR
CSS = re.sub(
    r"/\*.*?\*/", "", "\n".join(path.read_text() for path in sorted(ROOT.glob("static/css/*.css"))), flags=re.S
)
SELECTORS = "\n".join(re.findall(r"([^{};]+)\{", CSS))
APPS = ["accounts", "billing", "deployments", "demo", "foundation", "modules", "partnerportal"]
DJANGOS = {"breadcrumbs", "default", "submit-row"}  # of Django's admin, which has separate style sheets
ICON = {"icon", "spin"}  # partnerportal.templatetags.ui.icon
LOG_TONES = set("bcdgry")  # the letters that begin the lines of a log


def sources(pattern, *, without=("tests",)) -> str:
    folders = [ROOT / "templates", *(ROOT / app for app in APPS)]
    paths = [path for folder in folders for path in folder.rglob(pattern) if not set(without) & set(path.parts)]
    return "\n".join(path.read_text() for path in paths)


def used_classes() -> set[str]:
    templates = re.findall(r'\bclass="((?:{%.*?%}|{{.*?}}|[^"])*)"', sources("*.html"))
    # In Python: class="…" inside HTML, and attrs={"class": "…"} of widgets.
    python = re.findall(r'\bclass(?:=|": )"([\w -]+)"', sources("*.py"))
    words = {word for text in [*templates, *python] for word in re.sub(r"{%.*?%}|{{.*?}}", " ", text).split()}
    return words - DJANGOS | ICON | LOG_TONES


def test_a_class_of_the_style_sheets_is_used_somewhere():
    assert set(re.findall(r"\.([a-zA-Z][\w-]*)", SELECTORS)) - used_classes() == set()


def test_a_class_that_a_page_uses_is_in_the_style_sheets():
    assert used_classes() - set(re.findall(r"\.([a-zA-Z][\w-]*)", SELECTORS)) - LOG_TONES == set()


def test_a_token_is_used_and_one_that_is_used_exists():
    assert set(re.findall(r"(--[\w-]+):", CSS)) == set(re.findall(r"var\((--[\w-]+)", CSS))


def test_every_page_loads_each_style_sheet_in_the_same_order():
    order = [
        re.findall(r'"css/(\w+)\.css"', (ROOT / "templates" / name).read_text()) for name in ("base.html", "bare.html")
    ]
    assert order[0] == order[1]
    of_the_admin = "admin"  # loaded by Django's admin alone
    assert sorted([*order[0], of_the_admin]) == sorted(Path(path).stem for path in ROOT.glob("static/css/*.css"))


def test_an_attribute_that_a_script_looks_for_is_on_a_page():
    scripts = "\n".join(path.read_text() for path in ROOT.glob("static/js/*.js"))
    pages = sources("*.html", without=("styleguide",))
    assert [name for name in re.findall(r"\[(data-[a-z]+)", scripts) if name not in pages] == []
