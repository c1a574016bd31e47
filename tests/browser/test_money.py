"""An admin adds credits, goes Back, and reads everybody's statements; a partner makes a token and a secret."""

from playwright.sync_api import expect

from foundation.credits import CREDIT
from tests.browser.world import give_credits, publish_of_alice


def test_an_admin_adds_credits_once(carol, admin, sign_in):
    page = sign_in(admin)
    page.goto(f"/billing/credits/?person={carol.ref}")
    page.get_by_label("Credits required").fill("40")
    page.get_by_label("Reason").fill("outage")
    page.get_by_role("button", name="Add to the balance of Carol").click()
    expect(page.get_by_text("Added to the balance of carol@example.com: 40 credits, Awarded.")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("These credits were added: 40.")).to_be_visible()
    expect(page.get_by_role("button", name="Add to the balance")).to_have_count(0)
    assert carol.wallet.accounts.get(kind="awarded").balance == 40 * CREDIT

    page.goto("/billing/invoices/")
    expect(page.get_by_role("row", name="carol@example.com")).to_contain_text("40")
    page.get_by_role("row", name="carol@example.com").get_by_role("link").click()
    expect(page.get_by_role("region", name="Credits added")).to_contain_text("Goodwill")
    page.goto("/billing/transactions/?from=2026-11-02&to=2026-11-01")
    expect(page.get_by_label("To", exact=True)).to_have_value("2026-11-01")
    expect(page.get_by_text("This day is before the first one. Choose a later day.")).to_be_visible()


def test_a_partner_makes_a_token_and_a_secret_once(alice, admin, github, sign_in):
    publish_of_alice(github, alice, "secure_web_app")
    give_credits(alice, 1, by=admin)
    page = sign_in(alice)
    page.goto("/profile/")
    page.get_by_label("Name", exact=False).last.fill("laptop")
    page.get_by_role("button", name="Create token").click()
    expect(page.get_by_text("Token “laptop” was created.")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Token “laptop” was created.")).to_have_count(0)
    assert alice.api_tokens.count() == 1

    page.get_by_role("button", name="Create secret").click()
    expect(page.get_by_text("This is the secret of the webhook.")).to_be_visible()
    before = secret_of(alice)
    page.reload()
    page.get_by_role("button", name="Replace secret").click()
    expect(page.get_by_role("dialog")).to_contain_text("The current secret stops working at once.")
    page.get_by_role("button", name="Keep the current one").click()
    assert secret_of(alice) == before
    page.get_by_role("button", name="Replace secret").click()
    page.get_by_role("dialog").get_by_role("button", name="Replace secret").click()
    expect(page.get_by_text("This is the secret of the webhook.")).to_be_visible()
    assert secret_of(alice) != before


def secret_of(owner):
    owner.github_connection.refresh_from_db()
    return owner.github_connection.webhook_secret
