from html.parser import HTMLParser

import pytest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from modules.pages.picture import WIDTH, fit, picture
from modules.tests.repositories import read
from modules.tests.schemas import calling, schema

FILES = {
    "web/main.tf": 'module "net" {\n  source = "../net"\n}\nresource "random_id" "a" {}\n'
    'module "vpc" {\n  source = "terraform-aws-modules/vpc/aws"\n  version = "~> 5.0"\n}\n',
    "net/main.tf": 'module "dns" {\n  source = "../dns"\n}\nresource "aws_vpc" "a" {}\nresource "aws_eip" "b" {}\n',
    "dns/main.tf": 'resource "aws_route53_zone" "a" {}\n',
}


def web():
    return picture("Web", read(FILES)["web"].schema)


def columns(drawn):
    found = {}
    for box in drawn.boxes:
        found.setdefault(box.x, []).append((box.node.kind, box.node.name, box.node.note))
    return [found[x] for x in sorted(found)]


def test_columns_are_the_module_what_it_calls_what_those_call_and_providers():
    assert columns(web()) == [
        [("module", "Web", "this module")],
        [
            ("folder", "../net", "folder, 2 resources"),
            ("remote", "terraform-aws-modules/vpc/aws", "registry.terraform.io ~> 5.0"),
        ],
        [("folder", "../dns", "folder, 1 resource")],
        [("provider", "hashicorp/random", "provider"), ("provider", "hashicorp/aws", "provider")],
    ]


def test_picture_says_the_same_in_words():
    drawn = web()
    assert drawn.lines == [
        "Web calls ../net, terraform-aws-modules/vpc/aws and uses the provider hashicorp/random.",
        "../net calls ../dns and uses the provider hashicorp/aws.",
        "../dns uses the provider hashicorp/aws.",
    ]
    assert drawn.label == " ".join(drawn.lines)


def test_each_call_and_use_has_a_line_that_ends_at_its_box():
    drawn = web()
    ends = {(box.x, box.middle): box.node.name for box in drawn.boxes}
    assert sorted(ends[edge.x, edge.y] for edge in drawn.edges) == [
        "../dns",
        "../net",
        "hashicorp/aws",
        "hashicorp/aws",
        "hashicorp/random",
        "terraform-aws-modules/vpc/aws",
    ]


def test_module_alone_is_a_picture():
    drawn = picture("Web", schema(""))
    assert [(box.node.kind, box.name) for box in drawn.boxes] == [("module", "Web")]
    assert drawn.lines == ["Web calls no other module and uses no provider."]


def test_schema_from_before_called_folders_were_kept_shows_the_calls_alone():
    old = schema('module "db" { source = "../db" }\n')
    del old["tree"]
    assert columns(picture("Web", old)) == [[("module", "Web", "this module")], [("folder", "../db", "folder")]]


def test_folders_that_call_each_other_are_drawn_once():
    back = 'module "back" {\n  source = "../a"\n}\n'
    files = {"web/main.tf": back, "a/main.tf": back.replace("../a", "../b"), "b/main.tf": back}
    drawn = picture("Web", read(files)["web"].schema)
    assert [box.name for box in drawn.boxes] == ["Web", "../a", "../b"]
    assert len(drawn.edges) == 3


def test_long_column_ends_with_how_many_more_there_are():
    text = "".join(f'module "m{at}" {{ source = "a/m{at}/aws" }}\n' for at in range(40))
    drawn = picture("Web", schema(text))
    assert [box.name for box in drawn.boxes][-2:] == ["a/m22/aws", "17 more"]
    assert all(name in drawn.lines[0] for name in ("a/m0/aws", "a/m39/aws"))
    assert drawn.label.endswith("… See the list below.")


NAMES = st.text(min_size=1, max_size=60) | st.sampled_from(["W" * 50, "漢" * 50, "i" * 80, "…" * 40])


@given(NAMES, st.lists(st.from_regex(r"[a-zA-Z_-]{1,40}", fullmatch=True), max_size=30))
def test_every_box_lies_inside_and_no_two_overlap(title, names):
    text = "".join(f'module "m{at}" {{ source = "{name}/x/aws" }}\n' for at, name in enumerate(names[::2]))
    inner = "".join(f'resource "p{name.lower().strip("_-")}x_y" "r{at}" {{}}\n' for at, name in enumerate(names[1::2]))
    drawn = picture(title, calling(text + 'module "db" { source = "./db" }\n', db=inner))
    places = [(box.x, box.y) for box in drawn.boxes]
    assert len(set(places)) == len(places)
    for box in drawn.boxes:
        assert 0 <= box.x <= box.x + box.width <= WIDTH
        assert 0 <= box.y <= box.y + box.height <= drawn.height


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("hashicorp/aws", "hashicorp/aws"),
        ("../shared/dns-with-a-very-long-name", "../shared/dns-with-a…"),
        ("W" * 40, "WWWWWWWWWW…"),
        ("漢" * 40, "漢漢漢漢漢漢漢漢漢漢…"),
    ],
)
def test_text_that_does_not_fit_is_cut(text, shown):
    assert fit(text, 136) == shown


def test_long_folder_keeps_its_end():
    assert fit("../shared/dns-with-a-very-long-name", 136, keeps_end=True) == "…h-a-very-long-name"


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def test_template_draws_all_of_it_without_inline_styles():
    html = render_to_string("modules/_picture.html", {"picture": web()})
    tags = Tags()
    tags.feed(html)
    names = [name for name, _ in tags.found]
    (svg,) = [attributes for name, attributes in tags.found if name == "svg"]
    assert (svg["role"], svg["aria-label"]) == ("img", web().label)
    assert (names.count("title"), names.count("path"), names.count("li")) == (6, 6, 3)
    assert not any(key == "style" or key.startswith("on") for _, attributes in tags.found for key in attributes)
    assert "<title>Module terraform-aws-modules/vpc/aws ~&gt; 5.0 from registry.terraform.io</title>" in html


def test_title_of_a_partner_is_shown_as_text():
    html = render_to_string("modules/_picture.html", {"picture": picture("<b>x</b>", schema(""))})
    assert "<b>" not in html
