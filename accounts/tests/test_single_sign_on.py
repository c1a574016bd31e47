"""Organizations whose single sign-on keeps a token out: what GitHub says of them is passed on."""

import html

import pytest

from accounts import github as adapter
from accounts import repositories, services, single_sign_on, token_health
from accounts.github_errors import SignOnRequired
from foundation.models import OutboxMessage
from modules.tests.catalogues import GREETING, scan

SHARED = "northwind-example/shared-modules"
TOKEN = "ghp_no_sign_on"
PROFILE = "/profile/"
SENTENCE = (
    "The organization requires single sign-on, and this token is not authorized for it. "
    "Authorize it on GitHub, then try again."
)


@pytest.fixture
def shared(github):
    """A repository of an organization, which alice may read."""
    return github.add_repository(SHARED, {"greeting/main.tf": GREETING}, readers=["alice-example"])


@pytest.fixture
def kept_out(github, shared):
    github.add_token(TOKEN, login="alice-example", unauthorized=["northwind-example"])


def authorize_url(github):
    return f"{github.url}/orgs/northwind-example/sso?authorization_request=AZSCKtL4U8yX1H3sCQIVnVgmjmon5fWx"


def chosen(github, alice):
    """Alice's connection with the organization's repository, by a token that reads it."""
    connection = services.save_token(alice, token="ghp_demo_alice", by=alice)
    return services.select_repository(connection, repository_id=github.world.find(SHARED).id, by=alice)


def keep_out(github, value="ghp_demo_alice", *organizations):
    github.world.tokens[value].unauthorized = list(organizations)


def test_a_list_without_an_organizations_repositories_says_so(github, signed_in, alice, kept_out):
    connection = services.save_token(alice, token=TOKEN, by=alice)
    repositories.refresh(connection.pk)
    connection.refresh_from_db()
    assert not connection.repositories.filter(full_name__startswith="northwind-example/").exists()
    assert connection.organizations_left_out == 1
    page = html.unescape(signed_in(alice).get(PROFILE).text)
    assert "GitHub left out the repositories of an organization, because this token is not authorized" in page


def test_a_whole_list_says_nothing_of_it(github, signed_in, alice, shared):
    connection = services.save_token(alice, token="ghp_demo_alice", by=alice)
    repositories.refresh(connection.pk)
    assert "GitHub left out" not in signed_in(alice).get(PROFILE).text


def test_each_organization_counts_once_whatever_the_number_of_pages(github, kept_out):
    assert adapter.repositories(TOKEN).organizations_left_out == 1
    assert len([line for line in github.requests if line.path == "/user/repos"]) > 1


def test_a_repository_behind_single_sign_on_says_where_to_authorize(github, kept_out, shared):
    with pytest.raises(SignOnRequired) as raised:
        adapter.repository(TOKEN, shared.id)
    assert (str(raised.value), raised.value.url) == (SENTENCE, authorize_url(github))


def test_selecting_such_a_repository_offers_the_link(github, signed_in, alice, shared):
    connection = services.save_token(alice, token="ghp_demo_alice", by=alice)
    repositories.refresh(connection.pk)
    keep_out(github, "ghp_demo_alice", "northwind-example")
    answer = signed_in(alice).post("/profile/github/repository/", {"repository": shared.id})
    assert answer.status_code == 422
    assert f'{SENTENCE} <a href="{authorize_url(github)}" rel="noopener noreferrer">' in answer.text


def test_the_check_stores_the_link_and_tells_of_it(github, signed_in, alice, shared):
    connection = chosen(github, alice)
    keep_out(github, "ghp_demo_alice", "northwind-example")
    checked = services.check_connection(connection)
    assert (checked.problem, checked.problem_kind, checked.sign_on_url) == (SENTENCE, "sign_on", authorize_url(github))
    assert token_health.trouble_of(checked).text == (
        f"The organization of {SHARED} requires it. Scans are paused until you authorize the token on GitHub. "
        "Published modules are not affected."
    )
    assert OutboxMessage.objects.get().subject == "Your GitHub token is not authorized for single sign-on"
    page = signed_in(alice).get(PROFILE).text
    assert f'<a href="{authorize_url(github)}" rel="noopener noreferrer">' in page


def test_a_new_token_without_authorization_is_saved_and_says_so(github, alice, kept_out):
    chosen(github, alice)
    saved = services.save_token(alice, token=TOKEN, by=alice)
    assert (saved.problem_kind, saved.sign_on_url) == ("sign_on", authorize_url(github))


def test_an_authorization_ends_the_trouble(github, alice, shared):
    connection = chosen(github, alice)
    keep_out(github, "ghp_demo_alice", "northwind-example")
    services.check_connection(connection)
    keep_out(github)
    checked = services.check_connection(connection)
    assert (checked.problem, checked.problem_kind, checked.sign_on_url) == ("", "", "")


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/orgs/x/sso",
        "https://github.com.evil.example/orgs/x/sso",
        "https://github.com@evil.example/orgs/x/sso",
        "http://github.com/orgs/x/sso",
        "javascript:alert(1)",
        "https://[/",
        "https://github.com/" + "x" * 500,
        "",
    ],
)
def test_a_link_to_another_host_is_never_shown(settings, address):
    settings.GITHUB_API_URL = "https://api.github.com"
    headers = {"x-github-sso": f"required; url={address}"}
    assert single_sign_on.is_required(headers)
    assert single_sign_on.url(headers) == ""


@pytest.mark.parametrize(
    ("api", "address"),
    [
        ("https://api.github.com", "https://github.com/orgs/acme/sso?authorization_request=AZ"),
        ("https://git.acme.example/api/v3", "https://git.acme.example/orgs/acme/sso?authorization_request=AZ"),
        ("https://api.acme.ghe.com", "https://acme.ghe.com/orgs/acme/sso?authorization_request=AZ"),
    ],
)
def test_a_link_to_githubs_own_host_is_shown(settings, api, address):
    settings.GITHUB_API_URL = api
    assert single_sign_on.url({"x-github-sso": f"required; url={address}"}) == address


def test_ids_of_organizations_are_read_from_the_header():
    header = {"x-github-sso": "partial-results; organizations=21955855, 20582480"}
    assert single_sign_on.left_out(header) == {"21955855", "20582480"}
    assert single_sign_on.left_out({}) == set()
    assert not single_sign_on.is_required(header)


class TestSuccess:
    """A reading that went well takes back what an earlier failure said."""

    @pytest.fixture
    def connection(self, github, alice, shared):
        connection = chosen(github, alice)
        github.fail("403", path_prefix="/repositories/", times=1)
        connection = services.check_connection(connection)
        assert connection.problem == f"This token cannot read {SHARED}. Give it access, or select another repository."
        return connection

    def test_a_scan_that_went_well_ends_this_token_cannot_read(self, connection, signed_in, alice):
        assert scan(connection).status == "succeeded"
        connection.refresh_from_db()
        assert (connection.problem, connection.problem_kind) == ("", "")
        assert "cannot read" not in signed_in(alice).get(PROFILE).text

    def test_an_unchanged_branch_is_a_success_too(self, github, connection):
        scan(connection)
        github.fail("403", path_prefix="/repositories/", times=1)
        services.check_connection(connection)
        scan(connection)
        connection.refresh_from_db()
        assert connection.problem == ""

    def test_a_missing_scope_is_not_refuted_by_a_public_repository(self, connection):
        type(connection).objects.update(problem="This classic token lacks the repo scope.", problem_kind="scope")
        scan(connection)
        connection.refresh_from_db()
        assert connection.problem_kind == "scope"

    def test_a_success_of_the_former_token_says_nothing_of_the_new_one(self, github, connection, alice):
        former = type(connection).objects.get()
        github.add_token("ghp_next", login="alice-example", unauthorized=["northwind-example"])
        services.save_token(alice, token="ghp_next", by=alice)
        token_health.note_success(former, repository_id=former.repository_id)
        connection.refresh_from_db()
        assert connection.problem_kind == "sign_on"

    def test_a_success_with_another_repository_says_nothing_of_this_one(self, connection):
        token_health.note_success(connection, repository_id=1)
        connection.refresh_from_db()
        assert connection.problem_kind == "unreadable"
