"""Bare connections to the web server, for readers that are slower or more numerous than a browser."""

import socket
from contextlib import ExitStack
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.test import Client

WHOLE = 60.0  # seconds until a connection that says nothing fails its test


@dataclass
class Connection:
    """One request whose answer is read as slowly as the test likes."""

    socket: socket.socket
    got: bytes = b""
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)

    def head(self) -> int:
        """Read up to the body, and return the status."""
        while b"\r\n\r\n" not in self.got:
            self._more()
        head, _, self.got = self.got.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        self.headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        self.status = int(first.split(" ")[1])
        return self.status

    def until(self, text: str) -> str:
        """Read until the body holds `text`, and return all of the body so far."""
        while text.encode() not in self.got:
            self._more()
        return self.got.decode(errors="replace")

    def rest(self) -> str:
        """The body up to its end."""
        while piece := self.socket.recv(1 << 20):
            self.got += piece
        return self.got.decode(errors="replace")

    def _more(self) -> None:
        piece = self.socket.recv(1 << 16)
        if not piece:
            raise EOFError(self.got[-500:])
        self.got += piece


class Connections(ExitStack):
    """Opens requests to one server; all are closed at the end of the block."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.address = urlsplit(url)

    def ask(self, path: str, browser: Client | None = None, *, window: int = 0) -> Connection:
        """Send a GET as the person who is signed in at `browser`; with `window` the system takes few bytes unread."""
        plug = self.enter_context(socket.socket())
        plug.settimeout(WHOLE)
        if window:
            plug.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
        plug.connect((self.address.hostname, self.address.port))
        cookie = f"Cookie: sessionid={browser.cookies['sessionid'].value}\r\n" if browser else ""
        plug.sendall(
            f"GET {path} HTTP/1.1\r\nHost: {self.address.netloc}\r\n{cookie}Connection: close\r\n\r\n".encode()
        )
        return Connection(plug)
