"""Responses of the local GitHub: accounts, tokens, pages, git data."""

import base64
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from github import BadCredentialsException, UnknownObjectException

from demo.local_github import snapshot
from demo.local_github.seed import SOURCES
from demo.tests.asking import ask, client

CLOUD = "alice-example/cloud-modules"
TELEMETRY = "bob-example/telemetry-modules"


def test_token_gives_its_login_and_scopes(github):
    api = client(github)
    assert api.get_user().login == "alice-example"
    assert api.oauth_scopes == ["repo"]


def test_alice_reads_exactly_300_repositories_over_pages(github):
    names = [row.full_name for row in client(github).get_user().get_repos()]
    assert len(names) == len(set(names)) == 300
    assert {CLOUD, "alice-example/terraform-local-greeting"} <= set(names)
    assert TELEMETRY not in names
    paths = [row.path for row in github.requests]
    assert paths == ["/user/repos"] * 3


def test_pages_carry_links_to_their_neighbours(github):
    reply = ask(github.url, "/user/repos?per_page=100&page=2")
    page = f"{github.url}/user/repos?per_page=100&page="
    assert len(reply.json) == 100
    assert reply.headers["link"] == (
        f'<{page}1>; rel="prev", <{page}1>; rel="first", <{page}3>; rel="next", <{page}3>; rel="last"'
    )
    beyond = ask(github.url, "/user/repos?per_page=100&page=4")
    assert beyond.json == []
    assert 'rel="next"' not in beyond.headers["link"]


def test_repositories_can_be_sorted_and_filtered(github):
    newest = ask(github.url, "/user/repos?sort=pushed").json
    assert [row["full_name"] for row in newest[:1]] == [CLOUD]
    shared = list(client(github).get_user().get_repos(affiliation="collaborator"))
    assert {row.owner.login for row in shared} == {"northwind-example"}


def test_private_repository_of_another_is_like_one_that_is_not_there(github):
    hidden = ask(github.url, f"/repos/{TELEMETRY}")
    missing = ask(github.url, "/repos/alice-example/no-such-repository")
    assert hidden.status == missing.status == 404
    assert hidden.json == missing.json
    assert client(github, "ghp_demo_bob").get_repo(TELEMETRY).private is True


def test_classic_token_without_repo_scope_reads_nothing_private(github):
    api = client(github, "ghp_demo_noscope")
    assert list(api.get_user().get_repos()) == []
    assert api.oauth_scopes == ["read:user"]
    with pytest.raises(UnknownObjectException):
        api.get_repo(CLOUD)


def test_fine_grained_token_has_no_scopes_and_reads_its_repositories(github):
    reply = ask(github.url, "/user", token="github_pat_demo_alice")
    assert "x-oauth-scopes" not in reply.headers
    assert reply.headers["github-authentication-token-expiration"] == "2027-01-31 12:00:00 UTC"
    github.add_token("github_pat_one", login="alice-example", scopes=None, repositories=[CLOUD])
    api = client(github, "github_pat_one")
    assert [row.full_name for row in api.get_user().get_repos()] == [CLOUD]
    with pytest.raises(UnknownObjectException):
        api.get_repo("alice-example/terraform-local-greeting")


def test_expiring_token_ends_in_nine_days(github):
    reply = ask(github.url, "/user", token="ghp_demo_expiring")
    ends = datetime.strptime(reply.headers["github-authentication-token-expiration"], "%Y-%m-%d %H:%M:%S UTC")
    left = ends.replace(tzinfo=UTC) - datetime.now(UTC)
    assert timedelta(days=8, hours=23) < left <= timedelta(days=9)


@pytest.mark.parametrize("token", ["ghp_demo_expired", "ghp_nobody", "", None])
def test_bad_token_is_401(github, token):
    reply = ask(github.url, "/user", token=token, **({"Authorization": "token "} if token == "" else {}))
    assert reply.status == 401
    assert reply.json["message"] == ("Requires authentication" if token is None else "Bad credentials")


def test_revoked_token_works_no_more(github):
    api = client(github)
    assert api.get_repo(CLOUD).name == "cloud-modules"
    github.revoke("ghp_demo_alice")
    with pytest.raises(BadCredentialsException):
        api.get_repo(CLOUD)


def test_unchanged_answer_is_304_and_costs_nothing(github):
    first = ask(github.url, f"/repos/{CLOUD}")
    again = ask(github.url, f"/repos/{CLOUD}", If_None_Match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert again.headers["x-ratelimit-remaining"] == first.headers["x-ratelimit-remaining"] == "4999"
    github.commit(CLOUD, {"README.md": "# New\n"})
    changed = ask(github.url, f"/repos/{CLOUD}/branches/main", If_None_Match=first.headers["etag"])
    assert changed.status == 200
    assert changed.headers["x-ratelimit-remaining"] == "4998"


def test_rate_limit_is_counted_for_each_token(github):
    for _ in range(3):
        ask(github.url, "/user")
    assert client(github).get_rate_limit().rate.remaining == 4997
    assert client(github, "ghp_demo_bob").get_rate_limit().rate.remaining == 5000


@pytest.mark.parametrize("full_name", [CLOUD, TELEMETRY, "platform-example/platform-modules"])
def test_tree_is_what_lies_in_the_source_folder(github, full_name):
    owner = full_name.split("-")[0]
    tree = client(github, f"ghp_demo_{owner}").get_repo(full_name).get_git_tree("main", recursive=True)
    served = {entry.path: entry.mode for entry in tree.tree if entry.type == "blob"}
    assert served == {path: content.mode for path, content in snapshot.read(SOURCES / full_name).items()}


def test_blob_of_a_link_is_its_targets_text(github):
    repository = client(github).get_repo(CLOUD)
    entries = {entry.path: entry for entry in repository.get_git_tree("main", recursive=True).tree}
    link = entries["site_monitor/versions.tf"]
    assert link.mode == "120000"
    assert base64.b64decode(repository.get_git_blob(link.sha).content) == b"../common_tags/versions.tf"


def test_contents_tell_files_folders_and_links_apart(github):
    github.commit(CLOUD, {}, symlinks={"site_monitor/beside.md": "README.md"})
    repository = client(github).get_repo(CLOUD)
    listed = {entry.name: entry.type for entry in repository.get_contents("site_monitor")}
    assert listed["main.tf"] == "file"
    assert listed["checks"] == "dir"
    assert listed["common_tags.tf"] == "symlink"
    far = repository.get_contents("site_monitor/common_tags.tf")
    assert (far.type, far.target) == ("symlink", "../common_tags/common_tags.tf")
    beside = repository.get_contents("site_monitor/beside.md")
    assert beside.decoded_content.startswith(b"# Site Monitor")
    raw = ask(github.url, f"/repos/{CLOUD}/contents/site_monitor/versions.tf", Accept="application/vnd.github.raw+json")
    assert raw.body == b"../common_tags/versions.tf"


def test_commit_moves_the_branch_and_keeps_the_history(github):
    repository = client(github).get_repo(CLOUD)
    before = repository.get_branch("main").commit.sha
    sha = github.commit(CLOUD, {"shared/main.tf": "locals {}\n"}, remove=["edge_cache"], message="Repair")
    assert repository.get_git_ref("heads/main").object.sha == sha
    newest = repository.get_commits()[0]
    assert (newest.commit.message, [row.sha for row in newest.parents]) == ("Repair", [before])
    assert [row.sha for row in repository.get_commits(path="legacy_vpn")] == [before]
    paths = {entry.path for entry in repository.get_git_tree(sha).tree}
    assert "edge_cache" not in paths
    assert repository.get_contents("shared/main.tf", ref=before).decoded_content != b"locals {}\n"


def test_branches_tags_and_refs_are_listed(github):
    other = github.commit(CLOUD, {"x.txt": "x"}, branch="feature/next")
    tagged = github.add_tag(CLOUD, "v1.0")
    repository = client(github).get_repo(CLOUD)
    assert {row.name for row in repository.get_branches()} == {"main", "feature/next"}
    assert repository.get_branch("feature/next").commit.sha == other
    assert [(row.name, row.commit.sha) for row in repository.get_tags()] == [("v1.0", tagged)]
    assert [row.ref for row in repository.get_git_matching_refs("heads/feat")] == ["refs/heads/feature/next"]
    assert repository.get_commit("v1.0").sha == tagged == github.head(CLOUD)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("branches/none", 404),
        ("commits/none", 422),
        ("commits/--all", 422),
        ("git/ref/heads/none", 404),
        ("git/blobs/" + "0" * 40, 404),
        ("git/trees/main..main", 404),
        ("contents/no/such/file", 404),
        ("contents/README.md?ref=none", 404),
        ("contents/../../etc", 404),
        ("contents/%00", 404),
        ("tarball/none", 404),
        ("no-such-thing", 404),
    ],
)
def test_what_is_not_there_is_said_so(github, path, status):
    assert ask(github.url, f"/repos/{CLOUD}/{path}").status == status


def test_repository_that_nobody_pushed_to_is_empty(github):
    path = "/repos/alice-example/atlas-api"
    assert ask(github.url, path).json["size"] == 0
    assert ask(github.url, f"{path}/branches").json == []
    assert ask(github.url, f"{path}/commits").json["message"] == "Git Repository is empty."
    assert ask(github.url, f"{path}/contents/").status == 404
    assert ask(github.url, f"{path}/tarball/main").status == 404


def test_renamed_repository_is_found_by_its_old_name_and_its_id(github):
    api = client(github)
    number = api.get_repo(CLOUD).id
    github.rename_repository(CLOUD, "alice-example/new-name")
    moved = ask(github.url, f"/repos/{CLOUD}/branches/main")
    assert moved.status == 301
    assert moved.headers["location"] == f"{github.url}/repositories/{number}/branches/main"
    assert api.get_repo(CLOUD).full_name == "alice-example/new-name"
    assert api.get_repo(number).full_name == "alice-example/new-name"
    assert ask(github.url, f"/repos/{CLOUD}", token="ghp_demo_bob").status == 404


def test_forty_requests_at_once_are_all_answered(github):
    def head(_):
        return ask(github.url, f"/repos/{CLOUD}/git/trees/main?recursive=1").status

    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(head, range(40))) == [200] * 40


def test_git_can_read_the_repositories(github):
    row = github.world.find(CLOUD)
    checked = subprocess.run(
        ["git", "--git-dir", str(github.git_of(row).path), "fsck", "--strict", "--no-dangling"],
        capture_output=True,
        text=True,
    )
    assert (checked.returncode, checked.stdout) == (0, "")
