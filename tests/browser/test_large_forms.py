"""A form of 261 inputs, and lists in it, by keyboard, with and without script."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from deployments.tests.factories import make_version
from deployments.tests.inputs.schemas import schema, variable

CLUSTER = [variable(f"cluster_{number}", default="x") for number in range(200)]
NODES = [variable(f"node_{number}", "number", default=1, description=f"Size of node {number}.") for number in range(48)]
LISTS = [
    variable("zone_names", "list(string)", default=["a"], description="First line.\n- **one**\n- two " + "long" * 60),
    variable("zone_labels", "map(string)", default={"k": "v"}),
    variable("zone_rules", "list(object({ port = number }))", default=[{"port": 1}]),
    variable("zone_notes", "object({ lines = list(string) })", default={"lines": ["x"]}),
]
OTHERS = [variable(f"{letter}_only", default="") for letter in "abcdefgh"]
LARGE = schema(*CLUSTER, *NODES, *LISTS, *OTHERS, variable("title"))


@pytest.fixture
def address(portal, alice):
    module = make_version({"main.tf": ""}, owner=alice, schema=LARGE, title="Large").module
    return reverse("deployments:deployment-create", args=[module.ref])


def fold(page, title):
    return page.locator("details.fold").filter(has=page.get_by_role("heading", name=title, exact=True))


def test_an_input_among_261_is_found_and_a_wrong_one_is_not_hidden(sign_in, alice, address):
    page = sign_in(alice)
    page.goto(address)
    expect(page.get_by_role("heading", name="261 inputs")).to_be_visible()
    expect(page.locator("#id_in-title")).to_be_visible()
    expect(page.locator("#id_in-node_31")).not_to_be_visible()
    search = page.get_by_label("Search inputs")
    search.focus()
    page.keyboard.type("node 31")
    expect(page.get_by_role("status").filter(has_text="inputs match")).to_have_text("1 of 261 inputs match.")
    expect(page.locator("#id_in-title")).not_to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#id_in-node_31")).to_be_focused()
    search.fill("")
    expect(page.locator("#id_in-node_31")).not_to_be_visible()

    page.get_by_role("navigation", name="Groups of inputs").get_by_role("link", name="Node").click()
    expect(page.locator("#id_in-node_0")).to_be_in_viewport()
    page.locator("#id_in-node_40").fill("many")
    page.locator("#id_in-title").press("Enter")
    expect(page.locator("#id_in-node_40")).to_be_visible()
    expect(page.locator("#id_in-cluster_1")).not_to_be_visible()
    notice = page.get_by_role("alert")
    expect(notice).to_contain_text("Two inputs need a change.")
    notice.get_by_role("link", name="Node 40").click()
    expect(page.locator("#id_in-node_40")).to_be_in_viewport()

    page.evaluate("document.querySelectorAll('details.fold').forEach((fold) => { fold.open = true; })")
    for width in (390, 1280, 1600):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_enter_in_a_list_sent_the_whole_form(sign_in, alice, address):
    page = sign_in(alice)
    page.goto(address)
    fold(page, "Zone").locator("summary").click()
    page.locator("#id_in-zone_names").fill("b")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Remove b")).to_be_visible()
    expect(page.locator("#id_in-zone_names")).to_be_focused()
    page.get_by_label("Key 2").fill("new")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Key 3")).to_be_focused()
    page.get_by_label("Zone rule 1, port", exact=True).press("Enter")
    expect(page.get_by_label("Zone rule 2, port", exact=True)).to_be_focused()
    page.get_by_label("Zone notes, line 1", exact=True).press("Enter")
    expect(page.get_by_label("Zone notes, line 2", exact=True)).to_be_focused()
    assert page.url.endswith(address)
    expect(page.get_by_role("alert")).to_have_count(0)


def test_without_script_inputs_are_found_and_items_added_too(sign_in, alice, address):
    page = sign_in(alice, java_script_enabled=False)
    page.goto(address)
    page.locator("#id_in-title").fill("web")
    page.get_by_label("Search inputs").fill("names")
    page.get_by_label("Search inputs").press("Enter")
    expect(page.get_by_text("1 of 261 inputs match.")).to_be_visible()
    expect(page.locator("#id_in-title")).to_have_value("web")
    page.locator("#id_in-zone_names").fill("b")
    page.locator("#id_in-zone_names").press("Enter")
    expect(page.get_by_role("button", name="Remove b")).to_be_visible()
    page.locator("#id_in-zone_names").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirm large")
