"""Who may create an account, as the platform settings say."""

import pytest
from django.db import IntegrityError
from django.test import Client

from accounts import entry_rules
from accounts.models import PlatformSettings, SignUp, User
from foundation.models import AuditEvent

NEW = "correct horse battery"
CLOSED = "Sign-up is closed"
LINK = 'href="/accounts/signup/"'


def sign_up(email="erin@example.com"):
    return Client().post("/accounts/signup/", {"email": email, "password1": NEW, "password2": NEW})


def choose(choice, domains=""):
    entry_rules.set_sign_up(choice, domains=domains, by=None)


@pytest.mark.django_db
def test_a_new_installation_starts_by_invitation():
    assert PlatformSettings.load().sign_up == SignUp.INVITED


@pytest.mark.django_db
def test_an_open_portal_offers_an_account_to_everyone(client):
    choose(SignUp.OPEN)
    page = client.get("/accounts/login/").text
    assert (LINK in page, page.count(LINK)) == (True, 2)  # in the navigation, and below the form
    assert sign_up()["Location"] == "/accounts/confirm-email/"
    assert User.objects.get().email == "erin@example.com"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("choice", "words"),
    [
        (SignUp.INVITED, "You need an invitation to create an account. Ask an admin of this portal for one."),
        (SignUp.CLOSED, "Nobody can create an account at the moment. Ask an admin of this portal."),
    ],
)
def test_a_closed_portal_hides_the_link_and_refuses_kindly(client, choice, words):
    choose(choice)
    page = client.get("/accounts/login/").text
    assert (LINK in page, "No account yet? Ask an admin of this portal." in page) == (False, True)
    for answer in (client.get("/accounts/signup/"), sign_up()):
        assert CLOSED in answer.text
        assert words in answer.text
    assert not User.objects.exists()


@pytest.mark.django_db
def test_an_e_mail_leads_to_no_closed_page(client, mailoutbox):
    choose(SignUp.INVITED)
    client.post("/accounts/password/reset/", {"email": "nobody@example.com"})
    assert "Try another address, or ask an admin of the portal for an account." in mailoutbox[0].body
    assert "signup" not in mailoutbox[0].body


@pytest.mark.django_db
@pytest.mark.parametrize("email", ["erin@example.com", "Erin@EXAMPLE.com", "erin@clinic.example.org"])
def test_addresses_of_the_domains_may_sign_up(email):
    choose(SignUp.DOMAINS, "example.com, clinic.example.org")
    assert sign_up(email).status_code == 302
    assert User.objects.get().email == email.lower()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "email", ["erin@example.org", "erin@sub.example.com", "example.com@evil.org", "e@xexample.com"]
)
def test_addresses_of_other_domains_may_not(email):
    choose(SignUp.DOMAINS, "example.com, clinic.example.org")
    answer = sign_up(email)
    assert answer.status_code == 422
    assert (
        "Use an address of example.com and clinic.example.org, or ask an admin of this portal for an invitation."
        in answer.text
    )
    assert not User.objects.exists()


@pytest.mark.django_db
def test_the_sign_up_page_names_the_domains(client):
    choose(SignUp.DOMAINS, "example.com")
    assert "For e-mail addresses of example.com." in client.get("/accounts/signup/").text


@pytest.mark.django_db
def test_domains_that_name_none_are_refused_by_the_database():
    with pytest.raises(IntegrityError, match="sign_up_by_domain_names_a_domain"):
        choose(SignUp.DOMAINS)


SETTINGS = "/admin/accounts/platformsettings/1/change/"


def fields(**changes):
    return {"revenue_share": "70", "sign_up": "open", "sign_up_domains": "", "two_factor": "nobody"} | changes


def test_an_admin_chooses_and_it_is_audited(signed_in, admin):
    browser = signed_in(admin)
    assert (
        browser.post(SETTINGS, fields(sign_up="domains", sign_up_domains="Example.com example.org")).status_code == 302
    )
    event = AuditEvent.objects.get()
    assert (event.verb, event.by, event.detail) == (
        "platform.sign_up_set",
        "admin@example.com",
        {"sign_up": "domains", "domains": "example.com, example.org"},
    )


@pytest.mark.parametrize(
    ("domains", "error"),
    [
        ("", "Enter the e-mail domains, or choose who else can create an account."),
        ("@example.com", "@example.com is not a domain. Write it as example.com."),
        ("example.com, localhost", "localhost is not a domain. Write it as example.com."),
    ],
)
def test_domains_that_are_none_are_refused_in_the_form(signed_in, admin, domains, error):
    answer = signed_in(admin).post(SETTINGS, fields(sign_up="domains", sign_up_domains=domains))
    assert error in answer.text
    assert PlatformSettings.load().sign_up == SignUp.INVITED


LONG = f"{'m' * 243}@example.com"  # 255 characters
TOO_LONG = "An e-mail address has at most 254 characters. Enter a shorter one."


@pytest.mark.django_db
def test_an_address_that_is_too_long_was_cut_off_and_stored():
    choose(SignUp.OPEN)
    assert TOO_LONG in sign_up(LONG).text
    assert sign_up(LONG[1:])["Location"] == "/accounts/confirm-email/"
    assert [user.email for user in User.objects.all()] == [LONG[1:]]


@pytest.mark.django_db
def test_an_address_that_is_too_long_was_an_error_for_who_has_an_account(signed_in, carol):
    answer = signed_in(carol).post("/accounts/email/", {"email": LONG, "action_add": ""})
    assert (answer.status_code, TOO_LONG in answer.text) == (422, True)
