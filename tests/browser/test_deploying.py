"""A user deploys a platform module, watches it, changes it and destroys it; the credits follow."""

from playwright.sync_api import expect

from foundation.credits import CREDIT
from tests.browser import steps
from tests.browser.world import give_credits, publish_platform

PARTS = 20  # resources of the network, created one after the other


def test_user_deploys_watches_changes_and_destroys(carol, admin, github, sign_in):
    network = publish_platform(github, "modules/Network_Foundation", by=admin)["modules/Network_Foundation"]
    give_credits(carol, 100, by=admin)
    page = sign_in(carol)
    deploy(page, network, carol)
    watch(page, carol)
    see_outputs(page, "office")
    see_charge(page)
    change(page)
    see_outputs(page, "home")
    see_the_first_run(page)
    destroy(page)
    assert carol.deployments.get().status == "destroyed"
    assert carol.wallet.accounts.get(kind="purchased").balance == 80 * CREDIT


def deploy(page, network, carol):
    """Carol's session ends while she fills in the form; what she typed is there when she has signed in again."""
    steps.open_form(page, network)
    page.get_by_role("textbox", name="Deployment name required", exact=True).fill("office network")
    steps.type_into(page, "network_name", "office")
    steps.type_into(page, "seconds", "0.3")
    page.get_by_role("button", name="Check and continue").click()
    expect(page.get_by_role("alert")).to_contain_text("Deployment name")
    expect(page.locator("#id_in-seconds")).to_have_value("0.3")
    page.locator("[name=name]").fill("office-network")
    steps.end_session(page)
    page.get_by_role("button", name="Check and continue").click()
    expect(page.get_by_role("status").filter(has_text="what you typed is kept")).to_be_visible()
    steps.enter(page, carol)
    expect(page.get_by_role("heading", level=1)).to_have_text("Deploy Network Foundation")
    expect(page.locator("[name=name]")).to_have_value("office-network")
    steps.check_inputs(page)
    expect(page.get_by_role("region", name="Cost and balance")).to_contain_text("Available after 80")
    go_back_and_on(page)
    page.get_by_role("button", name="Deploy for 20 credits").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("office-network")


def go_back_and_on(page):
    """The browser's own Back opens what was entered, although a form with an error was sent before."""
    page.go_back()
    expect(page.locator("[name=name]")).to_have_value("office-network")
    expect(page.locator("#id_in-network_name")).to_have_value("office")
    expect(page.locator("#id_in-seconds")).to_have_value("0.3")
    steps.check_inputs(page)


def watch(page, carol):
    """The log grows and summary and resources are updated while the run is under way, also after a new sign-in."""
    run, log = page.locator("#run"), page.locator("#log")
    here = page.url
    expect(log).to_contain_text("made gateway")
    steps.end_session(page)
    page.wait_for_url("**/accounts/login/?next=/deployments/*/")
    steps.enter(page, carol)
    page.wait_for_url(here)
    expect(run).to_have_attribute("aria-busy", "true")
    expect(run).to_contain_text(f"{PARTS} to create")
    expect(run).to_contain_text("20 credits reserved until this run ends.")
    steps.expect_run(page, 1, "succeeded")
    expect(log).to_contain_text(f"Resources: {PARTS} added, 0 changed, 0 destroyed.")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Live")
    expect(run).to_contain_text("20 credits charged.")
    expect(page.locator("#resources .count")).to_have_text(str(PARTS))
    expect(page.locator("#danger")).to_contain_text(f"A new run destroys all {PARTS} resources.")


def see_outputs(page, name):
    expect(steps.output(page, "last_part")).to_have_text(f"{name}-summary")
    expect(page.locator("#outputs").get_by_role("button", name="Copy").first).to_be_visible()
    expect(steps.output(page, "subnets")).to_contain_text(f'"{name}-subnet-a"')


def see_charge(page):
    here = page.url
    steps.available(page).click()
    expect(steps.available(page)).to_contain_text("80")
    expect(page.get_by_role("row", name="office-network").first).to_contain_text("20")
    page.goto(here)


def change(page):
    page.get_by_role("link", name="Change inputs").click()
    steps.type_into(page, "network_name", "home")
    steps.type_into(page, "seconds", "0")
    steps.check_inputs(page)
    expect(page.get_by_text("This may destroy resources.")).to_be_visible()
    page.go_back()
    expect(page.locator("#id_in-network_name")).to_have_value("home")
    steps.check_inputs(page)
    page.get_by_role("button", name="Change 2 inputs of office-network").click()
    steps.expect_run(page, 2, "succeeded")
    expect(steps.available(page)).to_contain_text("80")


def see_the_first_run(page):
    """The page of an old run shows its own outputs and inputs, and says that it is old."""
    page.locator("#timeline").get_by_role("link", name="Run 1, deploy").click()
    expect(page.get_by_text("This is run 1, the newest is run 2.")).to_be_visible()
    see_outputs(page, "office")
    expect(page.locator("#danger")).to_be_hidden()
    page.get_by_role("link", name="Show the newest run").click()
    see_outputs(page, "home")


def destroy(page):
    danger = page.locator("#danger")
    danger.get_by_role("textbox").fill("office")
    danger.get_by_role("button", name="Destroy office-network").click()
    expect(page.locator("#danger")).to_contain_text("Nothing was destroyed. Type office-network exactly.")
    danger.get_by_role("textbox").fill("office-network")
    danger.get_by_role("button", name="Destroy office-network").click()
    page.wait_for_url("**/#run")
    expect(danger).to_be_hidden()
    steps.expect_run(page, 3, "succeeded")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Destroyed")
    page.goto("/deployments/")
    expect(page.locator("#found")).to_contain_text("1 deployment, newest first.")
    expect(page.get_by_role("row", name="office-network")).to_contain_text("Destroyed")
    page.get_by_label("Status").select_option("live")
    expect(page.locator("#found")).to_contain_text("0 of 1 deployment")
