"""A README looks as on GitHub, and can do nothing."""

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modules.pages import readme
from modules.pages.readme import ATTRIBUTES, CLASSES, SCHEMES, TAGS, VALUES, Home, TooMuch, render

HOME = Home("alice-example/cloud", "c" * 40, "modules/vpc")
AT = f"https://github.com/alice-example/cloud/blob/{'c' * 40}"
REL = 'rel="noopener noreferrer nofollow"'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("# A\n\n## B", '<h3 id="user-content-a">A</h3>\n<h4 id="user-content-b">B</h4>'),
        ("###### deep", '<h6 id="user-content-deep">deep</h6>'),
        ("a **b** ~~c~~ `d`", "<p>a <strong>b</strong> <s>c</s> <code>d</code></p>"),
        ("```hcl\na = 1\n```", "<pre><code>a = 1\n</code></pre>"),
        ("<!-- BEGIN_TF_DOCS -->\nText <!-- hidden --> here", "<p>Text  here</p>"),
        ("one<br/>two", "<p>one<br>two</p>"),
        ("<pre>list(string)</pre>", "<pre>list(string)</pre>"),
        ("<b>x</b>", "<p><b>x</b></p>"),
        ("- [ ] a\n- [x] b", "<ul>\n<li>☐ a</li>\n<li>☑ b</li>\n</ul>"),
        ("> [!WARNING]\n> Hot", "<blockquote>\n<p><strong>Warning</strong><br>\nHot</p>\n</blockquote>"),
        ("See https://a.example/x_y.", f'<p>See <a href="https://a.example/x_y" {REL}>https://a.example/x_y</a>.</p>'),
        ("[www.a.example](https://b.example)", f'<p><a href="https://b.example" {REL}>www.a.example</a></p>'),
        (
            "<details><summary>More</summary>\n\n**b**\n\n</details>",
            "<details><summary>More</summary>\n<p><strong>b</strong></p>\n</details>",
        ),
        ('<h1 align="center">VPC</h1>', '<h3 align="center">VPC</h3>'),
    ],
)
def test_readme_looks_as_on_github(text, html):
    assert render(text, HOME) == html


def test_wide_table_scrolls_in_itself():
    assert render("| a | b |\n|---|--:|\n| 1 | 2 |\n", HOME) == (
        '<div class="scroll" tabindex="0" role="group" aria-label="Table"><table>\n'
        '<thead>\n<tr>\n<th>a</th>\n<th align="right">b</th>\n</tr>\n</thead>\n'
        '<tbody>\n<tr>\n<td>1</td>\n<td align="right">2</td>\n</tr>\n</tbody>\n</table></div>'
    )


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("docs/usage.md", f"{AT}/modules/vpc/docs/usage.md"),
        ("./examples/", f"{AT}/modules/vpc/examples"),
        ("../dns/README.md#inputs", f"{AT}/modules/dns/README.md#inputs"),
        ("/LICENSE?raw=true", f"{AT}/LICENSE?raw=true"),
        ("../../../../../etc/passwd", f"{AT}/etc/passwd"),
        ("../..", f"{AT.replace('/blob/', '/tree/')}"),
        ("a%20b.md", f"{AT}/modules/vpc/a%20b.md"),
        ("//cdn.example/x", "https://cdn.example/x"),
        ("mailto:a@example.com", "mailto:a@example.com"),
        ("https://example.com/?a=1&b=2", "https://example.com/?a=1&amp;b=2"),
        ("#inputs", "#user-content-inputs"),
    ],
)
def test_relative_link_leads_to_github_at_the_commit(link, address):
    assert render(f"[x]({link})", HOME) == f'<p><a href="{address}" {REL}>x</a></p>'
    assert render(f'<a href="{link}">x</a>', HOME) == f'<p><a href="{address}" {REL}>x</a></p>'


@pytest.mark.parametrize(
    ("picture", "html"),
    [
        ("![Plan](img/plan.png)", f'<a class="tag" href="{AT}/modules/vpc/img/plan.png" {REL}>Plan</a>'),
        ("![](/img/plan.png)", f'<a class="tag" href="{AT}/img/plan.png" {REL}>plan.png</a>'),
        (
            '<img src="plan.png" alt="Plan" width="9">',
            f'<a class="tag" href="{AT}/modules/vpc/plan.png" {REL}>Plan</a>',
        ),
        ("![Build](https://b.example/x.svg)", f'<a class="tag" href="https://b.example/x.svg" {REL}>Build</a>'),
        (
            "[![Build](https://b.example/x.svg)](https://ci.example)",
            f'<a href="https://ci.example" {REL}><span class="tag">Build</span></a>',
        ),
        ("![<b>](x.png)", f'<a class="tag" href="{AT}/modules/vpc/x.png" {REL}>&lt;b&gt;</a>'),
        ("![no](data:image/png;base64,AA)", '<span class="tag">no</span>'),
        ('<img src="data:image/png;base64,AA" alt="A dot">', '<span class="tag">A dot</span>'),
    ],
)
def test_picture_is_a_link_with_its_words_and_is_never_loaded(picture, html):
    assert render(f"x {picture}", HOME) == f"<p>x {html}</p>"


def test_links_of_a_table_of_contents_find_their_headings():
    text = "[a](#the-vpc-module) [b](#inputs-1) [c](#input\\_name)\n\n# The `vpc` Module!\n## Inputs\n## Inputs\n"
    text += '| Name |\n|--|\n| <a name="input_name"></a> [name](#input\\_name) |\n'
    html = render(text, HOME)
    for name in ("the-vpc-module", "inputs-1"):
        assert f'href="#user-content-{name}"' in html
        assert f'id="user-content-{name}"' in html
    assert html.count('href="#user-content-input_name"') == 2
    assert '<a name="user-content-input_name"' in html


HOSTILE = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=https://evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</script>",
    "<script\n>alert(1)</script\n>",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1)//",
    "<img src='javascript:alert(1)'>",
    "<img src=`x`onerror=alert(1)>",
    '<img """><script>alert(1)</script>">',
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href='javascript:alert(1)'>x</a></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mi//xlink:href='data:x,<script>alert(4)</script>'>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<form><math><mtext></form><form><mglyph><svg><mtext><style><path id='</style><img onerror=alert(1) src>'>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<object data='javascript:alert(1)'>",
    "<embed src='javascript:alert(1)'>",
    "<base href='https://evil.example/'>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<style>* { display: none }</style>",
    "<style><img src='</style><img src=x onerror=alert(1)>'>",
    "<p style='position:fixed;inset:0'>over</p>",
    "<div style=background:url(https://evil.example)>x</div>",
    "<form action=/accounts/logout/ method=post><button>x</button></form>",
    "<input name=csrfmiddlewaretoken autofocus onfocus=alert(1)>",
    "<button formaction=javascript:alert(1)>x</button>",
    "<textarea></textarea><img src=x onerror=alert(1)>",
    "<details open ontoggle=alert(1)>x</details>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href='jAvAsCrIpT:alert(1)'>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<a href='java&#10;script:alert(1)'>x</a>",
    "<a href='&#1;javascript:alert(1)'>x</a>",
    "<a href='javascript&colon;alert(1)'>x</a>",
    "<a href='vbscript:x'>x</a>",
    "<a href='data:text/html;base64,PHNjcmlwdD4='>x</a>",
    "<a href='blob:https://x/y'>x</a>",
    "<a href='\\\\evil.example'>x</a>",
    "<a target=_blank onclick=alert(1) href=https://x.example>x</a>",
    "<a href=https://x.example hx-get=/accounts/logout/ hx-trigger=load data-hx-post=/x>x</a>",
    "<div hx-post=/deployments/ hx-trigger=load>x</div>",
    "<p id=main class=topbar>x</p>",
    "<p id=h-readme popover>x</p>",
    "<a id=user-content-main name=csrfmiddlewaretoken>x</a>",
    "<dialog open>x</dialog>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<video><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)>",
    "<body onload=alert(1)>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<xmp><p title='</xmp><img src=x onerror=alert(1)>'>",
    "<plaintext><img src=x onerror=alert(1)>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!--[if gte IE 4]><script>alert(1)</script><![endif]-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?php echo '<script>alert(1)</script>' ?>",
    "<a title='<table><img src=x onerror=alert(1)>' href=https://x.example>x</a>",
    "<abbr title='</table><script>alert(1)</script>'>x</abbr>",
    "<abbr title='<h1 onclick=alert(1)>'>x</abbr>",
    "<img alt='\"><script>alert(1)</script>' src=x>",
    "<img alt='<a href=javascript:alert(1)>x</a>' src='\"><script>alert(1)</script>'>",
    "![\"><script>alert(1)</script>](x)",
    "![x](x \"onerror=alert(1)\")",
    "![x](https://x.example/\"onerror=alert(1))",
    "[x](javascript:alert(1))",
    "[x](&#x6A;avascript:alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x][1]\n\n[1]: javascript:alert(1)",
    "<javascript:alert(1)>",
    "<https://x.example/'onmouseover='alert(1)>",
    "https://x.example/\"onmouseover=alert(1)",
    "www.x.example/'><script>alert(1)</script>",
    "`<script>alert(1)</script>`",
    "```<script>\n</code></pre><script>alert(1)</script>\n```",
    "|<script>|\n|-|\n|<img src=x onerror=alert(1)>|",
    "# <script>alert(1)</script>\n\n# \" onclick=alert(1)",
    "</div></section></main><script>alert(1)</script>",
    "<table><form><input name=x></table></div></div><p>outside",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\u202e<script>alert(1)</script>",
]  # fmt: skip


class Reader(HTMLParser):
    """Collects everything in HTML that a README must not have, and whether its elements are closed."""

    def __init__(self, html: str):
        super().__init__()
        self.found: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()
        self.found += [f"open {tag}" for tag in self.open]

    def handle_starttag(self, tag, attrs):
        if tag not in TAGS:
            self.found.append(tag)
        if tag not in ("br", "hr"):
            self.open.append(tag)
        self.found += [f"{tag} {name}={value}" for name, value in attrs if not _is_harmless(tag, name, value)]

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.found.append(f"/{tag}")

    def handle_comment(self, data):
        self.found.append(data)


def _is_harmless(tag: str, name: str, value: str) -> bool:
    if name == "href":
        return value.startswith(("#user-content-", *(f"{scheme}:" for scheme in SCHEMES)))
    if name in ("id", "name"):
        return value.startswith("user-content-")
    if name == "class":
        return value in CLASSES.get(tag, ())
    if name == "rel":
        return (tag, value) == ("a", readme.REL)
    return name in ATTRIBUTES.get(tag, ()) or value in VALUES.get(tag, {}).get(name, ())


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_readme_is_harmless(text):
    for shape in (text, f"before {text} after", f"- {text}\n\n> {text}", f"<p>\n{text}\n</p>"):
        assert Reader(render(shape, HOME)).found == []


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from([*HOSTILE, "<p>", "</p>", "<!--", "-->", "`", "\n\n", "<a title='", "'>", '"', "<td>"]))
)
def test_hostile_pieces_are_harmless_together(pieces):
    assert Reader(render("".join(pieces), HOME)).found == []


@pytest.mark.parametrize("piece", ["[![](", "[*", "![", "["])
def test_hundred_kilobytes_of_brackets_are_refused_before_they_are_read(piece):
    with pytest.raises(TooMuch):
        render(piece * (100_000 // len(piece)), HOME)


@pytest.mark.parametrize("piece", ["<div>", "<details open>", "<b>", "<table><tr><td>", "<ul><li>"])
def test_readme_of_thousands_of_elements_within_each_other_is_refused(piece):
    with pytest.raises(TooMuch):
        render(piece * 1_000, HOME)
    assert Reader(render(piece * 10, HOME)).found == []


def test_readme_that_grows_beyond_bounds_is_refused():
    with pytest.raises(TooMuch):
        render(f"[a]: https://x.example/{'y' * 1_000}\n\n" + "[a]\n\n" * 2_000, HOME)
