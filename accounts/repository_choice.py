"""Checks with GitHub that a repository and branch can be read before they are selected."""

import re
from dataclasses import dataclass

from accounts import github, github_history
from accounts.github_errors import BranchNotFound, NotFound

# https://git-scm.com/docs/git-check-ref-format. Invalid names are never sent: ".." would change the path.
NO_BRANCH = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|//|@\{|/\.|\.lock(/|$)|^[-./]|[/.]$|^@$")


@dataclass(frozen=True)
class Choice:
    """A repository, a branch of it that has a commit, and the names of all its branches."""

    repository: github.Repository
    branch: str
    branches: list[str]


def choose(token: str, repository_id: int, *, branch: str, timeout: float) -> Choice:
    """Check that `token` reads the branch (blank: the default one), with `timeout` seconds for each request.

    Metadata needs fewer permissions than contents, so the newest commit is read as well. Raises
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
