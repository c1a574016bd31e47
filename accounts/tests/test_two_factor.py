"""Two-factor sign-in with codes: real ones, over HTTP."""

import base64
import hashlib
import hmac
import re
import struct
import time

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.test import Client

from accounts import entry_rules, two_factor
from accounts.models import PlatformSettings, TwoFactor
from foundation.models import AuditEvent, OutboxMessage
from tests.people import PASSWORD

SET_UP = "/accounts/2fa/totp/activate/"
CONFIRM = "/accounts/2fa/authenticate/"
CODES = "/accounts/2fa/recovery-codes/"
WRONG = "This is not correct, or was used already. Try again."
KEY = re.compile(r"Key: <code>([A-Z2-7]+)</code>")
CODE = re.compile(r"<li><code>(\d{8})</code></li>")


def code_of(key, at=None):
    """The code that an app shows (RFC 6238)."""
    message = struct.pack(">Q", int(at or time.time()) // 30)
    digest = hmac.new(base64.b32decode(key), message, hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


@pytest.fixture(autouse=True)
def tolerant(settings):
    """A code stays right while the clock moves on during a test."""
    settings.MFA_TOTP_TOLERANCE = 1


def set_up(browser):
    """Turns an app on; returns its key."""
    key = KEY.search(browser.get(SET_UP).text)[1]
    assert browser.post(SET_UP, {"code": code_of(key)})["Location"] == CODES
    return key


def sign_in(person):
    """A browser after the password, and where it is led."""
    browser = Client()
    answer = browser.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    return browser, answer["Location"]


class TestApp:
    def test_the_page_shows_a_picture_and_the_key_and_nothing_from_elsewhere(self, signed_in, carol):
        page = signed_in(carol).get(SET_UP).text
        assert "<svg " in page
        assert "<?xml" not in page
        assert "data:" not in page
        assert "carol@example.com" in page

    def test_a_wrong_code_turns_nothing_on(self, signed_in, carol):
        browser = signed_in(carol)
        browser.get(SET_UP)
        answer = browser.post(SET_UP, {"code": "000000"})
        assert (answer.status_code, WRONG in answer.text) == (422, True)
        assert not Authenticator.objects.exists()

    def test_the_profile_says_what_is_on(self, signed_in, carol):
        browser = signed_in(carol)
        assert "Set up an app" in browser.get("/profile/").text
        set_up(browser)
        page = browser.get("/profile/").text
        assert ("Set up an app" in page, "10 of 10 left. Each works once." in page) == (False, True)

    def test_the_password_alone_no_longer_signs_in(self, signed_in, carol):
        set_up(signed_in(carol))
        browser, location = sign_in(carol)
        assert location == CONFIRM
        assert browser.get("/profile/")["Location"].startswith("/accounts/login/")

    def test_the_password_and_a_code_sign_in(self, signed_in, carol):
        key = set_up(signed_in(carol))
        browser, _ = sign_in(carol)
        assert browser.post(CONFIRM, {"code": code_of(key)})["Location"] == "/"
        assert browser.get("/profile/").status_code == 200

    def test_a_code_works_once(self, signed_in, carol):
        key, code = set_up(signed_in(carol)), None
        for expected in (302, 422):
            browser, _ = sign_in(carol)
            code = code or code_of(key)
            assert browser.post(CONFIRM, {"code": code}).status_code == expected

    def test_codes_cannot_be_guessed_without_end(self, signed_in, carol):
        key = set_up(signed_in(carol))
        browser, _ = sign_in(carol)
        for _ in range(5):
            assert WRONG in browser.post(CONFIRM, {"code": "000000"}).text
        assert "Too many failed attempts" in browser.post(CONFIRM, {"code": code_of(key)}).text

    def test_one_removes_it_with_its_recovery_codes(self, signed_in, carol):
        browser = signed_in(carol)
        set_up(browser)
        assert "Remove the authenticator app" in browser.get("/accounts/2fa/totp/deactivate/").text
        assert browser.post("/accounts/2fa/totp/deactivate/")["Location"] == "/accounts/2fa/"
        assert not Authenticator.objects.exists()
        assert sign_in(carol)[1] == "/"

    def test_one_is_told_that_it_was_set_up_and_that_it_was_removed(
        self, signed_in, carol, django_capture_on_commit_callbacks
    ):
        browser = signed_in(carol)
        with django_capture_on_commit_callbacks(execute=True):
            set_up(browser)
        browser.post("/accounts/2fa/totp/deactivate/")
        sent = OutboxMessage.objects.filter(to=carol.email, subject="Your two-factor sign-in was changed")
        assert [message.text.split("\n")[2] for message in sent] == [
            "An app for two-factor sign-in was set up.",
            "The app for two-factor sign-in was removed.",
        ]
        assert "Was it not you? Change your password, and tell an admin of this portal." in sent[0].text

    def test_one_can_still_add_an_e_mail_address(self, signed_in, carol):
        browser = signed_in(carol)
        set_up(browser)
        answer = browser.post("/accounts/email/", {"email": "carol@example.org", "action_add": ""})
        assert answer.status_code == 302
        assert carol.emailaddress_set.count() == 2

    def test_setting_it_up_asks_for_the_password_after_a_while(self, client, carol):
        client.force_login(carol)
        assert client.get(SET_UP)["Location"].startswith("/accounts/reauthenticate/?next=")


class TestRecoveryCodes:
    def test_there_are_ten_and_each_signs_in_once(self, signed_in, carol):
        browser = signed_in(carol)
        set_up(browser)
        codes = CODE.findall(browser.get(CODES).text)
        assert len(set(codes)) == 10
        for expected in (302, 422):
            other, _ = sign_in(carol)
            assert other.post(CONFIRM, {"code": codes[3]}).status_code == expected
        assert set(CODE.findall(browser.get(CODES).text)) == set(codes) - {codes[3]}
        assert "9 of 10 left." in browser.get("/profile/").text

    def test_they_are_downloaded_as_text(self, signed_in, carol):
        browser = signed_in(carol)
        set_up(browser)
        codes = CODE.findall(browser.get(CODES).text)
        answer = browser.get(f"{CODES}download/")
        assert answer.text.split("\n")[:3] == ["Recovery codes of Partner Portal. Each works once.", "", codes[0]]

    def test_new_ones_replace_the_old(self, signed_in, carol):
        browser = signed_in(carol)
        set_up(browser)
        old = CODE.findall(browser.get(CODES).text)
        assert "Your 10 unused codes no longer work then." in browser.get(f"{CODES}generate/").text
        assert browser.post(f"{CODES}generate/")["Location"] == CODES
        new = CODE.findall(browser.get(CODES).text)
        assert set(old) & set(new) == set()
        other, _ = sign_in(carol)
        assert WRONG in other.post(CONFIRM, {"code": old[0]}).text

    def test_they_need_an_app_or_a_passkey(self, signed_in, carol):
        answer = signed_in(carol).post(f"{CODES}generate/")
        assert "Set up an app or a passkey first." in answer.text
        assert not Authenticator.objects.exists()


class TestConfirmingWhoOneIs:
    def test_a_code_serves_as_well_as_the_password(self, signed_in, carol):
        key = set_up(signed_in(carol))
        browser = Client()
        browser.force_login(carol)
        asked = browser.post("/profile/tokens/", {"name": "laptop"})["Location"]
        assert asked.startswith("/accounts/reauthenticate/")
        assert 'href="/accounts/2fa/reauthenticate/?next=' in browser.get(asked).text
        answer = browser.post("/accounts/2fa/reauthenticate/", {"code": code_of(key), "next": "/profile/"})
        assert answer["Location"] == "/profile/"
        assert "pp_" in browser.post("/profile/tokens/", {"name": "laptop"}, follow=True).text


class TestAtRest:
    def test_neither_key_nor_seed_is_readable_in_the_database(self, signed_in, carol):
        browser = signed_in(carol)
        key = set_up(browser)
        app, codes = Authenticator.objects.order_by("pk")
        assert base64.b64decode(app.data["secret"]).startswith(b"v1:test:")
        assert base64.b64decode(codes.data["seed"]).startswith(b"v1:test:")
        assert key not in str(list(Authenticator.objects.values()))
        assert key not in str(browser.session.items())

    def test_a_lost_key_ring_lets_nobody_in_and_says_why(self, signed_in, carol, settings):
        key = set_up(signed_in(carol))
        browser, _ = sign_in(carol)
        settings.PORTAL_KEYS = "other:" + base64.b64encode(b"1" * 32).decode()
        for code in (code_of(key), "000000"):
            answer = browser.post(CONFIRM, {"code": code}, follow=True)
            assert "Ask an admin to remove your second factor." in answer.text
        assert browser.get("/profile/")["Location"].startswith("/accounts/login/")

    def test_admins_see_who_has_one_and_not_its_data(self, signed_in, admin, carol):
        set_up(signed_in(carol))
        app = Authenticator.objects.get(type="totp")
        browser = signed_in(admin)
        page = browser.get(f"/admin/mfa/authenticator/{app.pk}/change/").text
        assert ("carol@example.com" in page, app.data["secret"] in page) == (True, False)
        assert browser.post(f"/admin/mfa/authenticator/{app.pk}/delete/", {"post": "yes"}).status_code == 403


SETTINGS = "/admin/accounts/platformsettings/1/change/"
REQUIRED = {"revenue_share": "70", "sign_up": "invited", "sign_up_domains": "", "two_factor": "admins"}


class TestRequiredOfAdmins:
    @pytest.fixture
    def required(self, admin):
        entry_rules.require_two_factor(TwoFactor.ADMINS, by=admin)

    @pytest.mark.parametrize("page", ["/admin/", "/admin/accounts/user/", "/", "/billing/credits/", "/publish/"])
    def test_an_admin_without_one_sets_it_up_first(self, signed_in, required, admin, page):
        answer = signed_in(admin).get(page, follow=True)
        assert answer.redirect_chain == [(SET_UP, 302)]
        assert "Two-factor sign-in is required of admins. Set it up to continue." in answer.text

    def test_nothing_is_changed_without_one(self, signed_in, required, admin):
        answer = signed_in(admin).post(SETTINGS, REQUIRED | {"two_factor": "nobody"})
        assert answer["Location"] == SET_UP
        assert PlatformSettings.load().two_factor == TwoFactor.ADMINS

    def test_an_admin_who_signed_in_with_one_is_in(self, signed_in, required, admin):
        key = set_up(signed_in(admin))
        browser, _ = sign_in(admin)
        browser.post(CONFIRM, {"code": code_of(key)})
        assert browser.get("/admin/").status_code == 200

    def test_a_session_from_before_confirms_it(self, client, signed_in, required, admin):
        key = set_up(signed_in(admin))
        asked = client.get("/admin/accounts/user/")["Location"]
        assert asked == "/accounts/2fa/reauthenticate/?next=%2Fadmin%2Faccounts%2Fuser%2F"
        answer = client.post("/accounts/2fa/reauthenticate/", {"code": code_of(key), "next": "/admin/accounts/user/"})
        assert answer["Location"] == "/admin/accounts/user/"
        assert client.get("/admin/accounts/user/").status_code == 200

    def test_parts_of_a_page_lead_the_browser_there(self, signed_in, required, admin):
        answer = signed_in(admin).get("/deploy/", headers={"HX-Request": "true"})
        assert answer["HX-Redirect"] == SET_UP

    def test_an_admin_without_one_can_sign_out(self, signed_in, required, admin):
        assert signed_in(admin).post("/accounts/logout/").status_code == 302

    def test_others_need_none(self, signed_in, required, alice):
        assert signed_in(alice).get("/publish/").status_code == 200

    def test_who_requires_it_has_one(self, signed_in, admin):
        browser = signed_in(admin)
        answer = browser.post(SETTINGS, REQUIRED)
        assert "Set up two-factor sign-in on your own profile first, and sign in with it." in answer.text
        assert PlatformSettings.load().two_factor == TwoFactor.NOBODY
        key = set_up(browser)
        browser.post("/accounts/2fa/reauthenticate/", {"code": code_of(key)})
        assert browser.post(SETTINGS, REQUIRED).status_code == 302
        assert PlatformSettings.load().two_factor == TwoFactor.ADMINS
        event = AuditEvent.objects.get()
        assert (event.verb, event.by, event.detail) == (
            "platform.two_factor_set",
            "admin@example.com",
            {"required_of": "admins"},
        )

    def test_it_costs_a_session_that_has_it_no_query(self, signed_in, required, admin, django_assert_num_queries):
        browser = signed_in(admin)
        key = set_up(browser)
        browser.post("/accounts/2fa/reauthenticate/", {"code": code_of(key)})
        request = browser.get("/styleguide/").wsgi_request
        with django_assert_num_queries(0):
            assert two_factor.is_missing(request) is False


class TestLost:
    def test_an_admin_removes_it_and_the_person_is_told(self, signed_in, admin, carol):
        set_up(signed_in(carol))
        action = {"action": "remove_second_factors", "_selected_action": [carol.pk]}
        answer = signed_in(admin).post("/admin/accounts/user/", action, follow=True)
        assert "Two-factor sign-in was removed from 1 user." in answer.text
        assert sign_in(carol)[1] == "/"
        event, mail = AuditEvent.objects.get(), OutboxMessage.objects.get()
        assert (event.verb, event.by) == ("user.second_factors_removed", "admin@example.com")
        assert (mail.to, mail.subject) == ("carol@example.com", "Your two-factor sign-in was removed")
        assert mail.text == (
            "Hello,\n\n"
            "You now sign in with your password alone. Set up two-factor sign-in again on your profile:\n"
            "http://testserver/profile/#two-factor\n\n"
            "You get this e-mail because an admin removed the app, the passkeys and the recovery codes of your "
            "account. "
            "Did you not ask for this? Tell an admin of this portal.\n\n"
            "Partner Portal\n"
        )

    def test_removing_it_asks_for_the_password_after_a_while(self, client, signed_in, admin, carol):
        set_up(signed_in(carol))
        client.force_login(admin)
        action = {"action": "remove_second_factors", "_selected_action": [carol.pk]}
        assert client.post("/admin/accounts/user/", action)["Location"].startswith("/accounts/reauthenticate/?next=")
        assert Authenticator.objects.exists()

    def test_the_only_admin_is_let_in_by_a_command(self, signed_in, admin, capsys):
        set_up(signed_in(admin))
        call_command("remove_two_factor", "Admin@example.com")
        assert capsys.readouterr().out == "admin@example.com now signs in with the password alone.\n"
        assert sign_in(admin)[1] == "/"
        with pytest.raises(CommandError, match="admin@example.com has no second factor."):
            call_command("remove_two_factor", "admin@example.com")
        with pytest.raises(CommandError, match="Nobody has the address eve@example.com."):
            call_command("remove_two_factor", "eve@example.com")
