import pytest

from accounts import github as adapter
from accounts import github_errors as errors
from accounts import github_history as history

NAME = "alice-example/past"
ALICE = "ghp_demo_alice"


@pytest.fixture
def past(github):
    """GitHub's id of a repository with one commit."""
    return github.add_repository(NAME, {"a/main.tf": ""}).id


def asked(github):
    return [(line.path.rpartition("/")[2], line.status) for line in github.requests]


def many(github, repository_id, kind, count):
    """Creates `count` branches or tags at the newest commit with one command."""
    git, sha = github.git_of(github.world.repositories[repository_id]), github.head(NAME)
    lines = "".join(f"create refs/{kind}/n{number:04} {sha}\n" for number in range(count))
    git.run("update-ref", "--stdin", stdin=lines.encode())


def test_branches_are_named_over_pages(github, past):
    many(github, past, "heads", 120)
    github.clear()
    names = history.branches(ALICE, past)
    assert (len(names), names[0]) == (121, "main")
    assert asked(github) == [("branches", 200)] * 2


def test_branches_beyond_a_thousand_are_left_out(github, past):
    many(github, past, "heads", 1_005)
    assert len(history.branches(ALICE, past)) == 1_000


def test_tags_stand_for_commits_also_when_annotated(github, past):
    first = github.head(NAME)
    github.add_tag(NAME, "v1.0.0")
    git = github.git_of(github.world.repositories[past])
    second = github.commit(NAME, {"b/main.tf": ""})
    git.run("-c", "user.name=a", "-c", "user.email=a@example.com", "tag", "-m", "Second", "v2.0.0", second)
    found = history.tags(ALICE, past)
    assert set(found.rows) == {history.Tag("v1.0.0", first), history.Tag("v2.0.0", second)}
    assert (found.is_whole, len(found.etags)) == (True, 1)


def test_unchanged_tags_cost_no_rate_limit(github, past):
    github.add_tag(NAME, "v1.0.0")
    etags = history.tags(ALICE, past).etags
    github.clear()
    assert history.tags_unless(ALICE, past, etags=etags) is None
    assert asked(github) == [("tags", 304)]
    assert github.api.limits.state(ALICE)["used"] == 0


@pytest.mark.parametrize("count", [0, 1, 99, 100, 200])
def test_new_tag_is_noticed_wherever_it_stands(github, past, count):
    many(github, past, "tags", count)
    before = history.tags(ALICE, past)
    github.add_tag(NAME, "a-first-one")  # the last one in GitHub's order
    after = history.tags_unless(ALICE, past, etags=before.etags)
    assert (len(before.rows), len(after.rows)) == (count, count + 1)
    assert history.tags_unless(ALICE, past, etags=after.etags) is None


def test_too_many_tags_are_said_to_be_a_part(github, past):
    many(github, past, "tags", 1_001)
    found = history.tags(ALICE, past)
    assert (len(found.rows), found.is_whole) == (1_000, False)


def test_commits_come_newest_first_with_their_facts(github, past):
    first = github.head(NAME)
    second = github.commit(NAME, {"b": ""}, message="Add b\n\nwith a body")
    github.commit(NAME, {"c": ""})
    rows, is_whole = history.commits(ALICE, past, second, most=250)
    assert rows == [
        history.PastCommit(second, "Add b", "Demo Author", "2026-01-05T15:00:00Z"),
        history.PastCommit(first, "Add the modules", "Demo Author", "2026-01-05T09:00:00Z"),
    ]
    assert is_whole is True


@pytest.mark.parametrize(("most", "found", "pages", "whole"), [(2, 2, 1, False), (3, 3, 1, True), (250, 3, 1, True)])
def test_commits_end_where_they_are_told_to(github, past, most, found, pages, whole):
    for number in range(2):
        github.commit(NAME, {"b": str(number)})
    github.clear()
    rows, is_whole = history.commits(ALICE, past, github.head(NAME), most=most)
    assert (len(rows), len(github.requests), is_whole) == (found, pages, whole)


def test_long_history_is_read_in_three_requests(github, past):
    stream = "".join(
        f"commit refs/heads/main\ncommitter A <a@example.com> {1_800_000_000 + number} +0000\ndata 1\n{number % 10}\n"
        + ("from refs/heads/main^0\n" if number == 0 else "")
        for number in range(300)
    )
    github.git_of(github.world.repositories[past]).run("fast-import", "--quiet", stdin=stream.encode())
    github.clear()
    rows, is_whole = history.commits(ALICE, past, github.head(NAME), most=250)
    assert (len(rows), is_whole, asked(github)) == (250, False, [("commits", 200)] * 3)


def test_a_commit_contains_itself_and_its_past_alone(github, past):
    first = github.head(NAME)
    second = github.commit(NAME, {"b": ""})
    side = github.commit(NAME, {"c": ""}, branch="side", parent=first)
    orphan = github.commit(NAME, {"d": ""}, branch="orphan", parent="")
    held = {commit: history.contains(ALICE, past, head=second, commit=commit) for commit in (first, second)}
    assert held == {first: True, second: True}
    for commit in (side, orphan, "0" * 40):
        assert not history.contains(ALICE, past, head=second, commit=commit)


def test_comparison_that_github_cannot_answer_is_no_answer(github, past):
    github.fail("5xx")
    with pytest.raises(errors.GitHubDown):
        history.contains(ALICE, past, head="main", commit="main")


def test_branch_that_is_gone_is_told_from_a_repository_that_is_gone(github, past):
    with pytest.raises(errors.BranchNotFound, match="cannot find this branch: it was deleted or renamed"):
        adapter.branch_head(ALICE, past, "release")
    with pytest.raises(errors.NotFound, match="Select another repository"):
        adapter.branch_head(ALICE, past + 1, "main")


def test_renamed_branch_is_told_with_its_new_name(github, past):
    github.rename_branch(NAME, "main", "trunk")
    with pytest.raises(errors.BranchRenamed, match="The branch main was renamed to trunk on GitHub. Choose trunk"):
        adapter.branch_head(ALICE, past, "main")
