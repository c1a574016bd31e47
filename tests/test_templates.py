"""Rules for templates (workshop/template_layout.py, .djlint_rules.yaml), and that ours follow them."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from workshop.template_layout import Layout

DJLINT = Path(sys.executable).with_name("djlint")
TEMPLATES = [
    path for folder in ("templates", "demo/templates") for path in sorted((settings.BASE_DIR / folder).rglob("*.html"))
]


def faults(text):
    return sorted(Layout(text).faults)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: "/".join(path.parts[-2:]))
def test_a_template_is_laid_out(template):
    assert faults(template.read_text()) == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: "/".join(path.parts[-2:]))
def test_no_line_has_more_than_120_columns_not_even_in_a_pre(template):  # which djlint leaves out
    assert [line for line in template.read_text().splitlines() if len(line) > 120] == []


def test_one_block_level_element_a_line():
    assert faults("<ul><li>One</li></ul>\n") == [(1, "<li> begins a line.")]
    assert faults("<ul>\n  <li>One</li></ul>\n") == [(2, "</ul> begins a line, as it opened on another one.")]
    assert faults("<ul>\n  <li>One <b>and</b> {{ two }}</li>\n</ul>\n") == []


def test_one_block_tag_a_line():
    assert faults("{% if one %}One{% endif %}\n") == [
        (1, "{% endif %} has its line to itself."),
        (1, "{% if %} has its line to itself."),
    ]
    assert faults("{% if one %}\n  One\n{% else %}\n  None\n{% endif %}\n") == []


def test_a_block_may_be_whole_on_its_line():
    assert faults("{% block title %}Start{% endblock %}\n") == []


def test_an_attribute_may_be_on_or_off():
    assert faults('<a href="/"{% if one %} aria-current="page"{% endif %}>One</a>\n') == []


def test_each_level_is_two_spaces_further_in():
    assert faults("{% if one %}\n<p>\n  One\n  </p>\n{% endif %}\n") == [
        (2, "Indent by 2 spaces."),
        (3, "Indent by 4 spaces."),
    ]


def test_attributes_have_a_line_each_two_spaces_further_in():
    assert faults('<form\n  action="/"\n  method="post"\n>\n  <button>Go</button>\n</form>\n') == []
    assert faults('<form\n  action="/"\n  method="post">\n  <button>Go</button>\n</form>\n') == []
    assert faults('<form\n    action="/"\n    method="post">\n</form>\n') == [
        (2, "Indent by 2 spaces."),
        (3, "Indent by 2 spaces."),
    ]


def test_attributes_that_are_on_together_stand_between_their_block_tags():
    text = '<p\n  id="one"\n  {% if two %}\n    aria-busy="true"\n    hx-get="/"\n  {% endif %}\n>\n  One\n</p>\n'
    assert faults(text) == []
    assert faults(text.replace("    aria", "  aria")) == [(4, "Indent by 4 spaces.")]


def test_a_template_of_attributes_may_have_each_on_or_off():
    assert faults('name="{{ name }}"\n{% if opened %}autofocus{% endif %}\n') == []


def test_text_whose_white_space_counts_is_left_alone():
    text = "<div>\n  <pre>{% for line in lines %}<b>{{ line }}</b>\n{% endfor %}</pre>\n</div>\n"
    assert faults(text) == []
    assert Layout(text).mended() == text


def test_what_does_not_end_where_it_began_is_named():
    assert faults("<p>One</div>\n") == [(1, "div ends here, but what is open is p.")]


def test_indentation_is_mended():
    wrong = "<ul>\n<li>\n        One\n</li>\n    {% if two %}\n    <li>Two</li>\n{% endif %}\n</ul>\n"
    right = "<ul>\n  <li>\n    One\n  </li>\n  {% if two %}\n    <li>Two</li>\n  {% endif %}\n</ul>\n"
    assert Layout(wrong).mended() == right
    assert faults(right) == []


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (f"<p>{'long ' * 30}</p>", "P001"),
        ('{% if run.status == "failed" %}\n  <p>Failed</p>\n{% endif %}', "P002"),
        ('{% if one and "admin" in roles %}\n  <p>Admin</p>\n{% endif %}', "P002"),
        ('<p style="color: red">Red</p>', "P003"),
        ('<button type="button" onclick="go()">Go</button>', "P003"),
        ("<script>go()</script>", "P003"),
        ("<div><p>Two in a line</p></div>", "P004"),
    ],
    ids=["a long line", "a literal", "a literal in", "a style", "a handler", "a script", "two elements in a line"],
)
def test_check_fails_on(text, rule):
    command = [DJLINT, "-", "--stdin-filename", "templates/page.html", "--linter-output-format", "{code}"]
    found = subprocess.run(
        command, input=f"{text}\n", capture_output=True, text=True, check=False, cwd=settings.BASE_DIR
    )
    assert found.returncode == 1
    assert rule in found.stdout
