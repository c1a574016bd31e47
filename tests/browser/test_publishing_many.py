"""Sixty-one modules and 120 alarms by keyboard, on a wide and a narrow window, and with Back."""

import pytest
from playwright.sync_api import expect

from modules.models import Alarm, Module, Publication
from modules.tests.hundreds import TEXT, make_connection, make_scan

SIXTY = 61
NARROW = {"width": 390, "height": 844}
ANEW, FROM_CACHE = [], ["--disable-back-forward-cache"]
pytestmark = pytest.mark.parametrize("chromium", [ANEW, FROM_CACHE], indirect=True, ids=["anew", "from the cache"])


@pytest.fixture
def connection(live_db, alice):
    connection = make_connection(alice)
    make_scan(connection, SIXTY)
    return connection


def test_sixty_modules_by_keyboard(connection, alice, sign_in):
    page = sign_in(alice)
    page.goto("/publish/")
    choose_one(page)
    open_its_details(page)
    choose_a_range(page)
    find(page)
    publish_all(page)
    go_back(page)
    keep_one_and_remove_one(page, connection)
    dismiss_alarms(page)


def press(page, target, key="Enter"):
    target.focus()
    page.keyboard.press(key)


def bar(page):
    return page.locator("#savebar")


def row(page, path):
    return page.locator("#rows > li").filter(has=page.get_by_text(f"{path}/", exact=True))


def box(page, path):
    return row(page, path).get_by_role("checkbox")


def choose_one(page):
    press(page, box(page, "m000"), "Space")
    expect(row(page, "m000")).to_contain_text("Will be published as 1.0.0")
    expect(bar(page)).to_contain_text("Publish 1 module")
    expect(box(page, "m000")).to_be_focused()
    page.keyboard.press("Space")
    expect(row(page, "m000")).to_contain_text("Not published")
    expect(bar(page)).to_contain_text("Select modules to publish.")


def open_its_details(page):
    press(page, row(page, "m000").locator("summary"))
    expect(row(page, "m000")).to_contain_text("Not published yet. 1 input, 1 output. It starts as 1.0.0")


def choose_a_range(page):
    box(page, "m002").click()
    box(page, "m005").click(modifiers=["Shift"])
    expect(bar(page)).to_contain_text("4 to publish.")
    expect(row(page, "m004")).to_contain_text("Will be published as 1.0.0")


def find(page):
    """Search and filter keep the choices; the rows that are not drawn come on demand, without a second tick lost."""
    expect(page.locator("#rows > li > input")).to_have_count(25)
    press(page, page.get_by_role("button", name="More modules"))
    expect(page.locator("#rows > li > input")).to_have_count(50)
    press(page, page.get_by_role("button", name="More modules"))
    expect(page.locator("#rows > li > input")).to_have_count(SIXTY)
    page.get_by_label("Search modules").press_sequentially("M05")  # without Enter
    expect(page.locator("#rows > li > input")).to_have_count(10)
    expect(page.get_by_label("Search modules")).to_be_focused()
    press(page, page.get_by_role("button", name="Select all 10 shown"))
    expect(bar(page)).to_contain_text("14 to publish.")
    press(page, page.get_by_role("button", name="Reset"))
    expect(bar(page)).to_contain_text("Select modules to publish.")


def publish_all(page):
    press(page, page.get_by_role("button", name=f"Select all {SIXTY} shown"))
    expect(bar(page)).to_contain_text(f"Publish {SIXTY} modules")
    press(page, page.get_by_role("link", name="Deployments"))
    page.wait_for_url("**/deployments/")
    page.go_back()
    expect(bar(page)).to_contain_text(f"Publish {SIXTY} modules")
    expect(box(page, "m000")).to_be_checked()
    press(page, page.get_by_role("button", name=f"Publish {SIXTY} modules"))
    expect(page.locator("#publication")).to_contain_text(f"Published {SIXTY} modules. Started by Alice.")
    assert Module.objects.published().count() == SIXTY


def go_back(page):
    """Neither the page that promised to publish all nor its ticks come back."""
    page.goto("/deployments/")
    page.go_back()
    expect(bar(page)).to_contain_text(f"{SIXTY} unchanged.")
    page.goto("/billing/")
    Publication.objects.all().delete()
    make_scan(Module.objects.first().owner.github_connection, SIXTY, text=f"{TEXT}\n# more", commit="d")
    page.go_back()
    expect(bar(page)).to_contain_text(f"{SIXTY} to update.")


def keep_one_and_remove_one(page, connection):
    page.get_by_label("Version of M000").select_option(label="Keep this version, 1.0.0")
    expect(row(page, "m000")).to_contain_text("Stays at 1.0.0")
    press(page, box(page, "m001"), "Space")
    expect(row(page, "m001").locator(".fate")).to_contain_text("Will be removed.")
    expect(row(page, "m001").locator(".fate")).to_have_attribute("data-tone", "bad")
    expect(bar(page)).to_contain_text("59 to update, 1 to remove, 1 kept without its update.")
    press(page, page.get_by_role("button", name="Update 59, remove 1"))
    expect(page.locator("#publication")).to_contain_text("Updated 59, removed 1. Started by Alice.")
    assert Module.objects.published().count() == SIXTY - 1
    assert Module.objects.get(path="m000").current_version.semver == "1.0.0"


def dismiss_alarms(page):
    versions = [module.current_version for module in Module.objects.published().order_by("path")]
    gone = [Alarm(version=version, kind="commit_gone", found="main") for version in versions]
    moved = [Alarm(version=version, kind="tag_moved", found="b" * 40) for version in versions]
    Alarm.objects.bulk_create([*gone, *moved])
    page.set_viewport_size(NARROW)
    page.reload()
    expect(page.get_by_role("main")).to_contain_text("120 alarms about 60 modules.")
    stays_in_sight(page)
    press(page, page.get_by_role("link", name="See all alarms"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Alarms")
    assert page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]
    cause = page.get_by_role("region", name="Commits that are no longer on the branch main")
    expect(cause).to_contain_text("60 alarms, 10 shown")
    cause.get_by_label("Reason").fill("We rewrote the history.")
    page.keyboard.press("Enter")
    expect(page.get_by_text("60 alarms dismissed.")).to_be_visible()
    assert Alarm.objects.filter(dismissal_reason="We rewrote the history.").count() == 60


def stays_in_sight(page):
    """The bar is at the top of a narrow window wherever one scrolls, and nothing is wider than the window."""
    assert page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]
    box(page, "m020").scroll_into_view_if_needed()
    place = bar(page).bounding_box()
    assert place is not None
    assert (place["y"], place["y"] + place["height"] < NARROW["height"] / 2) == (0, True)
