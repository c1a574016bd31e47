"""Steps that several journeys share."""

import re

from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from modules.models import Module
from tests.people import PASSWORD

WHOLE_RUN = 60_000  # milliseconds


def enter(page: Page, person: User) -> None:
    """Sign in on the sign-in page."""
    page.get_by_label("E-mail").fill(person.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def end_session(page: Page) -> None:
    """End the session as time does: the page stays open and does not know."""
    page.context.clear_cookies(name="sessionid")


def open_form(page: Page, module: Module) -> None:
    """Open a module's form from the Deploy page over the module's page."""
    page.goto("/deploy/?tab=partner" if module.owner_id else "/deploy/")
    page.get_by_role("link", name=module.title).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(module.title)
    page.locator(".page-head").get_by_role("link", name="Deploy").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Deploy {module.title}")


def field(page: Page, name: str) -> Locator:
    """The element of a variable's field."""
    return page.locator(f"#box-id_in-{name}")


def type_into(page: Page, name: str, text: str) -> None:
    page.locator(f"#id_in-{name}").fill(text)


def edit(page: Page, verb: str, label: str, *given) -> None:
    """One step in an editor of nested values: press a button, fill, choose or switch the input of this label."""
    if verb == "press":
        page.get_by_role("button", name=label, exact=True).click()
        expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)
        return
    control = page.get_by_label(label, exact=True)
    {"fill": control.fill, "choose": control.select_option, "switch": control.set_checked}[verb](*given)


def check_inputs(page: Page) -> None:
    """Submit a filled-in form, up to the confirmation page."""
    page.get_by_role("button", name="Check and continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("^Confirm"))


def expect_run(page: Page, number: int, status: str) -> None:
    """Wait on the page of a deployment until its run has this status."""
    run = page.locator("#run")
    expect(run.get_by_role("heading")).to_contain_text(f"Run {number},")
    expect(run.locator(".phases")).to_contain_text(status, timeout=WHOLE_RUN)


def output(page: Page, name: str) -> Locator:
    row = page.locator("#outputs tr").filter(has=page.locator("th code", has_text=re.compile(f"^{name}$")))
    return row.locator("td .code")


def available(page: Page) -> Locator:
    """The credits in the header."""
    return page.locator(".topbar .me a")
