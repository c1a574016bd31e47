"""A partner connects GitHub, selects a repository, publishes modules of it and deploys one."""

import os
import signal

import pytest
from playwright.sync_api import expect

from modules.models import Module
from tests.browser import steps


@pytest.fixture
def portal(live_db, github, server):
    """Without a worker at first: what waits for one can be seen."""
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
        "no token at all": "A token holds letters, digits and signs only.",
    }.items():
        save_token(page, token)
        alert = page.get_by_role("alert")
        expect(alert).to_contain_text("The token was not saved. What you pasted was not kept.")
        expect(page.locator("#id_token_error")).to_contain_text(sentence)
        expect(page.locator("#id_token")).to_have_value("")


def save_token(page, token):
    page.locator("#id_token").fill(token)
    page.get_by_role("button", name="Check and save token").click()


def connect(page, worker):
    save_token(page, "ghp_demo_alice")
    card = page.locator("#github")
    expect(card).to_contain_text("alice-example")
    expect(card).to_contain_text("enough to read private repositories")
    assert "ghp_demo_alice" not in page.content()
    expect(page.get_by_label("Reading the list of repositories")).to_be_visible()
    return worker()


def select_repository(page):
    card = page.locator("#repository")
    expect(card).to_contain_text("300 repositories are readable with this token")
    card.get_by_label("Find").press_sequentially("cloud-mod")
    expect(card.get_by_role("status")).to_have_text("1 found")
    card.get_by_role("combobox").select_option(label="alice-example/cloud-modules")
    card.get_by_role("button", name="Save repository").click()
    expect(page.locator("#repository")).to_contain_text("now alice-example/cloud-modules, branch main")


def scan(page, worker):
    """While the worker stands still the page says what it waits for; then it follows by itself."""
    page.get_by_role("link", name="Publish", exact=True).click()
    os.killpg(worker.pid, signal.SIGSTOP)
    page.get_by_role("button", name="Scan now").click()
    card = page.locator("#scan")
    expect(card).to_contain_text("Waiting for a worker")
    expect(card.get_by_role("progressbar")).to_be_visible()
    os.killpg(worker.pid, signal.SIGCONT)
    expect(card).to_contain_text("Succeeded")
    expect(page.locator("#catalogue")).to_contain_text("9 new, 3 invalid")


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
    expect(bar).to_contain_text("Nothing is ticked, nothing is published.")
    page.get_by_label("Secure Web App").check()
    page.get_by_label("Message Bus").check()
    bar.get_by_role("button", name="Publish 2").click()
    expect(page.get_by_text("Catalogue updated: 2 new.")).to_be_visible()
    expect(page.get_by_label("Secure Web App")).to_be_checked()
    expect(page.locator("#catalogue")).to_contain_text("2 published, 7 new, 3 invalid")


def deploy(page):
    steps.open_form(page, Module.objects.get(path="secure_web_app"))
    steps.type_into(page, "app_name", "shop")
    steps.check_inputs(page)
    page.locator(".savebar").get_by_role("button", name="Deploy").click()
    steps.expect_run(page, 1, "succeeded")
    expect(steps.output(page, "app_name")).to_have_text("shop")
