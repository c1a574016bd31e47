"""Requests, responses and the HTTP server of the local GitHub."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

HTML_BAD_GATEWAY = b"<html><body><h1>502 Bad Gateway</h1>This page is taking too long.</body></html>"


@dataclass
class Request:
    """One request; `headers` by lower-case name, `query` with the last value of each name."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes = b""

    @property
    def token(self) -> str | None:
        """Return the token of `Authorization: token …` or `Bearer …`."""
        scheme, _, value = self.headers.get("authorization", "").partition(" ")
        return value.strip() if scheme.lower() in {"token", "bearer"} else None


@dataclass
class Answer:
    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Logged:
    """One line of the request log; `origin` is "api" or "codeload"."""

    origin: str
    method: str
    path: str
    status: int
    had_authorization: bool


class GitHubError(Exception):
    """An error response, with GitHub's status and message."""

    def __init__(self, status: int, message: str, **headers: str):
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def answer(self) -> Answer:
        shape = {
            "message": self.message,
            "documentation_url": "https://docs.github.com/rest",
            "status": str(self.status),
        }
        return as_json(shape, status=self.status, headers=self.headers)


def as_json(shape: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    typed = {"Content-Type": "application/json; charset=utf-8"} | (headers or {})
    return Answer(status, json.dumps(shape).encode(), typed)


def moved(location: str) -> Answer:
    """GitHub's 301 for a resource with a new URL."""
    shape = {
        "message": "Moved Permanently",
        "url": location,
        "documentation_url": "https://docs.github.com/rest/guides/best-practices-for-using-the-rest-api#follow-redirects",
    }
    return as_json(shape, status=301, headers={"Location": location})


class Server(ThreadingHTTPServer):
    """Serves `respond(request) -> Answer | None` on a thread per connection.

    If it returns None, the connection is closed without a response.
    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, host: str, port: int, respond: Callable[[Request], Answer | None]):
        super().__init__((host, port), Handler)
        self.respond = respond
        self.url = f"http://{host}:{self.server_address[1]}"

    def start(self) -> None:
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """Print nothing: a client may disconnect at any time."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "github.com"
    sys_version = ""
    disable_nagle_algorithm = True
    timeout = 60
    server: Server

    def answer_request(self) -> None:
        parts = urlsplit(self.path)
        size = int(self.headers.get("Content-Length") or 0)
        request = Request(
            method=self.command,
            path=unquote(parts.path),
            query=dict(parse_qsl(parts.query)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(size),
        )
        answer = self.server.respond(request)
        if answer is None:
            self.close_connection = True
            return
        self._send(answer)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = answer_request

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != 304:
            self.send_header("Content-Length", str(len(answer.body)))
        # One write for head and body: a second one would wait for the client's delayed ACK.
        if self.command != "HEAD" and answer.status != 304:
            self._headers_buffer.append(b"\r\n" + answer.body)  # type: ignore[attr-defined]  # of BaseHTTPRequestHandler
            self.flush_headers()
        else:
            self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        """Print nothing: `LocalGitHub.requests` is the log."""
