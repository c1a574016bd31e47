import io
import logging
import socket
import tarfile
from datetime import UTC, datetime, timedelta

import pytest

from accounts import github as adapter
from accounts import github_api
from accounts import github_errors as errors

MODULES = "alice-example/cloud-modules"
ALICE = "ghp_demo_alice"


def repository_id(github, full_name=MODULES):
    return github.world.find(full_name).id


def download(github, *, token=ALICE, limit_bytes=10_000_000):
    into = io.BytesIO()
    commit = github.head(MODULES)
    size = adapter.download_tarball(token, repository_id(github), commit, into=into, limit_bytes=limit_bytes)
    assert size == len(into.getvalue())
    return into.getvalue()


def test_a_classic_token_is_known_by_its_scopes(github):
    assert adapter.identify(ALICE) == adapter.Identity("alice-example", ["repo"], False, None)


def test_a_fine_grained_token_has_no_scopes_and_its_expiry(github):
    expires_at = datetime(2027, 1, 31, 12, tzinfo=UTC)
    assert adapter.identify("github_pat_demo_alice") == adapter.Identity("alice-example", [], True, expires_at)


def test_a_classic_token_without_repo_scope_is_refused(github):
    with pytest.raises(errors.ScopeMissing, match="lacks the repo scope"):
        adapter.identify("ghp_demo_noscope")


@pytest.mark.parametrize("token", ["ghp_demo_expired", "ghp_unknown", "", "two words", "ghp_\nX-Evil: 1", "ghp_ü"])
def test_an_expired_or_wrong_token_is_rejected(github, token):
    with pytest.raises(errors.TokenRejected, match="mistyped, expired or revoked"):
        adapter.identify(token)


def test_a_revoked_token_is_rejected(github):
    github.revoke(ALICE)
    with pytest.raises(errors.TokenRejected):
        adapter.repositories(ALICE)


def test_every_page_of_repositories_is_read(github):
    names = [row.full_name for row in adapter.repositories(ALICE).rows]
    assert len(names) == 300
    assert len(set(names)) == 300
    assert MODULES in names
    pages = [line for line in github.requests if line.path == "/user/repos"]
    assert len(pages) == 3


def test_a_fine_grained_token_lists_what_it_was_given(github):
    github.add_token("github_pat_one", login="alice-example", scopes=None, repositories=[MODULES])
    assert [row.full_name for row in adapter.repositories("github_pat_one").rows] == [MODULES]


def test_a_repository_is_found_by_id_after_a_rename(github):
    number = repository_id(github)
    github.rename_repository(MODULES, "alice-example/renamed")
    found = adapter.repository(ALICE, number)
    assert (found.id, found.full_name, found.private, found.default_branch) == (
        number,
        "alice-example/renamed",
        True,
        "main",
    )


def test_the_head_of_a_branch_is_a_commit(github):
    sha = github.commit(MODULES, {"note.txt": "new"}, message="Add a note", branch="team/next")
    head = adapter.branch_head(ALICE, repository_id(github), "team/next")
    assert (head.sha, head.message) == (sha, "Add a note")
    assert head.committed_at.tzinfo is UTC


def test_a_branch_that_is_not_there_is_not_found(github):
    with pytest.raises(errors.NotFound):
        adapter.branch_head(ALICE, repository_id(github), "gone?#")


def test_the_tarball_holds_the_commit(github):
    with tarfile.open(fileobj=io.BytesIO(download(github)), mode="r:gz") as archive:
        assert archive.pax_headers["comment"] == github.head(MODULES)


def test_the_tarball_comes_from_the_other_host_without_the_token(github):
    download(github)
    lines = [(line.origin, line.had_authorization, line.status) for line in github.requests]
    assert lines == [("api", True, 302), ("codeload", False, 200)]


def test_a_login_in_netrc_does_not_go_to_the_other_host(github, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    download(github)
    assert [line.had_authorization for line in github.requests] == [True, False]


def test_an_archive_beyond_the_limit_is_cut_off(github):
    into = io.BytesIO()
    with pytest.raises(errors.ArchiveTooLarge, match="larger than 0.000953674 MiB"):
        adapter.download_tarball(ALICE, repository_id(github), github.head(MODULES), into=into, limit_bytes=1000)
    assert len(into.getvalue()) <= 1000


FAILURES = {
    "401": errors.TokenRejected,
    "403": errors.Forbidden,
    "404": errors.NotFound,
    "rate_limit": errors.RateLimited,
    "secondary_limit": errors.RateLimited,
    "5xx": errors.GitHubDown,
    "redirect": errors.Redirected,
}


@pytest.mark.parametrize(("mode", "expected"), FAILURES.items())
def test_each_failure_is_an_exception_of_its_own(github, mode, expected):
    number = repository_id(github)
    calls = [
        lambda: adapter.identify(ALICE),
        lambda: adapter.repositories(ALICE),
        lambda: adapter.repository(ALICE, number),
        lambda: adapter.branch_head(ALICE, number, "main"),
        lambda: download(github),
    ]
    github.fail(mode)
    for call in calls:
        with pytest.raises(expected):
            call()
    assert {line.origin for line in github.requests} == {"api"}
    # No retries, except that PyGithub follows a 301 once on the same host.
    assert len(github.requests) == len(calls) + (mode == "redirect")


@pytest.mark.parametrize(
    ("mode", "expected"),
    [("404", errors.NotFound), ("5xx", errors.GitHubDown), ("redirect", errors.Redirected)],
)
def test_each_failure_of_the_archive_host_too(github, mode, expected):
    github.fail(mode, origin="codeload")
    with pytest.raises(expected):
        download(github)
    assert [line.had_authorization for line in github.requests] == [True, False]


def test_the_rate_limit_says_when_it_ends(github):
    github.fail("rate_limit")
    with pytest.raises(errors.RateLimited) as caught:
        adapter.identify(ALICE)
    left = caught.value.reset_at - datetime.now(UTC)
    assert timedelta(minutes=29) < left <= timedelta(minutes=30)
    assert f"Try again after {caught.value.reset_at:%H:%M} UTC" in str(caught.value)


def test_the_secondary_limit_ends_after_the_wait_it_names(github):
    github.fail("secondary_limit")
    with pytest.raises(errors.RateLimited) as caught:
        adapter.identify(ALICE)
    assert timedelta(seconds=55) < caught.value.reset_at - datetime.now(UTC) <= timedelta(seconds=60)


@pytest.mark.parametrize("origin", ["api", "codeload"])
def test_a_silent_github_is_given_up_in_time(github, settings, origin):
    settings.GITHUB_TIMEOUT = 0.5
    github.fail("hang", origin=origin)  # until the test ends
    with pytest.raises(errors.GitHubUnreachable):
        download(github)


def test_nobody_listening_is_unreachable(settings):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        settings.GITHUB_API_URL = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(errors.GitHubUnreachable):
            adapter.identify(ALICE)


def test_nothing_but_https_follows_an_https_api(github, settings):
    with github_api.client(ALICE) as client:
        answer = github_api.ask(client, f"/repositories/{repository_id(github)}/tarball/main")
    settings.GITHUB_API_URL = "https://api.github.com"
    assert answer.headers["location"].startswith("http://")
    with pytest.raises(errors.Redirected):
        adapter._safe(answer.headers["location"])


def test_no_log_line_and_no_error_holds_the_token(github, caplog):
    caplog.set_level(logging.DEBUG)
    adapter.repositories(ALICE)
    download(github)
    for mode in FAILURES:
        github.fail(mode, times=1)
        with pytest.raises(errors.GitHubError) as caught:
            adapter.identify(ALICE)
        assert ALICE not in repr(caught.value)
    assert "GET" in caplog.text
    assert ALICE not in caplog.text


def test_every_sentence_is_one_for_people():
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and hasattr(kind, "sentence")]
    assert len(kinds) == 14
    assert all(kind.sentence.endswith(".") for kind in kinds)
