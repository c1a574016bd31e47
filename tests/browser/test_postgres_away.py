"""What a person sees whose PostgreSQL goes away while a page is open, and what is there when it is back."""

import re

import pytest
from playwright.sync_api import expect

AWAY = "The portal is not available right now."


@pytest.fixture
def page_of(chromium, own_postgres, server, client):
    """Opens a page for a person on a portal whose PostgreSQL the test stops and starts."""
    contexts = []

    def opened(person, path):
        client.force_login(person)
        portal = server(env={"DATABASE_URL": own_postgres.copy()})
        context = chromium.new_context(base_url=portal.url)
        contexts.append(context)
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": portal.url}])
        page = context.new_page()
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()


def test_a_part_of_an_open_page_asks_until_postgresql_is_back(page_of, own_postgres, carol):
    page = page_of(carol, "/deploy/")
    own_postgres.stop()
    page.get_by_role("searchbox").press_sequentially("web")
    expect(page.get_by_role("alert")).to_contain_text(AWAY)
    own_postgres.start()
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page).to_have_url(re.compile("q=web"))


def test_a_form_is_sent_again_by_reloading(page_of, own_postgres, carol):
    page = page_of(carol, "/profile/")
    page.get_by_label("First name").fill("Caroline")
    own_postgres.stop()
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The portal is not available right now")
    own_postgres.start()
    page.reload()
    expect(page.get_by_label("First name")).to_have_value("Caroline")
