"""Pages around signing in: labels in sentence case, errors that say what to do next."""

import re

import pytest
from allauth.account.models import EmailAddress

BUTTON = re.compile(r'<button name="action_(?:send|primary|remove)"[^>]*>(.*?)</button>', re.DOTALL)
LABEL = re.compile(r'<label for="[^"]*">\s*([^<]*?)\s*<')


def labels(response) -> list[str]:
    return LABEL.findall(response.text)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("page", "fields"),
    [
        ("login", ["E-mail", "Password"]),
        ("signup", ["E-mail", "Password", "Password, again"]),
        ("password/reset", ["E-mail"]),
    ],
)
def test_fields_of_the_pages_before_signing_in(client, open_sign_up, page, fields):
    assert labels(client.get(f"/accounts/{page}/"))[: len(fields)] == fields


@pytest.mark.django_db
def test_an_address_has_only_the_buttons_that_do_something(signed_in, carol):
    EmailAddress.objects.create(user=carol, email="carol@example.org", verified=True)
    EmailAddress.objects.create(user=carol, email="carol@example.net")
    page = signed_in(carol).get("/accounts/email/").text
    buttons = [" ".join(words.split()) for words in BUTTON.findall(page)]
    assert [words.replace(' <span class="sr">', " ").replace("</span>", "") for words in buttons] == [
        "Resend confirmation to carol@example.net",
        "Remove address carol@example.net",
        "Make primary carol@example.org",
        "Remove address carol@example.org",
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("page", "fields"),
    [
        ("password/change", ["Current password", "New password", "New password, again"]),
        ("reauthenticate", ["Password"]),
        ("email", ["E-mail"]),
    ],
)
def test_fields_of_the_pages_of_an_account(signed_in, carol, page, fields):
    assert labels(signed_in(carol).get(f"/accounts/{page}/"))[-len(fields) :] == fields


@pytest.mark.django_db
def test_a_wrong_password_says_what_to_do(client, carol):
    response = client.post("/accounts/login/", {"login": carol.email, "password": "wrong"})
    assert "E-mail or password is not correct. Check both, then try again." in response.text


@pytest.mark.parametrize("known", [True, False])
def test_the_page_after_sign_up_names_the_address_and_tells_nobody_whose_it_is(client, open_sign_up, carol, known):
    email = carol.email if known else "erin@example.com"
    fields = {"email": email, "password1": "correct horse battery", "password2": "correct horse battery"}
    page = client.post("/accounts/signup/", fields, follow=True).text
    assert f"We sent an e-mail to <strong>{email}</strong>." in page
    assert "/demo/mail/" not in page


@pytest.mark.django_db
def test_the_page_after_sign_up_names_no_address_to_whoever_typed_none(client):
    assert "We sent you an e-mail with a link." in client.get("/accounts/confirm-email/").text
