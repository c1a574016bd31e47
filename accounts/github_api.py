"""HTTP layer of the GitHub client: requests to GitHub's own host only; failures become GitHubErrors."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests
from django.conf import settings
from github import Auth, Github
from github.Requester import Requester

from accounts.github_errors import GitHubError, GitHubUnreachable, Redirected, TokenRejected, refusal

PAGE = 100  # GitHub's largest
SENDABLE = re.compile(r"[!-~]{1,255}")  # valid in an HTTP header; token formats change, so nothing else is checked


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    data: Any


@contextmanager
def client(token: str, timeout: float | None = None) -> Iterator[Requester]:
    """A requester; `timeout` in seconds, default GITHUB_TIMEOUT. Raises TokenRejected if it fits in no header."""
    if not SENDABLE.fullmatch(token):
        raise TokenRejected
    github = Github(
        auth=Auth.Token(token),
        base_url=settings.GITHUB_API_URL,
        timeout=math.ceil(timeout or settings.GITHUB_TIMEOUT),  # PyGithub takes whole seconds only
        user_agent="Partner-Portal",
        # By default PyGithub sleeps between requests and retries for minutes, while a person or a lease waits.
        retry=None,
        seconds_between_requests=None,
        seconds_between_writes=None,
    )
    try:
        yield github.requester
    finally:
        github.close()


def get(client: Requester, path: str, **parameters: str | int) -> Answer:
    """Returns the response of a GET; raises GitHubError unless it succeeded."""
    return checked(ask(client, path, parameters))


def checked(answer: Answer) -> Answer:
    """Returns a successful response with data unchanged; raises GitHubError otherwise."""
    if answer.status != 200 or answer.data is None:
        raise failure(answer)
    return answer


def ask(
    client: Requester,
    path: str,
    parameters: Mapping[str, str | int] | None = None,
    headers: dict[str, str] | None = None,
) -> Answer:
    """Sends one GET to the API's host: `path` is relative, and PyGithub raises when a 301 points to another host."""
    try:
        status, received, text = client.requestJson("GET", path, parameters=dict(parameters or {}), headers=headers)
    except requests.RequestException as error:
        raise GitHubUnreachable from error
    except RuntimeError as error:
        raise Redirected from error
    return Answer(status, received, _parsed(text))


def failure(answer: Answer) -> GitHubError:
    """Returns the exception for a failed response."""
    if 300 <= answer.status < 400:
        return Redirected()
    message = answer.data.get("message", "") if isinstance(answer.data, dict) else ""
    return refusal(answer.status, answer.headers, message)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
