import pytest

from modules.pages.markdown import first_paragraph, render


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("# A\n\n## B", "<h3>A</h3>\n<h4>B</h4>\n"),
        ("###### deep", "<h6>deep</h6>\n"),
        ("a **b** `c`", "<p>a <strong>b</strong> <code>c</code></p>\n"),
        ("```hcl\na = 1\n```", "<pre><code>a = 1\n</code></pre>\n"),
        ("<b>x</b>", "<p>&lt;b&gt;x&lt;/b&gt;</p>\n"),
        ("![x](https://evil.example/p.png)", "<p></p>\n"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>\n"),
        ("[x](data:text/html;base64,eA==)", "<p>[x](data:text/html;base64,eA==)</p>\n"),
        ("<h1>x", "<p>&lt;h1&gt;x</p>\n"),
    ],
)
def test_markdown_becomes_safe_html(text, html):
    assert render(text) == html


def test_tables_are_kept():
    assert "<th>a</th>" in render("| a |\n|---|\n| b |\n")


@pytest.mark.parametrize(
    ("text", "paragraph"),
    [
        ("# A\n\nSays\nhello.\n\nMore.", "Says hello."),
        ("[![badge](x)](y)\n\n- list\n\n> quote\n\nText.", "Text."),
        ("A **bold** [link](https://x.example) and `code`.\n\n| a |\n|---|\n| b |\n", "A bold link and code."),
        ("# Only a title", ""),
        ("", ""),
        ("A" * 900, "A" * 500),
    ],
)
def test_first_paragraph_is_the_first_plain_text(text, paragraph):
    assert first_paragraph(text) == paragraph
