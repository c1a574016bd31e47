"""GitHub's failures, each with a message that says what to do."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime

from accounts import single_sign_on


class GitHubError(Exception):
    """A request that GitHub refused or that failed; its message is a sentence for people.

    `problem` is a GitHubConnection.Problem, blank for a transient failure.
    """

    problem = ""
    sentence = "GitHub gave an unexpected answer. Try again, and tell an admin if it happens again."

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence or self.sentence)


class TokenRejected(GitHubError):
    problem = "rejected"
    sentence = "GitHub rejected this token: it is mistyped, expired or revoked. Create a new one on GitHub and save it."


class ScopeMissing(GitHubError):
    problem = "scope"
    sentence = (
        "This classic token lacks the repo scope, so it cannot read private repositories. "
        "Create one with that scope, or a fine-grained token with read access to contents."
    )


class Forbidden(GitHubError):
    problem = "unreadable"
    sentence = (
        "GitHub does not let this token read that. Give a fine-grained token read access to contents, "
        "or authorize a classic token for the organization's single sign-on."
    )


class SignOnRequired(Forbidden):
    """An organization requires single sign-on. At `url`, blank or valid for an hour, the token is authorized."""

    problem = "sign_on"
    sentence = (
        "The organization requires single sign-on, and this token is not authorized for it. "
        "Authorize it on GitHub, then try again."
    )

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url


class NotFound(GitHubError):
    problem = "unreadable"
    sentence = (
        "GitHub cannot find it: it was deleted or renamed, or the token cannot read it. "
        "Select another repository, or give the token access."
    )


class BranchNotFound(NotFound):
    problem = ""
    sentence = (
        "GitHub cannot find this branch: it was deleted or renamed. Choose another branch on your profile. "
        "Published modules are not affected."
    )


class BranchRenamed(GitHubError):
    def __init__(self, branch: str, name: str) -> None:
        super().__init__(
            f"The branch {branch} was renamed to {name} on GitHub. Choose {name} on your profile. "
            "Published modules are not affected."
        )


class RepositoryEmpty(GitHubError):
    sentence = "The repository has no commits yet. Push one, then try again."


class GitHubDown(GitHubError):
    sentence = "GitHub has a problem at the moment. Nothing was changed. Try again in a few minutes."


class GitHubUnreachable(GitHubError):
    sentence = "GitHub did not answer in time. Nothing was changed. Check the connection, then try again."


class Redirected(GitHubError):
    sentence = (
        "GitHub redirected the portal to another address, so the token was not sent. "
        "An admin should check GITHUB_API_URL."
    )


class ArchiveTooLarge(GitHubError):
    def __init__(self, limit_bytes: int) -> None:
        limit = f"{limit_bytes / 1024**2:g} MiB"
        super().__init__(f"The repository's archive is larger than {limit}. Move large files out of it.")


class RateLimited(GitHubError):
    """`reset_at` (aware) is when GitHub accepts requests with this token again."""

    def __init__(self, reset_at: datetime) -> None:
        self.reset_at = reset_at
        super().__init__(
            f"This token reached GitHub's rate limit. Nothing was changed. Try again after {reset_at:%H:%M} UTC."
        )


PLAIN: dict[int, type[GitHubError]] = {
    401: TokenRejected,
    403: Forbidden,
    404: NotFound,
    409: RepositoryEmpty,
    410: NotFound,
    451: NotFound,  # taken down for legal reasons
}


def refusal(status: int, headers: Mapping[str, str], message: str) -> GitHubError:
    """Returns the exception for a failed response; header names are lower-case.

    Source: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
    """
    if single_sign_on.is_required(headers):
        return SignOnRequired(single_sign_on.url(headers))
    if status == 429 or (status == 403 and _is_limited(headers, message)):
        return RateLimited(_reset_at(headers))
    if status == 404 and message == "Branch not found":
        return BranchNotFound()
    if status in PLAIN:
        return PLAIN[status]()
    return GitHubDown() if status >= 500 else GitHubError()


def _is_limited(headers: Mapping[str, str], message: str) -> bool:
    return headers.get("x-ratelimit-remaining") == "0" or "retry-after" in headers or "rate limit" in message.lower()


def _reset_at(headers: Mapping[str, str]) -> datetime:
    """When to retry; a minute from now if GitHub does not say."""
    wait, reset = headers.get("retry-after", ""), headers.get("x-ratelimit-reset", "")
    if wait.isdecimal():
        return datetime.fromtimestamp(time.time() + int(wait), UTC)
    is_used_up = headers.get("x-ratelimit-remaining") == "0"
    return datetime.fromtimestamp(int(reset) if is_used_up and reset.isdecimal() else time.time() + 60, UTC)
