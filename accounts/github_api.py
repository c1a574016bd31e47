"""The way to GitHub's REST API: requests to its own host alone, and an exception with a sentence where it fails."""

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
SENDABLE = re.compile(r"[!-~]{1,255}")  # what an HTTP header carries; the forms of tokens change, so no more is asked


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    data: Any


@contextmanager
def client(token: str, timeout: float | None = None) -> Iterator[Requester]:
    """Who asks GitHub; `timeout` in seconds, else the setting. Raises TokenRejected for what no header can carry."""
    if not SENDABLE.fullmatch(token):
        raise TokenRejected
    github = Github(
        auth=Auth.Token(token),
        base_url=settings.GITHUB_API_URL,
        timeout=math.ceil(timeout or settings.GITHUB_TIMEOUT),  # PyGithub takes whole seconds alone
        user_agent="Partner-Portal",
        # PyGithub would sleep between requests, and retry for minutes; a person or a worker's lease waits here.
        retry=None,
        seconds_between_requests=None,
        seconds_between_writes=None,
    )
    try:
        yield github.requester
    finally:
        github.close()


def get(client: Requester, path: str, **parameters: str | int) -> Answer:
    """The answer of a GET that must succeed; raises GitHubError."""
    return checked(ask(client, path, parameters))


def checked(answer: Answer) -> Answer:
    """The answer itself when it is one of success, with data; raises GitHubError."""
    if answer.status != 200 or answer.data is None:
        raise failure(answer)
    return answer


def ask(
    client: Requester,
    path: str,
    parameters: Mapping[str, str | int] | None = None,
    headers: dict[str, str] | None = None,
) -> Answer:
    """One GET to the API's own host: `path` is relative, and PyGithub raises when a 301 leads elsewhere."""
    try:
        status, received, text = client.requestJson("GET", path, parameters=dict(parameters or {}), headers=headers)
    except requests.RequestException as error:
        raise GitHubUnreachable from error
    except RuntimeError as error:
        raise Redirected from error
    return Answer(status, received, _parsed(text))


def failure(answer: Answer) -> GitHubError:
    """The exception for an answer that is no success."""
    if 300 <= answer.status < 400:
        return Redirected()
    message = answer.data.get("message", "") if isinstance(answer.data, dict) else ""
    return refusal(answer.status, answer.headers, message)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
