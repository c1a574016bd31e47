import pytest
from django.template.loader import render_to_string
from django.utils.html import format_html

from foundation.paragraphs import Paragraph, counted, joined, listed


@pytest.mark.parametrize(
    ("number", "phrase"), [(0, "0 deployments"), (1, "1 deployment"), (2, "2 deployments"), (1200, "1,200 deployments")]
)
def test_a_number_bears_its_noun(number, phrase):
    assert counted(number, "deployment") == phrase


def test_a_noun_may_have_a_plural_of_its_own():
    assert counted(2, "person", "people") == "2 people"


@pytest.mark.parametrize(
    ("names", "phrase"),
    [
        ([], ""),
        (["Web app"], "Web app"),
        (["Web app", "Cache"], "Web app and Cache"),
        (["A", "B", "C"], "A, B and C"),
        (["A", "B", "C", "D", "E"], "A, B, C and 2 more"),
    ],
)
def test_at_most_three_are_named(names, phrase):
    assert listed(names) == phrase


def test_joined_sentences_keep_their_links_and_escape_the_rest():
    link = format_html('<a href="/x/">{}</a>', "1.0.0")
    assert joined(["<b> was published.", "", link]) == '&lt;b&gt; was published. <a href="/x/">1.0.0</a>'


def test_a_paragraph_with_a_tone_shows_its_icon():
    html = render_to_string(
        "includes/_paragraphs.html", {"paragraphs": [Paragraph("<b>", tone="warn", icon="pause"), Paragraph("Plain.")]}
    )
    assert 'data-tone="warn"' in html
    assert "#pause" in html
    assert "&lt;b&gt;" in html
    assert '<p class="small muted">Plain.</p>' in html
