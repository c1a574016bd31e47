import html
import re

import pytest

from accounts import repositories, services
from accounts.models import GitHubConnection
from modules.tests.catalogues import GREETING, NAME, connect, publish

MODULES = "alice-example/cloud-modules"
PROFILE = "/profile/"
REPOSITORY = "/profile/github/repository/"
SEARCH = "/profile/github/repository/search/"
STATUS = "/profile/github/repositories/"
REFRESH = "/profile/github/repositories/refresh/"


def text(response):
    return html.unescape(response.text)


def number(github, full_name=MODULES):
    return github.world.find(full_name).id


def select(github, connection, by):
    return services.select_repository(connection, repository_id=number(github), by=by)


def test_every_repository_is_in_the_dropdown(signed_in, alice, connection):
    page = signed_in(alice).get(PROFILE).text
    assert page.count("<option") == 301
    assert "This token can read 300 repositories" in page


def test_typing_finds_one_of_three_hundred(signed_in, alice, connection, github):
    page = signed_in(alice).get(SEARCH, {"q": "Cloud-Mod"}).text
    assert page.count("<option") == 1
    assert f'<option value="{number(github)}">{MODULES}</option>' in page
    assert "1 repository found" in page
    assert "<html" not in page


def test_a_nul_in_the_search_is_ignored(signed_in, alice, connection):
    assert "1 repository found" in signed_in(alice).get(SEARCH, {"q": " cloud\0-mod "}).text


def test_finding_nothing_is_said(signed_in, alice, connection):
    page = signed_in(alice).get(SEARCH, {"q": "zzz"}).text
    assert "No repository found. Type less of the name, or refresh the list." in page


def test_the_search_works_without_script(signed_in, alice, connection):
    page = signed_in(alice).get(PROFILE, {"q": "cloud-mod"}).text
    assert page.count("<option") == 1
    assert 'value="cloud-mod"' in page


def test_a_repository_is_selected(signed_in, alice, connection, github):
    page = text(signed_in(alice).post(REPOSITORY, {"repository": number(github)}, follow=True))
    assert f"Modules now come from {MODULES}, branch main." in page
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
    assert "GitHub cannot find it" in text(answer)
    assert f'<option value="{gone}" selected>' in answer.text


def test_what_happens_to_published_modules_is_said(signed_in, alice, github):
    chosen = connect(
        github, alice, files={f"{path}/main.tf": f"# {path}\n{GREETING}" for path in ("one", "two", "gone")}
    )
    publish(chosen, "one", "two", "gone")
    publish(chosen, "one", "two")
    alice.modules.create(repository_id=chosen.repository_id, path="new", title="Never published")
    repositories.refresh(chosen.pk)
    page = text(signed_in(alice).get(PROFILE))
    assert (
        "You can change the repository, branch or token at any time. "
        f"The 2 modules published from {NAME} and all deployments are not affected."
    ) in page
    assert "2 published modules and all deployments are not affected." in page


def test_a_branch_is_chosen_beside_the_repository(signed_in, alice, connection, github):
    github.commit(MODULES, {"note": ""}, branch="release/2026")
    page = text(
        signed_in(alice).post(REPOSITORY, {"repository": number(github), "branch": "release/2026"}, follow=True)
    )
    assert f"Modules now come from {MODULES}, branch release/2026." in page
    assert '<input type="text" name="branch" value="release/2026" list="branches"' in page
    assert re.findall(r'<option value="(main|release/2026)">', page) == ["main", "release/2026"]
    assert "Leave blank for the default branch, main." in page
    connection.refresh_from_db()
    assert (connection.branch, connection.branches) == ("release/2026", ["main", "release/2026"])


def test_blank_branch_is_the_default_one(signed_in, alice, connection, github):
    github.commit(MODULES, {"note": ""}, branch="next")
    services.select_repository(connection, repository_id=number(github), branch="next", by=alice)
    signed_in(alice).post(REPOSITORY, {"repository": number(github), "branch": ""})
    connection.refresh_from_db()
    assert connection.branch == "main"


def test_another_repository_begins_with_its_own_default_branch(signed_in, alice, connection, github):
    github.commit(MODULES, {"note": ""}, branch="next")
    services.select_repository(connection, repository_id=number(github), branch="next", by=alice)
    other = number(github, "alice-example/terraform-local-greeting")
    signed_in(alice).post(REPOSITORY, {"repository": other, "branch": "next"})
    connection.refresh_from_db()
    assert (connection.repository_id, connection.branch) == (other, "main")


@pytest.mark.parametrize("branch", ["nowhere", "../tags", "a b", "x\ty", "-x", "a..b", "a.lock", "@", "ü?", "main/"])
def test_branch_that_is_not_there_is_an_error_at_its_field(signed_in, alice, connection, github, branch):
    select(github, connection, alice)
    answer = signed_in(alice).post(REPOSITORY, {"repository": number(github), "branch": branch})
    assert answer.status_code == 422
    (said,) = answer.context["repository_form"].errors["branch"]
    assert said == f"{MODULES} has no branch {branch}, so nothing was changed. Its default branch is main."
    assert html.escape(f'value="{branch}"', quote=False) in answer.text
    connection.refresh_from_db()
    assert connection.branch == "main"


def test_renamed_branch_is_an_error_that_names_the_new_one(signed_in, alice, connection, github):
    github.commit(MODULES, {"note": ""}, branch="next")
    github.rename_branch(MODULES, "next", "later")
    answer = signed_in(alice).post(REPOSITORY, {"repository": number(github), "branch": "next"})
    assert answer.status_code == 422
    assert "Choose later on your profile" in answer.context["repository_form"].errors["branch"][0]


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


def test_the_polling_ends_when_the_connection_is_removed(signed_in, alice, github):
    answer = signed_in(alice).get(STATUS)
    assert (answer.status_code, answer.content) == (286, b"")


def test_asking_for_the_list_of_a_connection_that_just_went_is_told(signed_in, alice, connection, monkeypatch):
    gone = services.request_refresh

    def remove_first(connection, *, by):
        services.remove_connection(connection, by=by)
        gone(connection, by=by)

    monkeypatch.setattr(services, "request_refresh", remove_first)
    page = text(signed_in(alice).post(REFRESH, follow=True))
    assert "The connection was removed in the meantime. Save a token first." in page
