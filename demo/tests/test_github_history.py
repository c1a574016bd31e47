"""Histories on the local GitHub: comparisons, and branches that were moved or renamed."""

import pytest

from demo.tests.asking import ask, client

NAME = "alice-example/history"


@pytest.fixture
def shas(github):
    """Three commits, oldest first."""
    github.add_repository(NAME, {"a/main.tf": ""})
    return [github.head(NAME), *(github.commit(NAME, {f"{name}/main.tf": ""}) for name in "bc")]


def compared(github, base, head, more=""):
    return ask(github.url, f"/repos/{NAME}/compare/{base}...{head}{more}")


def test_compare_says_who_is_ahead(github, shas):
    first, second, third = shas
    side = github.commit(NAME, {"side": ""}, branch="side", parent=first)
    answers = [
        compared(github, base, head).json
        for base, head in ((first, third), (third, first), (second, "main"), (third, "main"), (third, side))
    ]
    found = [(row["status"], row["ahead_by"], row["behind_by"], row["total_commits"]) for row in answers]
    assert found == [
        ("ahead", 2, 0, 2),
        ("behind", 0, 2, 0),
        ("ahead", 1, 0, 1),
        ("identical", 0, 0, 0),
        ("diverged", 1, 2, 1),
    ]
    assert answers[-1]["merge_base_commit"]["sha"] == first
    assert [row["sha"] for row in answers[0]["commits"]] == [second, third]


def test_compare_is_read_by_pygithub_and_cut_into_pages(github, shas):
    comparison = client(github).get_repo(NAME).compare(shas[0], shas[2])
    assert (comparison.status, comparison.behind_by) == ("ahead", 0)
    pages = [compared(github, shas[0], shas[2], f"?per_page=1&page={page}").json["commits"] for page in (1, 2, 3)]
    assert [[row["sha"] for row in page] for page in pages] == [[shas[1]], [shas[2]], []]


def test_compare_with_what_is_not_there_or_has_nothing_in_common_is_404(github, shas):
    github.commit(NAME, {"new/main.tf": ""}, branch="orphan", parent="")
    assert compared(github, "0" * 40, "main").status == 404
    unrelated = compared(github, "orphan", "main")
    assert (unrelated.status, unrelated.json["message"]) == (404, "No common ancestor between orphan and main.")


def test_commit_on_an_earlier_one_leaves_the_later_behind(github, shas):
    rewritten = github.commit(NAME, {"d/main.tf": ""}, parent=shas[0])
    history = [row["sha"] for row in ask(github.url, f"/repos/{NAME}/commits").json]
    assert history == [rewritten, shas[0]]
    assert compared(github, shas[2], "main").json["status"] == "diverged"


def test_renamed_branch_is_answered_by_its_new_name(github, shas):
    github.rename_branch(NAME, "main", "trunk")
    api = client(github).get_repo(NAME)
    assert (api.default_branch, api.get_branch("main").name) == ("trunk", "trunk")
    assert ask(github.url, f"/repos/{NAME}/branches/main").status == 301
    assert [row.sha for row in api.get_commits()] == shas[::-1]


def test_deleted_branch_and_tag_are_gone(github, shas):
    github.add_tag(NAME, "v1")
    github.delete_tag(NAME, "v1")
    github.commit(NAME, {"d": ""}, branch="next")
    github.delete_branch(NAME, "next")
    assert ask(github.url, f"/repos/{NAME}/tags").json == []
    gone = ask(github.url, f"/repos/{NAME}/branches/next")
    assert (gone.status, gone.json["message"]) == (404, "Branch not found")
    with pytest.raises(KeyError, match="no refs/tags/v1"):
        github.delete_tag(NAME, "v1")
