"""Reads a repository's history from GitHub: branches, tags, commits, ancestry."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from github.Requester import Requester

from accounts import github_api
from accounts.github_api import PAGE, Answer
from accounts.github_errors import NotFound

MOST_NAMED = 1_000  # branches or tags read per repository


@dataclass(frozen=True)
class Tag:
    """`commit` is the commit that the tag points to, also for an annotated tag."""

    name: str
    commit: str


@dataclass(frozen=True)
class Tags:
    """A repository's tags; `etags` are those of its pages, `is_whole` is false beyond the limit."""

    rows: list[Tag]
    etags: list[str]
    is_whole: bool


@dataclass(frozen=True)
class PastCommit:
    """A commit of a branch: `subject` is its message's first line, `at` when it was committed, in ISO 8601."""

    sha: str
    subject: str
    author: str
    at: str


def branches(token: str, repository_id: int, *, timeout: float | None = None) -> list[str]:
    """Names of the repository's branches by name, at most MOST_NAMED; raises GitHubError."""
    with github_api.client(token, timeout) as client:
        pages = _pages(client, f"/repositories/{repository_id}/branches", most=MOST_NAMED)
        return [row["name"] for page in pages for row in page.data]


def tags(token: str, repository_id: int) -> Tags:
    """The repository's tags, at most MOST_NAMED; raises GitHubError."""
    with github_api.client(token) as client:
        pages = list(_pages(client, _tags_path(repository_id), most=MOST_NAMED))
    rows = [Tag(row["name"], row["commit"]["sha"]) for page in pages for row in page.data]
    return Tags(rows, [page.headers.get("etag", "") for page in pages], is_whole=len(pages[-1].data) < PAGE)


def tags_unless(token: str, repository_id: int, *, etags: list[str]) -> Tags | None:
    """Conditional `tags`: None when every page still has its ETag of `etags`; raises GitHubError.

    Unchanged pages do not count against the token's rate limit, as in `github.branch_head_unless`.
    """
    if etags and all(etags) and _are_unchanged(token, repository_id, etags):
        return None
    return tags(token, repository_id)


def commits(token: str, repository_id: int, sha: str, *, most: int) -> tuple[list[PastCommit], bool]:
    """The commit `sha` and those before it, newest first, and whether these are all; raises GitHubError."""
    with github_api.client(token) as client:
        pages = list(_pages(client, f"/repositories/{repository_id}/commits", most=most, sha=sha))
    rows = [row for page in pages for row in page.data]
    return [_past(row) for row in rows[:most]], len(pages[-1].data) < PAGE and len(rows) <= most


def contains(token: str, repository_id: int, *, head: str, commit: str) -> bool:
    """Whether `commit` is `head` or an ancestor of it; False for an unknown commit. Raises GitHubError.

    Source: https://docs.github.com/en/rest/commits/commits#compare-two-commits
    """
    path = f"/repositories/{repository_id}/compare/{quote(commit)}...{quote(head)}"
    with github_api.client(token) as client:
        try:
            answer = github_api.get(client, path, per_page=1)
        except NotFound:
            return False
    return answer.data["status"] in ("ahead", "identical")


def _are_unchanged(token: str, repository_id: int, etags: list[str]) -> bool:
    with github_api.client(token) as client:
        for number, etag in enumerate(etags, 1):
            parameters: dict[str, str | int] = {"per_page": PAGE, "page": number}
            if github_api.ask(client, _tags_path(repository_id), parameters, {"If-None-Match": etag}).status != 304:
                return False
    return True


def _pages(client: Requester, path: str, *, most: int, **parameters: str) -> Iterator[Answer]:
    """Yields pages of a list up to the first that is not full, so any addition changes one of the pages.

    Pages are requested by number: links in the response are never followed, so the token cannot leak.
    """
    for number in range(1, -(-most // PAGE) + 1):
        page = github_api.get(client, path, per_page=PAGE, page=number, **parameters)
        yield page
        if len(page.data) < PAGE:
            return


def _tags_path(repository_id: int) -> str:
    return f"/repositories/{repository_id}/tags"


def _past(row: dict[str, Any]) -> PastCommit:
    facts = row["commit"]
    subject = facts["message"].strip().partition("\n")[0][:200]
    return PastCommit(row["sha"], subject, (facts["author"] or {}).get("name") or "", facts["committer"]["date"])
