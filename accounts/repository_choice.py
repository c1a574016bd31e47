"""Choosing what modules come from: GitHub is asked whether a repository's branch can be read."""

import re
from dataclasses import dataclass

from accounts import github, github_history
from accounts.github_errors import BranchNotFound, NotFound

# https://git-scm.com/docs/git-check-ref-format. What no branch is called is not asked for: ".." would lead elsewhere.
NO_BRANCH = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|//|@\{|/\.|\.lock(/|$)|^[-./]|[/.]$|^@$")


@dataclass(frozen=True)
class Choice:
    """A repository, a branch of it that has a commit, and the names of all its branches."""

    repository: github.Repository
    branch: str
    branches: list[str]


def choose(token: str, repository_id: int, *, branch: str, timeout: float) -> Choice:
    """Check that `token` reads the branch (blank: the default one), with `timeout` seconds for each question.

    Metadata is readable with less than the contents are, so the newest commit is asked for as well. Raises
    BranchNotFound and BranchRenamed for a branch that is named, and other GitHubErrors.
    """
    repository = github.repository(token, repository_id, timeout=timeout)
    chosen = branch or repository.default_branch
    if NO_BRANCH.search(chosen):
        raise _missing(repository, branch)
    try:
        github.branch_head(token, repository.id, chosen, timeout=timeout)
    except NotFound as error:
        raise _missing(repository, branch) from error
    return Choice(repository, chosen, github_history.branches(token, repository.id, timeout=timeout))


def _missing(repository: github.Repository, branch: str) -> NotFound:
    if branch:
        return BranchNotFound(
            f"{repository.full_name} has no branch {branch}, so nothing was changed. "
            f"Its default branch is {repository.default_branch}."
        )
    return NotFound(
        f"{repository.full_name} has no commit on its branch {repository.default_branch}, so nothing was changed. "
        "Push one, then select it."
    )
