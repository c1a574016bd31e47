"""The second origin: archives by short-lived links, without authentication."""

import secrets
import threading
import time
from dataclasses import dataclass

from demo.local_github.git import GitRepository
from demo.local_github.http import Answer, Request

LINK_LIFE = 300  # seconds; GitHub's links to private archives live five minutes


@dataclass(frozen=True)
class Link:
    path: str
    repository: GitRepository
    commit: str
    top: str
    expires: float


class Codeload:
    """Hands out links to archives and serves them."""

    def __init__(self) -> None:
        self.url = ""
        self._lock = threading.Lock()
        self._links: dict[str, Link] = {}

    def link(self, repository: GitRepository, *, full_name: str, ref: str, commit: str) -> str:
        """Return the URL that gives the archive of `commit` for the next five minutes."""
        path = f"/{full_name}/legacy.tar.gz/{ref}"
        top = f"{full_name.replace('/', '-')}-{commit[:7]}/"
        key = secrets.token_urlsafe(24)
        with self._lock:
            now = time.monotonic()
            self._links = {k: link for k, link in self._links.items() if link.expires > now}
            self._links[key] = Link(path, repository, commit, top, now + LINK_LIFE)
        return f"{self.url}{path}?token={key}"

    def answer(self, request: Request) -> Answer:
        """Serve an archive; a request that brings an Authorization header is refused with 400."""
        if "authorization" in request.headers:
            return _plain(400, "400: Bad Request")
        link = self._links.get(request.query.get("token", ""))
        if link is None or link.path != request.path or link.expires < time.monotonic():
            return _plain(404, "404: Not Found")
        archive = link.repository.archive(link.commit, prefix=link.top)
        name = link.top.rstrip("/")
        return Answer(
            200,
            archive,
            {
                "Content-Type": "application/x-gzip",
                "Content-Disposition": f"attachment; filename={name}.tar.gz",
                "ETag": f'W/"{link.commit}"',
            },
        )


def _plain(status: int, text: str) -> Answer:
    return Answer(status, text.encode(), {"Content-Type": "text/plain; charset=utf-8"})
