"""Client of GitHub's REST API: takes a token, returns dataclasses, raises a GitHubError with a readable message."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, BinaryIO
from urllib.parse import quote, urlsplit

import requests
import urllib3
from django.conf import settings

from accounts import github_api, single_sign_on, token_scopes
from accounts.github_api import PAGE, Answer
from accounts.github_errors import ArchiveTooLarge, BranchRenamed, GitHubUnreachable, Redirected

MOST_PAGES = 100
CHUNK = 64 * 1024
DOWNLOAD_SECONDS = 300


@dataclass(frozen=True)
class Identity:
    """Who a token belongs to; `scopes` is empty for a fine-grained token, `expires_at` is aware or None."""

    login: str
    scopes: list[str]
    is_fine_grained: bool
    expires_at: datetime | None


@dataclass(frozen=True)
class Repository:
    id: int
    full_name: str
    private: bool
    default_branch: str
    pushed_at: datetime | None
    description: str


@dataclass(frozen=True)
class Repositories:
    """What a token can read, and the number of organizations that GitHub left out for lack of single sign-on."""

    rows: list[Repository]
    organizations_left_out: int


@dataclass(frozen=True)
class Commit:
    """`tree` is the git object id of its files; `etag` is that of the response."""

    sha: str
    message: str
    committed_at: datetime
    tree: str
    etag: str


@dataclass(frozen=True)
class TreeEntry:
    """A file or link of a commit; `blob` is its git object id, `mode` its git mode ("120000" for a link)."""

    path: str
    mode: str
    blob: str
    size: int


def identify(token: str, *, timeout: float | None = None) -> Identity:
    """Returns whom `token` belongs to and its scopes; `timeout` in seconds, default GITHUB_TIMEOUT.

    Raises ScopeMissing for a classic token that cannot read private repositories, and GitHubError.
    """
    with github_api.client(token, timeout) as client:
        answer = github_api.get(client, "/user")
    scopes, is_fine_grained = token_scopes.read_scopes(token, answer.headers.get("x-oauth-scopes"))
    expires_at = _expiry(answer.headers.get("github-authentication-token-expiration", ""))
    return Identity(str(answer.data["login"]), scopes, is_fine_grained, expires_at)


def repositories(token: str) -> Repositories:
    """Every repository that `token` can read, by name, all of GitHub's pages; raises GitHubError."""
    found: dict[int, Repository] = {}  # a page may repeat a row when the list changes in between
    left_out: set[str] = set()
    with github_api.client(token) as client:
        for page in range(1, MOST_PAGES + 1):
            # Pages are requested by number: links in the response are never followed, so the token cannot leak.
            answer = github_api.get(client, "/user/repos", per_page=PAGE, page=page, sort="full_name")
            found.update((row["id"], _repository(row)) for row in answer.data)
            left_out |= single_sign_on.left_out(answer.headers)
            if 'rel="next"' not in answer.headers.get("link", ""):
                break
    return Repositories(list(found.values()), len(left_out))


def repository(token: str, repository_id: int, *, timeout: float | None = None) -> Repository:
    """The repository with GitHub's numeric id, which survives renames; raises NotFound and other GitHubErrors."""
    with github_api.client(token, timeout) as client:
        return _repository(github_api.get(client, f"/repositories/{repository_id}").data)


def branch_head(token: str, repository_id: int, branch: str, *, timeout: float | None = None) -> Commit:
    """The newest commit of a branch; raises BranchNotFound, BranchRenamed and other GitHubErrors."""
    with github_api.client(token, timeout) as client:
        return _commit(github_api.get(client, _branch_path(repository_id, branch)), branch)


def branch_head_unless(token: str, repository_id: int, branch: str, *, etag: str) -> Commit | None:
    """Conditional `branch_head`: None when the branch still has the commit of `etag`; raises the same errors.

    A 304 response does not count against the token's rate limit:
    https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#use-conditional-requests-if-appropriate
    """
    with github_api.client(token) as client:
        answer = github_api.ask(client, _branch_path(repository_id, branch), {}, {"If-None-Match": etag})
    if answer.status == 304:
        return None
    return _commit(github_api.checked(answer), branch)


def tree(token: str, repository_id: int, sha: str) -> list[TreeEntry] | None:
    """Every file and link of a tree, None when it is too large for one answer; raises GitHubError."""
    with github_api.client(token) as client:
        data = github_api.get(client, f"/repositories/{repository_id}/git/trees/{quote(sha)}", recursive=1).data
    if data["truncated"]:
        return None
    rows = (row for row in data["tree"] if row["type"] == "blob")
    return [TreeEntry(row["path"], row["mode"], row["sha"], row.get("size") or 0) for row in rows]


def download_tarball(token: str, repository_id: int, commit: str, *, into: BinaryIO, limit_bytes: int) -> int:
    """Write the gzipped tar of a commit to `into` and return its bytes.

    Raises ArchiveTooLarge beyond `limit_bytes`, with at most that much written, and other GitHubErrors.
    """
    with github_api.client(token) as client:
        answer = github_api.ask(client, f"/repositories/{repository_id}/tarball/{quote(commit)}")
    if answer.status != 302:
        raise github_api.failure(answer)
    return _download(_safe(answer.headers.get("location", "")), into=into, limit_bytes=limit_bytes)


def _safe(location: str) -> str:
    parts = urlsplit(location)
    is_downgraded = parts.scheme != "https" and settings.GITHUB_API_URL.startswith("https:")
    if parts.scheme not in ("http", "https") or not parts.hostname or is_downgraded:
        raise Redirected
    return location


def _download(url: str, *, into: BinaryIO, limit_bytes: int) -> int:
    """Fetch the short-lived address of an archive on GitHub's other host, which never sees the token."""
    try:
        with requests.Session() as session:
            session.auth = _no_auth
            with session.get(url, stream=True, allow_redirects=False, timeout=settings.GITHUB_TIMEOUT) as response:
                if response.status_code != 200:
                    raise github_api.failure(Answer(response.status_code, {}, None))
                return _copy(response.raw, into=into, limit_bytes=limit_bytes)
    except (requests.RequestException, urllib3.exceptions.HTTPError):
        # Without its cause, whose text holds the address and so the key to the archive.
        raise GitHubUnreachable from None


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keep requests from taking a login for the other host out of a .netrc file."""
    return request


def _copy(stream: urllib3.BaseHTTPResponse, *, into: BinaryIO, limit_bytes: int) -> int:
    size, deadline = 0, time.monotonic() + DOWNLOAD_SECONDS
    for chunk in stream.stream(CHUNK, decode_content=False):
        size += len(chunk)
        if size > limit_bytes:
            raise ArchiveTooLarge(limit_bytes)
        if time.monotonic() > deadline:
            raise GitHubUnreachable
        into.write(chunk)
    return size


def _repository(row: dict[str, Any]) -> Repository:
    return Repository(
        id=row["id"],
        full_name=row["full_name"],
        private=row["private"],
        default_branch=row["default_branch"],
        pushed_at=_time(row["pushed_at"]) if row["pushed_at"] else None,
        description=row["description"] or "",
    )


def _branch_path(repository_id: int, branch: str) -> str:
    return f"/repositories/{repository_id}/branches/{quote(branch)}"


def _commit(answer: Answer, branch: str) -> Commit:
    if answer.data["name"] != branch:  # GitHub sends on who asks for the former name
        raise BranchRenamed(branch, answer.data["name"])
    head = answer.data["commit"]
    facts = head["commit"]
    return Commit(
        sha=head["sha"],
        message=facts["message"],
        committed_at=_time(facts["committer"]["date"]),
        tree=facts["tree"]["sha"],
        etag=answer.headers.get("etag", ""),
    )


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _expiry(text: str) -> datetime | None:
    """GitHub writes "2026-12-01 00:00:00 UTC", or an offset in place of the zone."""
    try:
        return datetime.strptime(text.replace("UTC", "+0000"), "%Y-%m-%d %H:%M:%S %z").astimezone(UTC)
    except ValueError:
        return None
