import html
import time

import pytest

from accounts import services
from accounts.models import GitHubConnection
from foundation.models import AuditEvent
from modules.models import Module

MODULES = "alice-example/cloud-modules"
PROFILE = "/profile/"
TOKEN = "/profile/github/token/"
REPOSITORY = "/profile/github/repository/"
SEARCH = "/profile/github/repository/search/"
STATUS = "/profile/github/repositories/"
REFRESH = "/profile/github/repositories/refresh/"
REMOVE = "/profile/github/remove/"


def text(response):
    return html.unescape(response.text)


def number(github, full_name=MODULES):
    return github.world.find(full_name).id


def select(github, connection, by):
    return services.select_repository(connection, repository_id=number(github), by=by)


@pytest.mark.django_db
@pytest.mark.parametrize("url", [PROFILE, SEARCH, STATUS])
def test_a_visitor_is_sent_to_sign_in(client, url):
    assert client.get(url)["Location"] == f"/accounts/login/?next={url}"


@pytest.mark.parametrize("url", [TOKEN, REPOSITORY, REFRESH, REMOVE, "/profile/name/", "/profile/theme/"])
def test_changes_are_posts(signed_in, alice, url):
    assert signed_in(alice).get(url).status_code == 405


def test_a_user_sees_no_github(signed_in, carol):
    page = text(signed_in(carol).get(PROFILE))
    assert "carol@example.com" in page
    assert "GitHub" not in page


@pytest.mark.parametrize("url", [TOKEN, REPOSITORY, REFRESH, REMOVE])
@pytest.mark.parametrize("query", ["", "?for=platform"])
def test_a_user_may_not_connect_anything(signed_in, carol, github, url, query):
    answer = signed_in(carol).post(url + query, {"token": "ghp_demo_alice"})
    assert answer.status_code == 403
    assert GitHubConnection.objects.count() == 0
    assert github.requests == []


@pytest.mark.parametrize("url", [PROFILE, SEARCH, STATUS])
def test_a_partner_may_not_look_at_the_platforms_side(signed_in, alice, platform_connection, url):
    assert signed_in(alice).get(f"{url}?for=platform").status_code == 403


@pytest.mark.parametrize("url", [TOKEN, REPOSITORY, REFRESH, REMOVE])
def test_a_partner_may_not_change_the_platforms_side(signed_in, alice, platform_connection, url):
    before = GitHubConnection.objects.values().get()
    answer = signed_in(alice).post(f"{url}?for=platform", {"token": "ghp_demo_alice", "confirm": "platform-example"})
    assert answer.status_code == 403
    assert GitHubConnection.objects.values().get() == before


def test_bob_does_not_see_alices_connection(signed_in, bob, connection):
    browser = signed_in(bob)
    assert "alice-example" not in browser.get(PROFILE).text
    assert browser.get(SEARCH).status_code == 404
    assert browser.post(REMOVE, {"confirm": "alice-example"}).status_code == 404
    assert GitHubConnection.objects.count() == 1


def test_a_new_partner_is_asked_for_a_token(signed_in, alice):
    page = text(signed_in(alice).get(PROFILE))
    assert "GitHub Configuration" in page
    assert "Your modules come from a GitHub repository." in page
    assert "Select Repository" not in page


def test_a_good_token_is_saved_and_shown_by_its_facts(signed_in, alice, github):
    page = text(signed_in(alice).post(TOKEN, {"token": "ghp_demo_alice"}, follow=True))
    assert "The token of alice-example works and was saved." in page
    assert "<strong>alice-example</strong>" in page
    assert "Classic token" in page
    assert "<code>repo</code>" in page
    assert "<dt>Expires</dt><dd>never</dd>" in page
    assert "Reading the list of repositories from GitHub." in page
    assert "ghp_demo_alice" not in page


def test_spaces_around_a_pasted_token_do_not_matter(signed_in, alice, github):
    assert signed_in(alice).post(TOKEN, {"token": " ghp_demo_alice\n"}).status_code == 302
    assert GitHubConnection.objects.get().token == "ghp_demo_alice"


def test_an_expiring_token_says_when(signed_in, alice, github):
    page = text(signed_in(alice).post(TOKEN, {"token": "ghp_demo_expiring"}, follow=True))
    assert "Works, expires in 8 days" in page


def test_a_fine_grained_token_is_accepted(signed_in, alice, github):
    page = text(signed_in(alice).post(TOKEN, {"token": "github_pat_demo_alice"}, follow=True))
    assert "Fine-grained token" in page
    assert "31 Jan 2027 12:00" in page


def test_more_scopes_than_needed_are_pointed_out(signed_in, alice, github):
    github.add_token("ghp_mighty", login="alice-example", scopes=["repo", "read:org", "delete_repo"])
    page = text(signed_in(alice).post(TOKEN, {"token": "ghp_mighty"}, follow=True))
    assert "more than the portal needs: delete_repo" in page


@pytest.mark.parametrize(
    ("token", "sentence"),
    [
        ("ghp_demo_noscope", "This classic token lacks the repo scope"),
        ("ghp_demo_expired", "it is mistyped, has expired or was revoked"),
        ("", "Paste a token first."),
        ("two words", "Copy it again, without spaces."),
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
    github.fail("hang")
    started = time.monotonic()
    answer = signed_in(alice).post(TOKEN, {"token": "ghp_demo_alice"})
    assert time.monotonic() - started < 4
    assert "GitHub did not answer in time." in text(answer)


def test_a_sign_in_of_long_ago_is_asked_for_the_password_and_no_token_is_kept(client, alice, github):
    client.force_login(alice)
    answer = client.post(TOKEN, {"token": "ghp_demo_alice"})
    assert answer["Location"] == "/accounts/reauthenticate/?next=%2Fprofile%2F"
    assert "ghp_demo_alice" not in str(dict(client.session))
    assert GitHubConnection.objects.count() == 0


def test_a_page_asks_github_nothing(signed_in, alice, github, connection):
    github.clear()
    browser = signed_in(alice)
    for url in (PROFILE, f"{SEARCH}?q=cloud", STATUS):
        assert browser.get(url).status_code == 200
    assert github.requests == []


def test_every_repository_is_in_the_dropdown(signed_in, alice, connection):
    page = signed_in(alice).get(PROFILE).text
    assert page.count("<option") == 301
    assert "300 repositories are readable with this token" in page


def test_typing_finds_one_of_three_hundred(signed_in, alice, connection, github):
    page = signed_in(alice).get(SEARCH, {"q": "Cloud-Mod"}).text
    assert page.count("<option") == 1
    assert f'<option value="{number(github)}">{MODULES}</option>' in page
    assert "1 found" in page
    assert "<html" not in page


def test_finding_nothing_is_said(signed_in, alice, connection):
    page = signed_in(alice).get(SEARCH, {"q": "zzz"}).text
    assert "0 found. Type less of the name, or refresh the list." in page


def test_the_search_works_without_script(signed_in, alice, connection):
    page = signed_in(alice).get(PROFILE, {"q": "cloud-mod"}).text
    assert page.count("<option") == 1
    assert 'value="cloud-mod"' in page


def test_a_repository_is_selected(signed_in, alice, connection, github):
    page = text(signed_in(alice).post(REPOSITORY, {"repository": number(github)}, follow=True))
    assert f"Modules now come from {MODULES}." in page
    assert f'<option value="{number(github)}" selected>' in page
    connection.refresh_from_db()
    assert (connection.repository_name, connection.branch) == (MODULES, "main")


@pytest.mark.parametrize("value", ["", "0", "abc", "1e5", "99999999999999999999"])
def test_what_is_not_in_the_list_is_refused(signed_in, alice, connection, value):
    assert signed_in(alice).post(REPOSITORY, {"repository": value}).status_code == 422
    connection.refresh_from_db()
    assert connection.repository_id is None


def test_a_repository_that_is_gone_since_is_refused_and_stays_chosen_in_the_form(signed_in, alice, connection, github):
    gone = number(github)
    github.delete_repository(MODULES)
    answer = signed_in(alice).post(REPOSITORY, {"repository": gone})
    assert answer.status_code == 422
    assert "GitHub does not find it" in text(answer)
    assert f'<option value="{gone}" selected>' in answer.text


def test_what_happens_to_published_modules_is_said(signed_in, alice, connection, github):
    select(github, connection, alice)
    for path, removed in (("one", None), ("two", None), ("three", "2026-01-01T00:00Z")):
        Module.objects.create(owner=alice, repository_id=number(github), path=path, title=path, removed_at=removed)
    page = text(signed_in(alice).get(PROFILE))
    assert f"Two modules are published from {MODULES}. They stay in the catalogue" in page
    assert "Two published modules and all deployments stay as they are." in page


def test_the_list_is_refreshed_on_request(signed_in, alice, connection):
    page = text(signed_in(alice).post(REFRESH, follow=True))
    assert 'hx-trigger="every 1s"' in page
    connection.refresh_from_db()
    assert connection.is_refreshing


def test_the_line_polls_while_the_list_is_read_and_then_brings_the_card(signed_in, alice, connection):
    services.request_refresh(connection, by=alice)
    browser = signed_in(alice)
    waiting = browser.get(STATUS)
    assert 'hx-trigger="every 1s"' in waiting.text
    assert "HX-Retarget" not in waiting
    GitHubConnection.objects.update(refresh_requested_at=None)
    done = browser.get(STATUS)
    assert (done["HX-Retarget"], done["HX-Reswap"]) == ("#repository", "outerHTML")
    assert "every 1s" not in done.text
    assert done.text.count("<option") == 301


def test_a_problem_found_by_a_check_is_shown(signed_in, alice, connection):
    GitHubConnection.objects.update(problem="This token cannot read it.")
    page = text(signed_in(alice).get(PROFILE))
    assert "This token cannot read it." in page
    assert "Needs care" in page


def test_removing_needs_the_name(signed_in, alice, connection, github):
    select(github, connection, alice)
    browser = signed_in(alice)
    wrong = browser.post(REMOVE, {"confirm": "cloud-modules"})
    assert wrong.status_code == 422
    assert f"This is not {MODULES}. Nothing was removed." in text(wrong)
    assert 'value="cloud-modules"' in wrong.text
    assert GitHubConnection.objects.count() == 1


def test_removing_keeps_what_is_published(signed_in, alice, connection, github):
    select(github, connection, alice)
    Module.objects.create(owner=alice, repository_id=number(github), path="one", title="one")
    page = text(signed_in(alice).post(REMOVE, {"confirm": f" {MODULES} "}, follow=True))
    assert "The GitHub connection was removed. What is published stays." in page
    assert GitHubConnection.objects.count() == 0
    assert Module.objects.filter(removed_at=None).count() == 1


def test_an_admin_sets_up_the_platform(signed_in, admin, github):
    browser = signed_in(admin)
    assert "The platform's modules come from a GitHub repository." in text(browser.get(PROFILE))
    assert browser.post(f"{TOKEN}?for=platform", {"token": "ghp_demo_platform"})["Location"] == "/profile/?for=platform"
    assert GitHubConnection.objects.of(None).get().login == "platform-example"


def test_an_admin_who_is_a_partner_sees_both_sides(signed_in, alice, connection, platform_connection):
    alice.is_staff = True
    alice.save()
    browser = signed_in(alice)
    mine, platforms = browser.get(PROFILE).text, browser.get(f"{PROFILE}?for=platform").text
    assert "<strong>alice-example</strong>" in mine
    assert "platform-example" not in mine
    assert "<strong>platform-example</strong>" in platforms
    assert "alice-example" not in platforms
    assert "Mine</a>" in mine
    assert "Platform</a>" in mine


def test_the_name_is_changed(signed_in, carol):
    page = signed_in(carol).post("/profile/name/", {"first_name": "Caroline", "last_name": "Moss"}, follow=True)
    assert "Your name was saved." in text(page)
    carol.refresh_from_db()
    assert (carol.first_name, carol.last_name, carol.is_staff) == ("Caroline", "Moss", False)


def test_a_name_that_is_too_long_is_kept_in_the_form_only(signed_in, carol):
    answer = signed_in(carol).post("/profile/name/", {"first_name": "x" * 151, "is_staff": "1"})
    assert answer.status_code == 422
    assert "x" * 151 in answer.text
    carol.refresh_from_db()
    assert (carol.first_name, carol.is_staff) == ("Carol", False)


@pytest.mark.parametrize(("theme", "attribute"), [("dark", ' data-theme="dark"'), ("auto", "")])
def test_the_theme_is_a_cookie(signed_in, carol, theme, attribute):
    page = signed_in(carol).post("/profile/theme/", {"theme": theme}, follow=True).text
    assert f'<html lang="en"{attribute}>' in page
    assert f'value="{theme}" id="id_theme_' in page


def test_a_theme_that_does_not_exist_is_refused(signed_in, carol):
    answer = signed_in(carol).post("/profile/theme/", {"theme": '"><script>'})
    assert answer.status_code == 422
    assert "theme" not in answer.cookies


def test_queries_do_not_grow_with_repositories(signed_in, alice, connection, django_assert_max_num_queries):
    browser = signed_in(alice)
    with django_assert_max_num_queries(14):
        browser.get(PROFILE)


def test_no_page_and_no_row_of_the_trail_holds_a_token(signed_in, alice, connection, github, caplog):
    caplog.set_level("DEBUG")
    browser = signed_in(alice)
    select(github, connection, alice)
    pages = [browser.get(url).text for url in (PROFILE, SEARCH, STATUS)]
    pages += [browser.post(REPOSITORY, {"repository": number(github)}, follow=True).text]
    services.check_connection(connection)
    trail = [str(event.detail) + event.verb + event.target for event in AuditEvent.objects.all()]
    shown = [repr(connection), str(connection), caplog.text, *trail]
    assert trail
    assert not [one for one in pages + shown if "ghp_demo_alice" in one]
