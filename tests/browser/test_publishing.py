"""A partner connects GitHub, selects a repository, publishes modules of it and deploys one."""

import os
import signal
from pathlib import Path

import pytest
from playwright.sync_api import expect

import demo
from deployments import services
from modules.models import Module
from modules.publishing.terms import set_audience
from tests.browser import steps
from tests.browser.world import give_credits, publish_of_alice

BUS = "message_bus/variables.tf"
REPOSITORY = "alice-example/cloud-modules"
FILES = Path(demo.__file__).parent / "repositories" / REPOSITORY
REGION = '\nvariable "region" {\n  description = "Where it stands. {{UIMeta group=1 order=0 }}"\n  type = string\n}\n'


@pytest.fixture
def portal(live_db, github, server):
    """Starts without a worker, so that waiting states are visible."""
    return server().url


def test_partner_connects_selects_publishes_and_deploys(alice, sign_in, worker):
    page = sign_in(alice)
    refuse_tokens(page)
    worker_of_scans = connect(page, worker)
    select_repository(page)
    scan(page, worker_of_scans)
    look_at_invalid_ones(page)
    publish(page)
    assert list(Module.objects.values_list("path", "audience", "owner__email")) == [
        ("message_bus", "exclusive", "alice@example.com"),
        ("secure_web_app", "exclusive", "alice@example.com"),
    ]
    deploy(page)


def refuse_tokens(page):
    page.goto("/")
    page.get_by_role("button", name="Account menu").click()
    page.get_by_role("link", name="Profile").click()
    expect(page.get_by_role("link", name="GitHub Configuration")).to_be_visible()
    for token, sentence in {
        "ghp_demo_noscope": "repo",
        "ghp_demo_expired": "expired",
        "no token at all": "A token has no spaces or special letters.",
    }.items():
        save_token(page, token)
        alert = page.get_by_role("alert")
        expect(alert).to_contain_text("The token was not saved. Paste a token again.")
        expect(page.locator("#id_token_error")).to_contain_text(sentence)
        expect(page.locator("#id_token")).to_have_value("")


def save_token(page, token):
    page.locator("#id_token").fill(token)
    page.get_by_role("button", name="Check and save token").click()


def connect(page, worker):
    save_token(page, "ghp_demo_alice")
    card = page.locator("#github")
    expect(card).to_contain_text("alice-example")
    expect(card).to_contain_text("Can read private repositories")
    assert "ghp_demo_alice" not in page.content()
    expect(page.get_by_label("Reading your repositories")).to_be_visible()
    return worker()


def select_repository(page):
    card = page.locator("#repository")
    expect(card).to_contain_text("This token can read 300 repositories")
    card.get_by_label("Find", exact=True).press_sequentially("cloud-mod")
    expect(card.get_by_role("status")).to_have_text("1 repository found")
    card.get_by_label("Repository").select_option(label="alice-example/cloud-modules")
    card.get_by_role("button", name="Save repository").click()
    expect(page.locator("#repository")).to_contain_text("Now alice-example/cloud-modules, branch main")


def scan(page, worker):
    """Without a worker the page says what it waits for; with one it updates automatically."""
    page.get_by_role("link", name="Publish", exact=True).click()
    os.killpg(worker.pid, signal.SIGSTOP)
    page.get_by_role("button", name="Scan now").click()
    card = page.locator("#scan")
    expect(card).to_contain_text("waiting for a worker")
    expect(card.get_by_role("progressbar")).to_be_visible()
    os.killpg(worker.pid, signal.SIGCONT)
    expect(card).to_contain_text("Succeeded")
    expect(page.locator("#catalogue")).to_contain_text("9 new, 3 invalid")
    expect(page.get_by_role("button", name="Scan again")).to_be_visible()


def look_at_invalid_ones(page):
    invalid = page.locator("#catalogue li.off")
    expect(invalid).to_have_count(3)
    for folder, place in {"edge_cache": "variables.tf:7", "legacy_vpn": "main.tf:", "partner_keys": "keys.tf"}.items():
        row = invalid.filter(has=page.get_by_text(f"{folder}/", exact=True))
        expect(row.get_by_role("checkbox")).to_be_disabled()
        expect(row).to_contain_text("Invalid")
        expect(row.locator("p[data-tone=bad]")).to_contain_text(place)


def publish(page):
    bar = page.locator("#savebar")
    expect(bar).to_contain_text("Select modules to publish.")
    page.get_by_label("Secure Web App", exact=True).check()
    expect(bar).to_contain_text("1 to publish.")
    page.get_by_label("Message Bus", exact=True).check()
    bar.get_by_role("button", name="Publish 2 modules").click()
    expect(page.get_by_text("Published 2 modules.")).to_be_visible()
    expect(page.get_by_label("Secure Web App", exact=True)).to_be_checked()
    expect(page.locator("#catalogue")).to_contain_text("2 published, 7 new, 3 invalid")


def deploy(page):
    steps.open_form(page, Module.objects.get(path="secure_web_app"))
    steps.type_into(page, "app_name", "shop")
    steps.check_inputs(page)
    page.locator(".savebar").get_by_role("button", name="Deploy").click()
    steps.expect_run(page, 1, "succeeded")
    expect(steps.output(page, "app_name")).to_have_text("shop")


def test_partner_sees_a_breaking_change_sets_a_price_and_publishes_it(alice, bob, admin, github, sign_in, worker):
    worker()
    bus = publish_of_alice(github, alice, "message_bus")["message_bus"]
    set_audience(bus, audience="named", emails=[bob.email], by=alice)
    give_credits(bob, 100, by=admin)
    bobs = services.create_deployment(bus.current_version, name="queue", inputs={}, secrets={}, by=bob)
    at_bob = sign_in(bob)
    at_bob.goto(bobs.get_absolute_url())
    steps.expect_run(at_bob, 1, "succeeded")

    github.commit(REPOSITORY, {BUS: (FILES / BUS).read_text() + REGION}, message="Ask for the region")
    page = sign_in(alice)
    look_at_what_changes(page)
    set_terms(page)
    try_the_form(page)
    page.goto("/publish/")
    page.get_by_label("Publish the breaking update of Message Bus").check()
    page.get_by_role("button", name="Update 1 module").click()
    expect(page.get_by_text("Updated 1 module.")).to_be_visible()
    expect(row_of_bus(page)).to_contain_text("Stays at 2.0.0")

    at_bob.goto(bobs.get_absolute_url())
    expect(at_bob.get_by_role("main")).to_contain_text("1.0.0")
    assert (bobs.runs.count(), bobs.version_id) == (1, bus.current_version_id)
    steps.open_form(at_bob, Module.objects.get())
    expect(at_bob.get_by_role("region", name="Cost and balance")).to_contain_text("− 75")
    expect(steps.field(at_bob, "region")).to_be_visible()


def row_of_bus(page):
    return page.locator("#catalogue .mods > li").filter(has=page.get_by_text("message_bus/", exact=True))


def look_at_what_changes(page):
    page.goto("/publish/")
    page.get_by_role("button", name="Scan again").click()
    row = row_of_bus(page)
    expect(row).to_contain_text("Update to 2.0.0")
    expect(row).to_contain_text("Stays at 1.0.0")
    row.get_by_text("Details").click()
    expect(row).to_contain_text("1 commit. You keep 1.0.0.")
    expect(row).to_contain_text("1 live deployment of Bob uses 1.0.0 and stays on it.")
    expect(row).to_contain_text("Breaking, major version")
    change = row.get_by_role("row").filter(has_text="region")
    expect(change).to_contain_text("Input added, required")
    expect(row.get_by_text("Ask for the region")).to_be_hidden()
    row.get_by_text("1 commit since 1.0.0").click()
    expect(row.get_by_text("Ask for the region")).to_be_visible()
    bar = page.locator("#savebar")
    page.get_by_label("Version of Message Bus").select_option(label="Update to 2.0.0")
    expect(row).to_contain_text("Will become 2.0.0, a breaking update")
    expect(bar).to_contain_text("1 to update. 1 update is breaking. Existing deployments are not affected.")
    page.get_by_label("Message Bus", exact=True).uncheck()
    stays = "1 live deployment of Bob keeps running."
    expect(bar).to_contain_text(f"1 to remove. Message Bus leaves the catalogue. {stays}")
    page.get_by_label("Message Bus", exact=True).check()
    expect(bar).to_contain_text("1 update is breaking.")


def set_terms(page):
    """A wrong address is an error and keeps what was typed; then a price overrides the repository's, and is reset."""
    row_of_bus(page).get_by_role("link", name="Settings and form").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Message Bus")
    expect(page.get_by_label("Shared with named people")).to_be_checked()
    page.get_by_label("Credit cost").fill("75")
    page.get_by_label("Named people", exact=True).fill("bob@example.com\ncarol@")
    page.get_by_role("button", name="Save settings").click()
    expect(page.locator("#id_emails_error")).to_contain_text("“carol@” is not an e-mail address.")
    expect(page.get_by_label("Credit cost")).to_have_value("75")
    page.get_by_label("Named people", exact=True).fill("bob@example.com\ncarol@example.com")
    page.get_by_label("Title").fill("Queues")
    page.get_by_role("button", name="Save settings").click()
    expect(page.get_by_text("Settings saved. They are in effect now.")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Queues")
    expect(page.locator("#settings")).to_contain_text("The repository says 12.5.")
    page.get_by_role("button", name="Reset title to what the repository says").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Message Bus")
    expect(page.get_by_label("Title")).to_have_value("")
    expect(page.get_by_label("Credit cost")).to_have_value("75")


def try_the_form(page):
    page.get_by_role("link", name="Try the form").click()
    expect(page.get_by_role("main")).to_contain_text("This is a trial.")
    page.get_by_role("button", name="Check these values").click()
    expect(page.locator("#id_in-region_error")).to_contain_text("This field is required.")
    steps.type_into(page, "region", "europe")
    page.get_by_role("button", name="Check these values").click()
    expect(page.get_by_role("status")).to_contain_text("All values are valid. Nothing was created.")
    expect(page.locator("#id_in-region")).to_have_value("europe")
