import pytest

from modules.pages.markdown import first_paragraph, light


@pytest.mark.parametrize(
    ("text", "paragraph"),
    [
        ("# A\n\nSays\nhello.\n\nMore.", "Says hello."),
        ("[![badge](x)](y)\n\n- list\n\n> quote\n\nText.", "Text."),
        ("A **bold** [link](https://x.example) and `code`.\n\n| a |\n|---|\n| b |\n", "A bold link and code."),
        ("# Only a title", ""),
        ("<!-- BEGIN_TF_DOCS -->\n# A\n\nMakes <br/>a <a name='vpc'></a>network.", "Makes a network."),
        ('<p align="center"><img src="logo.png"></p>\n\nMakes a network.', "Makes a network."),
        ("[![" * 30_000, "[![" * 30),
        ("", ""),
        ("A" * 900, "A" * 500),
    ],
)
def test_first_paragraph_is_the_first_plain_text(text, paragraph):
    assert first_paragraph(text) == paragraph


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("How many?", "How many?"),
        ("A & <b>", "A &amp; &lt;b&gt;"),
        ("One line.\nAnother line.", "One line.<br>\nAnother line."),
        ("The **size** of `disk`.", "The <strong>size</strong> of <code>disk</code>."),
        ("One of:\n- small\n- large", "<p>One of:</p>\n<ul>\n<li>small</li>\n<li>large</li>\n</ul>"),
        ("A.\n\nB\n*c*", "<p>A.</p>\n<p>B<br>\n<em>c</em></p>"),
        ("\n    Indented by\n    a heredoc.\n", "Indented by<br>\na heredoc."),
        ("# no *heading*", "# no <em>heading</em>"),
        (
            "![p](https://evil.example/p.png)",
            '!<a href="https://evil.example/p.png" rel="noopener noreferrer nofollow">p</a>',
        ),
        ("`x` [y](javascript:alert(1))", "<code>x</code> [y](javascript:alert(1))"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("[" * 100, "[" * 100),
        ("*" * 401, "*" * 401),
    ],
)
def test_description_keeps_its_breaks_and_light_markdown(text, html):
    assert light(text) == html
