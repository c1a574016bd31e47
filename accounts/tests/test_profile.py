import html

import pytest

from accounts import api_tokens, repositories, services, webhooks
from accounts.models import GitHubConnection
from foundation.models import AuditEvent

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


def test_a_page_asks_github_nothing(signed_in, alice, github, connection):
    github.clear()
    browser = signed_in(alice)
    for url in (PROFILE, f"{SEARCH}?q=cloud", STATUS):
        assert browser.get(url).status_code == 200
    assert github.requests == []


def test_a_problem_found_by_a_check_is_shown(signed_in, alice, connection):
    GitHubConnection.objects.update(problem="This token cannot read it.", problem_kind="unreadable")
    page = text(signed_in(alice).get(PROFILE))
    assert "This token cannot read it." in page
    assert "Needs attention" in page


def test_a_fault_of_github_is_no_alarm_about_the_token(signed_in, alice, connection):
    GitHubConnection.objects.update(problem="GitHub has a problem at the moment.")
    page = text(signed_in(alice).get(PROFILE))
    assert "GitHub did not answer" in page
    assert "Needs attention" not in page


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
    alice.modules.create(repository_id=number(github), path="one", title="one")
    page = text(signed_in(alice).post(REMOVE, {"confirm": f" {MODULES} "}, follow=True))
    assert "The GitHub connection was removed. Published modules are not affected." in page
    assert GitHubConnection.objects.count() == 0
    assert alice.modules.filter(removed_at=None).count() == 1


def test_an_admin_sets_up_the_platform(signed_in, admin, github):
    browser = signed_in(admin)
    assert "The portal reads the platform's modules from a GitHub repository." in text(browser.get(PROFILE))
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


@pytest.mark.parametrize("count", [1, 3])
def test_queries_do_not_grow(signed_in, alice, connection, github, count, django_assert_num_queries):
    """With all that the cards can show."""
    for name in range(count):
        github.add_repository(f"alice-example/more-{name}", {"main.tf": ""})
        api_tokens.create(alice, name=f"laptop-{name}", by=alice)
    repositories.refresh(connection.pk)
    webhooks.make_secret(select(github, connection, alice), by=alice)
    browser = signed_in(alice)
    browser.get(PROFILE)
    with django_assert_num_queries(11):
        page = text(browser.get(PROFILE))
    assert f"This token can read {connection.repositories.count()} repositories" in page
    with django_assert_num_queries(11):
        browser.get(PROFILE, {"q": "more"})


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


def test_the_section_is_called_what_the_partner_guide_calls_it(signed_in, alice, carol):
    heading = '<h2 id="h-github">GitHub Configuration</h2>'
    assert signed_in(alice).get(PROFILE).text.count(heading) == 1
    assert heading not in signed_in(carol).get(PROFILE).text
