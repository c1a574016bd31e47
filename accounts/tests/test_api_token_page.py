"""The card of API tokens on the profile."""

import html
import re
import time

import pytest
from django.contrib.sessions.models import Session

from accounts import api_tokens
from accounts.models import ApiToken

PROFILE = "/profile/"
CREATE = "/profile/tokens/"
TEXT = re.compile(r"pp_[A-Za-z0-9_-]{43}")


def text(response):
    return html.unescape(response.text)


def revocation(token):
    return f"/profile/tokens/{token.ref}/revoke/"


@pytest.mark.parametrize("name", ["alice", "carol", "admin"])
def test_everybody_has_the_card(signed_in, request, name):
    page = text(signed_in(request.getfixturevalue(name)).get(PROFILE))
    assert '<h2 id="h-api">API tokens</h2>' in page
    assert "You have no tokens yet." in page


def test_a_new_token_is_shown_on_the_next_page_and_nowhere_else(signed_in, carol, caplog):
    browser = signed_in(carol)
    sent = browser.post(CREATE, {"name": "build server"})
    assert sent["Location"] == "/profile/#tokens"
    before = [str(session.get_decoded()) for session in Session.objects.all()]
    answer = browser.get(PROFILE)
    (shown,) = TEXT.findall(answer.text)
    assert "Token “build server” was created." in text(answer)
    assert "no-store" in answer["Cache-Control"]
    assert api_tokens.working().get().digest == api_tokens._digest(shown)
    sessions = [str(session.get_decoded()) for session in Session.objects.all()]
    after = browser.get(PROFILE)
    assert shown not in " ".join(
        [*before, *sessions, caplog.text, str(answer.cookies), str(answer.headers), after.text]
    )
    assert '<th scope="row">build server</th>' in after.text
    assert ">Never</td>" in after.text


def test_the_page_of_a_new_token_does_not_post_again_on_reload(signed_in, carol):
    browser = signed_in(carol)
    page = browser.post(CREATE, {"name": "laptop"}, follow=True)
    assert page.redirect_chain == [("/profile/#tokens", 302)]
    again = browser.get(PROFILE)
    assert (TEXT.findall(again.text), ApiToken.objects.count()) == ([], 1)


def test_the_same_post_again_shows_nothing(signed_in, carol):
    browser = signed_in(carol)
    browser.post(CREATE, {"name": "laptop"})
    again = browser.post(CREATE, {"name": "laptop"})
    assert again.status_code == 422
    assert "You already have a token named laptop." in text(again)
    assert 'value="laptop"' in again.text
    assert "no-store" in again["Cache-Control"]
    assert TEXT.findall(again.text) == []
    assert ApiToken.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("", "Give the token a name."), ("  ", "Give the token a name."), ("x" * 61, "at most 60 characters")],
)
def test_a_bad_name_is_refused_at_its_field(signed_in, carol, name, sentence):
    answer = signed_in(carol).post(CREATE, {"name": name})
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert ApiToken.objects.count() == 0


def test_a_password_typed_long_ago_is_asked_for_again(signed_in, carol):
    browser = signed_in(carol)
    session = browser.session
    session["account_authentication_methods"][-1]["at"] = time.time() - 4000
    session.save()
    answer = browser.post(CREATE, {"name": "laptop"})
    assert answer["Location"] == "/accounts/reauthenticate/?next=%2Fprofile%2F%23tokens"
    assert ApiToken.objects.count() == 0


def test_a_revoked_one_leaves_the_table(signed_in, carol):
    token, _ = api_tokens.create(carol, name="laptop", by=carol)
    browser = signed_in(carol)
    answer = browser.post(revocation(token))
    assert answer["Location"] == "/profile/#tokens"
    page = text(browser.get(PROFILE))
    assert "The token laptop was revoked." in page
    assert '<th scope="row">laptop</th>' not in page
    assert browser.post(revocation(token)).status_code == 302  # a second click: idempotent


def test_nobody_sees_or_revokes_those_of_another(signed_in, alice, carol, admin):
    token, _ = api_tokens.create(carol, name="laptop of carol", by=carol)
    for person in (alice, admin):
        browser = signed_in(person)
        assert "laptop of carol" not in browser.get(PROFILE).text
        assert browser.post(revocation(token)).status_code == 404
    assert api_tokens.working().get() == token


def test_a_side_that_is_not_theirs_makes_no_token(signed_in, alice):
    assert signed_in(alice).post(f"{CREATE}?for=platform", {"name": "laptop"}).status_code == 403
    assert ApiToken.objects.count() == 0


def test_the_admin_site_lists_them_without_their_hash(signed_in, admin, carol):
    token, _ = api_tokens.create(carol, name="laptop", by=carol)
    browser = signed_in(admin)
    for page in ("", f"{token.pk}/change/"):
        answer = browser.get(f"/admin/accounts/apitoken/{page}")
        assert "laptop" in answer.text
        assert token.digest not in answer.text
