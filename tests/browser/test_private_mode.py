"""The admin switches Private Mode in the Django admin; alice, bob and carol each see its effect."""

from playwright.sync_api import expect

from deployments import services
from tests.browser.world import give_credits, publish_of_alice, publish_platform

BANNER = "Private Mode is on."
OPENED = {
    "Alice": "You see everyone's deployments",
    "Bob": "You see everyone's deployments",
    "Carol": "Partners can see your deployments, their logs and costs, not your secrets.",
}


def test_private_mode_opens_to_partners_what_others_deploy(alice, bob, carol, admin, github, sign_in):
    site = publish_platform(github, "modules/static_site", by=admin)["modules/static_site"]
    shop = publish_of_alice(github, alice, "secure_web_app")["secure_web_app"]
    give_credits(carol, 10, by=admin)
    of_carol = deployed(site, "company-site", {"site_name": "www"}, by=carol)
    of_alice = deployed(shop, "web-shop", {"app_name": "shop"}, by=alice)
    pages = {person.first_name: sign_in(person) for person in (alice, bob, carol)}
    at_admin = sign_in(admin)

    expect_silos(pages, of_alice, of_carol)
    switch(at_admin, on=True)
    expect_open(pages, of_alice, of_carol)
    switch(at_admin, on=False)
    expect_silos(pages, of_alice, of_carol)


def deployed(module, name, inputs, *, by):
    return services.create_deployment(module.current_version, name=name, inputs=inputs, secrets={}, by=by)


def switch(page, *, on):
    page.goto("/admin/accounts/platformsettings/1/change/")
    page.get_by_label("Private Mode").set_checked(on)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The platform settings are saved.")).to_be_visible()


def expect_silos(pages, of_alice, of_carol):
    expect_deployments(pages["Alice"], "web-shop")
    expect_deployments(pages["Bob"])
    expect_deployments(pages["Carol"], "company-site")
    expect_offers(pages["Bob"])
    assert status(pages["Alice"], of_carol) == status(pages["Bob"], of_alice) == status(pages["Carol"], of_alice) == 404
    for page in pages.values():
        expect(page.get_by_text(BANNER)).to_have_count(0)


def expect_open(pages, of_alice, of_carol):
    """Partners see everyone's deployments, read only; a user sees more modules and no deployment of another."""
    expect_deployments(pages["Alice"], "company-site", "web-shop")
    expect_deployments(pages["Bob"], "company-site", "web-shop")
    expect_deployments(pages["Carol"], "company-site")
    for name, text in OPENED.items():
        expect(pages[name].get_by_role("region", name="Private Mode")).to_contain_text(f"{BANNER} {text}")
    for page in (pages["Bob"], pages["Carol"]):
        expect_offers(page, "Secure Web App")
    expect_read_only(pages["Bob"], of_alice)
    assert status(pages["Carol"], of_alice) == 404
    assert status(pages["Alice"], of_carol) == 200


def expect_deployments(page, *names):
    page.goto("/deployments/")
    expect(page.locator("#found tbody th a")).to_have_count(len(names))
    assert sorted(page.locator("#found tbody th a").all_inner_texts()) == list(names)


def expect_offers(page, *titles):
    page.goto("/deploy/?tab=partner")
    expect(page.locator("#offers h2 a")).to_have_text(list(titles))


def expect_read_only(page, deployment):
    assert status(page, deployment) == 200
    expect(page.get_by_role("heading", level=1)).to_contain_text("Read only")
    expect(page.locator("#danger")).to_have_count(0)
    expect(page.get_by_role("button", name="Cancel run")).to_have_count(0)


def status(page, deployment):
    return page.goto(deployment.get_absolute_url()).status
