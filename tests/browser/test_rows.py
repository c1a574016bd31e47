"""Rows of nested values are added and removed, with and without script."""

import pytest
from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.world import publish_of_alice


@pytest.mark.parametrize("has_script", [True, False])
def test_rows_are_added_and_removed(alice, github, sign_in, has_script):
    clinic = publish_of_alice(github, alice, "clinic_records")["clinic_records"]
    page = sign_in(alice, java_script_enabled=has_script)
    page.goto(f"/deploy/{clinic.ref}/")
    steps.edit(page, "fill", "Clinic, name", "Hill")
    steps.edit(page, "press", "Add staff to Staff")
    expect(page.get_by_label("Staff 3, name", exact=True)).to_be_focused()
    steps.edit(page, "fill", "Staff 3, hours", "many")
    steps.edit(page, "press", "Remove Staff 1")
    expect(page.get_by_label("Staff 1, name", exact=True)).to_have_value("Eli")
    expect(page.get_by_role("button", name="Add staff to Staff", exact=True)).to_be_focused()
    expect(page.get_by_label("Staff 3, name", exact=True)).to_have_count(0)
    expect(page.get_by_label("Clinic, name", exact=True)).to_have_value("Hill")

    page.get_by_role("button", name="Check and continue").click()
    wrong = page.get_by_label("Staff 2, hours", exact=True)
    expect(wrong).to_have_value("many")
    expect(wrong).to_have_attribute("aria-invalid", "true")
    steps.edit(page, "fill", "Staff 2, hours", "20")
    steps.edit(page, "fill", "Staff 2, name", "Fay")
    steps.check_inputs(page)
    staff = page.locator("main tr").filter(has=page.get_by_role("rowheader", name="staff", exact=True))
    expect(staff).to_contain_text('"hours": 20')
