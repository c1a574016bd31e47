"""Passkeys of a real browser, kept by its virtual authenticator: added, used at sign-in, and to confirm who one is."""

import re

from allauth.mfa.models import Authenticator
from playwright.sync_api import expect

from accounts import entry_rules
from accounts.models import TwoFactor
from tests.browser.test_pages import look
from tests.people import PASSWORD

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class Visit:
    """A browser with an authenticator, at `localhost`: passkeys belong to a name, not to a number."""

    def __init__(self, page, portal):
        self.page, self.url = page, portal.replace("127.0.0.1", "localhost")
        self.device = page.context.new_cdp_session(page)
        self.device.send("WebAuthn.enable")
        self.key = self.device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})["authenticatorId"]

    def open(self, path):
        self.page.goto(f"{self.url}{path}")

    def press(self, name):
        self.page.get_by_role("button", name=name, exact=True).click()

    def enter_password(self, person):
        self.open("/accounts/login/")
        self.page.get_by_label("E-mail").fill(person.email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.press("Sign in")

    def sign_out(self):
        self.page.context.clear_cookies()

    def is_at(self, path):
        expect(self.page).to_have_url(re.compile(re.escape(f"{self.url}{path}") + "$"))

    def add(self, name, *, alone=True):
        self.open("/profile/")
        self.page.get_by_role("link", name="Add a passkey").click()
        self.page.get_by_role("textbox", name="Name").fill(name)
        self.page.get_by_label("Sign in with this passkey alone").set_checked(alone)
        self.press("Add passkey")
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Recovery codes")


def test_a_passkey_replaces_the_password(carol, portal, sign_in):
    visit = Visit(sign_in(), portal)
    visit.enter_password(carol)
    visit.is_at("/")
    visit.add("My laptop")
    expect(visit.page.locator(".codes li")).to_have_count(10)
    visit.open("/profile/")
    expect(visit.page.locator("#two-factor")).to_contain_text("My laptop")

    visit.sign_out()
    visit.open("/accounts/login/")
    visit.press("Sign in with a passkey")
    visit.is_at("/")
    expect(visit.page.get_by_role("button", name="Account menu")).to_contain_text("Carol")


def test_a_passkey_beside_the_password_confirms_who_one_is_and_goes(carol, portal, sign_in):
    visit = Visit(sign_in(), portal)
    visit.enter_password(carol)
    visit.add("Security key", alone=False)
    visit.sign_out()
    visit.enter_password(carol)
    visit.is_at("/accounts/2fa/authenticate/")
    visit.press("Use a passkey")
    visit.is_at("/")

    visit.open("/accounts/2fa/webauthn/reauthenticate/?next=/profile/")
    visit.press("Use a passkey")
    visit.is_at("/profile/")
    visit.page.get_by_role("link", name="Rename Security key").click()
    visit.page.get_by_role("textbox", name="Name").fill("Blue key")
    visit.press("Save name")
    visit.page.get_by_role("link", name="Remove Blue key").click()
    visit.press("Remove passkey")
    visit.is_at("/profile/#two-factor")
    expect(visit.page.locator("#two-factor")).not_to_contain_text("Blue key")


def test_every_page_about_second_factors_in_every_look(carol, portal, sign_in):
    visit = Visit(sign_in(), portal)
    visit.enter_password(carol)
    visit.is_at("/")
    visit.add("Security key", alone=False)
    key = Authenticator.objects.get(type="webauthn").pk
    keys = f"/accounts/2fa/webauthn/keys/{key}/"
    pages = [*("/profile/", "/accounts/2fa/recovery-codes/", "/accounts/2fa/recovery-codes/generate/"), f"{keys}edit/"]
    pages += [f"{keys}remove/", *(f"/accounts/{way}reauthenticate/" for way in ("", "2fa/", "2fa/webauthn/"))]
    found = look(visit.page, [f"{visit.url}{path}" for path in pages])
    visit.sign_out()
    visit.enter_password(carol)
    visit.is_at("/accounts/2fa/authenticate/")
    found += look(visit.page, [f"{visit.url}/accounts/2fa/authenticate/"])
    assert found == []


def test_a_cancelled_passkey_says_what_to_do(carol, portal, sign_in):
    visit = Visit(sign_in(), portal)
    visit.device.send("WebAuthn.setUserVerified", {"authenticatorId": visit.key, "isUserVerified": False})
    visit.open("/accounts/login/")
    visit.press("Sign in with a passkey")
    expect(visit.page.get_by_role("alert")).to_have_text(
        "Your browser gave no passkey. Nothing was changed. Try again."
    )
    visit.is_at("/accounts/login/")


def test_an_admin_who_must_have_one_is_let_into_the_admin_with_it(admin, portal, sign_in):
    entry_rules.require_two_factor(TwoFactor.ADMINS, by=admin)
    visit = Visit(sign_in(), portal)
    visit.enter_password(admin)
    visit.is_at("/accounts/2fa/totp/activate/")
    visit.page.get_by_role("link", name="Add a passkey instead").click()
    visit.press("Add passkey")
    visit.page.get_by_role("link", name="Continue").click()
    visit.is_at("/accounts/2fa/webauthn/reauthenticate/?next=%2F")
    visit.press("Use a passkey")
    visit.is_at("/")
    visit.open("/admin/")
    expect(visit.page.get_by_role("heading", level=1)).to_have_text("Site administration")
