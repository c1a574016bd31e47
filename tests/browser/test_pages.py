"""Every page in both themes and three widths: one heading, no overflow, nothing blocked, no accessibility violation."""

from axe_playwright_python.sync_playwright import Axe

from billing.months import Month
from deployments import services
from deployments.models import Run
from tests.browser import steps
from tests.browser.world import give_credits, publish_of_alice, publish_platform, scanned

WINDOWS = {
    "broad": {"width": 1600, "height": 1000},
    "wide": {"width": 1280, "height": 900},
    "narrow": {"width": 390, "height": 844},
}
# WCAG 2.2 A and AA; the other theme changes only colours.
RULES = {
    "light": {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "dark": {"runOnly": {"type": "rule", "values": ["color-contrast"]}},
}
OPEN = ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/no-such-page/"]
EVERYONES = ["/", "/profile/", "/deploy/", "/deployments/", "/billing/", "/billing/transactions/", "/billing/invoices/"]
PARTNERS = [
    "/publish/",
    "/publish/?q=nothing+fits",
    "/publish/alarms/",
    "/deploy/?tab=partner",
    "/deploy/?q=nothing+fits",
    "/billing/costs/",
    "/billing/revenue/",
]
FOLDERS = [
    *("/publish/module/?path=message_bus", "/publish/module/?path=legacy_vpn"),
    *("/publish/try/?path=clinic_records", "/publish/try/?path=message_bus&as=publisher"),
]
ENTRANCE = [
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/webauthn/add/",
    "/accounts/email/",
    "/accounts/password/change/",
]
ADMINS = [
    *("/admin/", "/admin/accounts/invitation/add/", "/admin/accounts/platformsettings/1/change/"),
    *("/styleguide/", "/publish/?for=platform", "/profile/?for=platform", "/billing/credits/"),
]
SETTLED = """() => Promise.allSettled(
  document.getAnimations().filter(each => each instanceof CSSTransition).map(each => each.finished)
)"""


def test_every_page_in_every_look(open_sign_up, alice, bob, carol, admin, github, sign_in):
    platform = publish_platform(github, "modules/Secret_Store", "modules/Warehouse_Starter", by=admin)
    shop = publish_of_alice(github, alice, "secure_web_app", "message_bus")["secure_web_app"]
    give_credits(carol, 200, by=admin)
    failed = deployed(platform["modules/Warehouse_Starter"], "figures", {}, {}, by=carol)
    secrets = {"admin_password": "correct horse battery"}
    vault = deployed(platform["modules/Secret_Store"], "vault", {}, secrets, by=carol)
    of_alice = deployed(shop, "web-shop", {"app_name": "shop"}, {}, by=alice)
    month = f"/billing/statements/{Month.of(of_alice.created_at)}/"
    break_message_bus(github, alice)

    found = look(sign_in(), OPEN)
    page = sign_in(carol)
    wait_for_runs(page, failed, vault)
    found += look(page, [*EVERYONES, month, *addresses(failed), *addresses(vault)])
    found += look(page, ENTRANCE)
    found += look(page, [review(page, platform["modules/Secret_Store"])])
    page = sign_in(alice)
    found += look(page, [*EVERYONES, *PARTNERS, *FOLDERS, month, *addresses(of_alice), *addresses(shop)])
    found += look(sign_in(bob), ["/", "/profile/", "/publish/", "/deployments/", "/billing/"])
    found += look(sign_in(admin), ["/", "/profile/", "/deployments/", "/billing/", *ADMINS])
    assert found == []


def deployed(module, name, inputs, secrets, *, by):
    return services.create_deployment(module.current_version, name=name, inputs=inputs, secrets=secrets, by=by)


def break_message_bus(github, alice):
    """Makes a breaking change, so that the publishing pages show one."""
    github.commit("alice-example/cloud-modules", {"message_bus/region.tf": 'variable "region" {}\n'})
    scanned(alice.github_connection, by=alice)


def wait_for_runs(page, failed, vault):
    for deployment, status in ((failed, Run.Status.FAILED), (vault, Run.Status.SUCCEEDED)):
        page.goto(deployment.get_absolute_url())
        steps.expect_run(page, 1, status)


def addresses(thing):
    """URLs of a deployment, or of a module and its version, and of their form."""
    if hasattr(thing, "cost_centre"):
        return [thing.get_absolute_url(), f"{thing.get_absolute_url()}update/"]
    return [thing.get_absolute_url(), thing.current_version.get_absolute_url(), f"/deploy/{thing.ref}/"]


def review(page, module):
    """URL of the confirmation page of a deployment."""
    page.goto(f"/deploy/{module.ref}/")
    steps.type_into(page, "admin_password", "correct horse battery")
    steps.check_inputs(page)
    return page.url


def look(page, paths):
    """Problems of these pages, as texts."""
    found = []
    for path in paths:
        answer = page.goto(path)
        if answer.status != (404 if "no-such" in path else 200):
            found.append(f"{path} answers {answer.status}")
        if page.locator("h1").count() != 1:
            found.append(f"{path} has {page.locator('h1').count()} first headings")
        for theme, rules in RULES.items():
            page.emulate_media(color_scheme=theme)
            page.evaluate(SETTLED)  # links of Django's admin fade into their new colour
            for name, window in WINDOWS.items():
                page.set_viewport_size(window)
                found += [f"{path}, {theme} and {name}: {what}" for what in widths(page, window)]
            found += [f"{path}, {theme}: {what}" for what in barriers(page, rules)]
    return found


def widths(page, window):
    width = page.evaluate("document.documentElement.scrollWidth")
    return [f"{width} px wide"] if width > window["width"] else []


def barriers(page, rules):
    """Violations of these rules that axe finds."""
    # Nothing is preloaded: axe would copy imported styles of Django's admin into the page, which the policy forbids.
    violations = Axe().run(page, options=rules | {"preload": False}).response["violations"]
    return [f"{each['id']} at {node['html'][:120]}" for each in violations for node in each["nodes"]]
