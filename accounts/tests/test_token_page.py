import html
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import services
from accounts.models import GitHubConnection

PROFILE = "/profile/"
TOKEN = "/profile/github/token/"


def text(response):
    return html.unescape(response.text)


def test_a_new_partner_is_asked_for_a_token(signed_in, alice):
    page = text(signed_in(alice).get(PROFILE))
    assert "GitHub Configuration" in page
    assert "The portal reads your modules from a GitHub repository." in page
    assert "Select repository" not in page


def test_a_good_token_is_saved_and_shown_by_its_facts(signed_in, alice, github):
    page = text(signed_in(alice).post(TOKEN, {"token": "ghp_demo_alice"}, follow=True))
    assert "The token of alice-example was checked and saved." in page
    assert "<strong>alice-example</strong>" in page
    assert "Classic token" in page
    assert "<code>repo</code>" in page
    assert "<dt>Expires</dt> <dd> Never </dd>" in " ".join(page.split())
    assert "Reading your repositories from GitHub." in page
    assert "ghp_demo_alice" not in page


def test_spaces_around_a_pasted_token_do_not_matter(signed_in, alice, github):
    assert signed_in(alice).post(TOKEN, {"token": " ghp_demo_alice\n"}).status_code == 302
    assert GitHubConnection.objects.get().token == "ghp_demo_alice"


def test_an_expiring_token_says_when(signed_in, alice, github):
    page = text(signed_in(alice).post(TOKEN, {"token": "ghp_demo_expiring"}, follow=True))
    assert "Works, expires in 9 days" in page


def test_a_fine_grained_token_is_accepted(signed_in, alice, github):
    page = text(signed_in(alice).post(TOKEN, {"token": "github_pat_demo_alice"}, follow=True))
    assert "Fine-grained token" in page
    assert "31 Jan 2027 12:00" in page


def test_more_scopes_than_needed_are_pointed_out(signed_in, alice, github):
    github.add_token("ghp_mighty", login="alice-example", scopes=["repo", "read:org", "delete_repo"])
    page = text(signed_in(alice).post(TOKEN, {"token": "ghp_mighty"}, follow=True))
    assert "More than the portal needs: delete_repo" in page


@pytest.mark.parametrize(
    ("token", "sentence"),
    [
        ("ghp_demo_noscope", "This classic token lacks the repo scope"),
        ("ghp_demo_expired", "it is mistyped, expired or revoked"),
        ("", "Paste a token."),
        ("two words", "A token has no spaces or special letters. Copy it again."),
    ],
)
def test_a_bad_token_is_refused_at_its_field_and_not_sent_back(signed_in, alice, github, token, sentence):
    answer = signed_in(alice).post(TOKEN, {"token": token})
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert not token or token not in text(answer)
    assert GitHubConnection.objects.count() == 0


@pytest.mark.parametrize("mode", ["401", "403", "404", "rate_limit", "secondary_limit", "5xx", "redirect"])
def test_whatever_github_does_the_page_says_it(signed_in, alice, github, mode):
    github.fail(mode)
    answer = signed_in(alice).post(TOKEN, {"token": "ghp_demo_alice"})
    assert answer.status_code == 422
    assert 'id="id_token_error"' in answer.text
    assert "ghp_demo_alice" not in answer.text


def test_a_silent_github_is_waited_for_some_seconds_only(signed_in, alice, github, monkeypatch):
    monkeypatch.setattr(services, "PATIENCE", 1)
    github.fail("hang")  # until the test ends
    answer = signed_in(alice).post(TOKEN, {"token": "ghp_demo_alice"})
    assert "GitHub did not answer in time." in text(answer)


def test_a_sign_in_of_long_ago_is_asked_for_the_password_and_no_token_is_kept(client, alice, github):
    client.force_login(alice)
    answer = client.post(TOKEN, {"token": "ghp_demo_alice"})
    assert answer["Location"] == "/accounts/reauthenticate/?next=%2Fprofile%2F"
    assert "ghp_demo_alice" not in str(dict(client.session))
    assert GitHubConnection.objects.count() == 0


@pytest.mark.parametrize(
    ("hours", "words"),
    [(-1, "Expired"), (0.01, "Works, expires"), (24, "Works, expires in 1 day<"), (24 * 60, "Works<")],
)
def test_the_badge_follows_the_expiry(signed_in, alice, connection, hours, words):
    GitHubConnection.objects.update(expires_at=timezone.now() + timedelta(hours=hours))
    assert words in text(signed_in(alice).get(PROFILE))


def test_a_refused_second_token_leaves_the_first_in_place(signed_in, alice, connection):
    page = text(signed_in(alice).post(TOKEN, {"token": "ghp_demo_noscope"}))
    assert "The token was not saved.</strong> The current token is still in use." in page
    connection.refresh_from_db()
    assert connection.token == "ghp_demo_alice"
