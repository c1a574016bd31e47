"""Clients of the local GitHub for tests: PyGithub, and plain requests that follow no redirect."""

import json
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from github import Auth, Github


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def client(server, token: str = "ghp_demo_alice", **options) -> Github:
    """Return a PyGithub client that neither retries nor waits between requests."""
    options = {"retry": None, "seconds_between_requests": None, "per_page": 100} | options
    return Github(base_url=server.url, auth=Auth.Token(token), **options)


def ask(
    url: str,
    path: str = "",
    *,
    token: str | None = "ghp_demo_alice",
    method: str = "GET",
    body: bytes | None = None,
    timeout: float = 10,
    **headers: str,
) -> Reply:
    """Send one request; header names are passed with underscores and returned in lower case."""
    parts = urlsplit(url + path)
    sent = {"User-Agent": "tests"} | {name.replace("_", "-"): value for name, value in headers.items()}
    if token:
        sent["Authorization"] = f"token {token}"
    connection = HTTPConnection(parts.hostname, parts.port, timeout=timeout)
    try:
        connection.request(method, f"{parts.path}?{parts.query}", body=body, headers=sent)
        response = connection.getresponse()
        received = {name.lower(): value for name, value in response.getheaders()}
        return Reply(response.status, received, response.read())
    finally:
        connection.close()
