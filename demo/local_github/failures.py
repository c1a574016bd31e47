"""Makes the local GitHub fail as GitHub does."""

import threading
import time
from dataclasses import dataclass

from demo.local_github.http import HTML_BAD_GATEWAY, Answer, GitHubError, Request, as_json

MODES = ("401", "403", "rate_limit", "secondary_limit", "404", "5xx", "hang", "redirect")
LONGEST_HANG = 600  # seconds


@dataclass
class Failure:
    """A failure of requests to `origin` whose path begins with `path_prefix`: `times` times, None for always."""

    mode: str
    path_prefix: str
    times: int | None
    origin: str

    def concerns(self, origin: str, path: str) -> bool:
        return self.origin == origin and self.times != 0 and path.startswith(self.path_prefix)


class Failures:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures: list[Failure] = []
        self._released = threading.Event()

    def add(self, mode: str, *, path_prefix: str, times: int | None, origin: str) -> None:
        if mode not in MODES:
            raise ValueError(f"{mode!r} is none of {', '.join(MODES)}")
        with self._lock:
            self._failures.append(Failure(mode, path_prefix, times, origin))

    def clear(self) -> None:
        """Remove all failures and release hanging requests."""
        with self._lock:
            self._failures.clear()
            released, self._released = self._released, threading.Event()
        released.set()

    def strike(self, origin: str, request: Request, *, elsewhere: str) -> tuple[bool, Answer | None]:
        """Return whether the request fails, and its response: None after a hang."""
        with self._lock:
            failure = next((f for f in self._failures if f.concerns(origin, request.path)), None)
            if failure is None:
                return False, None
            if failure.times is not None:
                failure.times -= 1
            released = self._released
        if failure.mode == "hang":
            released.wait(LONGEST_HANG)
            return True, None
        return True, failed(failure.mode, location=f"{elsewhere}{request.path}")


def failed(mode: str, *, location: str) -> Answer:
    """Return the response of a failure, shaped as GitHub sends it.

    `redirect` points to another origin, which must never see a token.
    Source: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
    """
    if mode == "5xx":
        return Answer(502, HTML_BAD_GATEWAY, {"Content-Type": "text/html; charset=utf-8"})
    if mode == "redirect":
        moved = {"message": "Moved Permanently", "url": location}
        return as_json(moved, status=301, headers={"Location": location})
    return REFUSALS[mode]().answer()


def primary_limit() -> GitHubError:
    error = GitHubError(403, "API rate limit exceeded for user ID 1000001.")
    error.headers = {
        "X-RateLimit-Limit": "5000",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Used": "5000",
        "X-RateLimit-Reset": str(int(time.time()) + 1800),
        "X-RateLimit-Resource": "core",
    }
    return error


REFUSALS = {
    "401": lambda: GitHubError(401, "Bad credentials"),
    "403": lambda: GitHubError(403, "Resource not accessible by personal access token"),
    "404": lambda: GitHubError(404, "Not Found"),
    "rate_limit": primary_limit,
    "secondary_limit": lambda: GitHubError(
        429,
        "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
        Retry_After="60",
    ),
}
