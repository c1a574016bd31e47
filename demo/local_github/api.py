"""The API origin: authentication, permission, routing, and GitHub's response headers."""

import hashlib
import re
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

from demo.local_github import routes, single_sign_on
from demo.local_github.call import Call
from demo.local_github.codeload import Codeload
from demo.local_github.git import GitFailed, GitRepository
from demo.local_github.http import Answer, GitHubError, Request, as_json, moved
from demo.local_github.limits import RateLimits
from demo.local_github.paging import Paged
from demo.local_github.world import Repository, Token, World

ACCOUNT_ROUTES = (
    (r"/user", routes.user),
    (r"/user/repos", routes.user_repositories),
    (r"/rate_limit", routes.rate_limit),
)
REPOSITORY_ROUTES = (
    (r"", routes.repository),
    (r"/branches", routes.branches),
    (r"/branches/(?P<name>.+)", routes.branch),
    (r"/tags", routes.tags),
    (r"/compare/(?P<base>.+)\.\.\.(?P<head>.+)", routes.compare),
    (r"/commits", routes.commits),
    (r"/commits/(?P<ref>.+)", routes.commit),
    (r"/git/commits/(?P<sha>[0-9a-f]{40})", routes.git_commit),
    (r"/git/ref/(?P<name>.+)", routes.ref),
    (r"/git/matching-refs/(?P<name>.+)", routes.matching_refs),
    (r"/git/trees/(?P<ref>.+)", routes.tree),
    (r"/git/blobs/(?P<sha>[0-9a-f]{40})", routes.blob),
    (r"/contents/?(?P<path>.*)", routes.contents),
    (r"/tarball(?:/(?P<ref>.+))?", routes.tarball),
)
BY_NAME = re.compile(r"/repos/([^/]+/[^/]+)(/.*)?")
BY_ID = re.compile(r"/repositories/(\d+)(/.*)?")


class Api:
    """Answers requests to the API origin."""

    def __init__(self, world: World, codeload: Codeload, git_of: Callable[[Repository], GitRepository | None]):
        self.world = world
        self.codeload = codeload
        self.git_of = git_of
        self.limits = RateLimits()
        self.base = ""

    def answer(self, request: Request) -> Answer:
        """Answer one request, errors included, with the headers that GitHub always sends."""
        token = None
        try:
            token = self._authenticate(request)
            answer = self._answer(request, token)
        except GitHubError as error:
            answer = error.answer()
        except GitFailed:  # git cannot read such a path or name
            answer = GitHubError(404, "Not Found").answer()
        return self._finish(request, token, answer)

    def _authenticate(self, request: Request) -> Token:
        if not request.headers.get("user-agent"):
            raise GitHubError(403, "Request forbidden by administrative rules.")
        if "authorization" not in request.headers:
            raise GitHubError(401, "Requires authentication")
        token = self.world.token(request.token or "")
        if token is None:
            raise GitHubError(401, "Bad credentials")
        if request.path != "/rate_limit":
            self.limits.check(token.value)
        return token

    def _answer(self, request: Request, token: Token) -> Answer:
        if request.method not in {"GET", "HEAD"} or "\0" in request.path:
            raise GitHubError(404, "Not Found")
        call = Call(request, token, self.world, self.codeload, self.limits, self.base)
        rest = self._enter_repository(call)
        if isinstance(rest, Answer):
            return rest
        table = REPOSITORY_ROUTES if call.repository else ACCOUNT_ROUTES
        for pattern, route in table:
            if match := re.fullmatch(pattern, rest):
                return _answer_of(route(call, **match.groupdict()))
        raise GitHubError(404, "Not Found")

    def _enter_repository(self, call: Call) -> str | Answer:
        """Find the path's repository and return the rest of the path.

        A former name is answered with GitHub's 301 to the path by id.
        """
        path = call.request.path
        if match := BY_NAME.fullmatch(path):
            name, rest = match[1], (match[2] or "").rstrip("/")
            found, former = self.world.find(name), self.world.find_former(name)
            if found is None and former and call.token.may_read(former):
                return moved(f"{self.base}/repositories/{former.id}{rest}")
        elif match := BY_ID.fullmatch(path):
            found, rest = self.world.repositories.get(int(match[1])), (match[2] or "").rstrip("/")
        else:
            return path
        if found is None or not call.token.may_read(found):
            raise GitHubError(404, "Not Found")
        if found.owner in call.token.unauthorized:
            raise single_sign_on.required(found.owner, base=self.base)
        call.repository, call.git = found, self.git_of(found)
        return rest

    def _finish(self, request: Request, token: Token | None, answer: Answer) -> Answer:
        """Add GitHub's headers; an unchanged response becomes 304 and does not count against the rate limit."""
        headers = answer.headers
        if answer.status == 200:
            headers["ETag"] = f'W/"{hashlib.sha256(answer.body).hexdigest()}"'
            headers["Cache-Control"] = "private, max-age=60, s-maxage=60"
            headers["Vary"] = "Accept, Authorization, Cookie, X-GitHub-OTP"
        is_unchanged = headers.get("ETag") in _etags(request)
        value = token.value if token else None
        if not is_unchanged and request.path != "/rate_limit":
            self.limits.count(value)
        answer.headers = (
            self.limits.headers(value)
            | _token_headers(token)
            | {"X-GitHub-Media-Type": "github.v3; format=json"}
            | {"X-GitHub-Request-Id": secrets.token_hex(12).upper()}
            | headers
        )
        if is_unchanged:
            return Answer(304, b"", answer.headers)
        return answer


def _etags(request: Request) -> list[str]:
    return [tag.strip() for tag in request.headers.get("if-none-match", "").split(",") if tag]


def _token_headers(token: Token | None) -> dict[str, str]:
    """Return the headers for a classic token's scopes and a token's expiry."""
    if token is None:
        return {}
    headers = {}
    if token.scopes is not None:
        headers["X-OAuth-Scopes"] = ", ".join(token.scopes)
        headers["X-Accepted-OAuth-Scopes"] = "repo"
    if token.expires_at:
        at = datetime.fromisoformat(token.expires_at)
        headers["GitHub-Authentication-Token-Expiration"] = at.strftime("%Y-%m-%d %H:%M:%S UTC")
    return headers


def _answer_of(result: Any) -> Answer:
    if isinstance(result, Answer):
        return result
    if isinstance(result, Paged):
        return as_json(result.items, headers=result.headers | ({"Link": result.link} if result.link else {}))
    return as_json(result)
