"""A local GitHub: the part of its REST API that the portal uses, over real git repositories.

    python -m demo.github --port 0 --data .data/github

prints `Listening http://127.0.0.1:<port>` and serves the demo world until it is stopped. Tests use
the class:

    with LocalGitHub(directory) as github:
        github.add_repository("dora-example/modules", {"vpc/main.tf": "…"})
        github.add_token("ghp_dora", login="dora-example")
        github.fail("rate_limit", times=1)

Archives come from a second origin, which refuses a request that brings an Authorization header.
"""

import argparse
import signal
import sys
import threading
from pathlib import Path
from typing import Self

from demo.local_github.api import Api
from demo.local_github.codeload import Codeload
from demo.local_github.control import VERBS, Control
from demo.local_github.failures import Failures
from demo.local_github.hooks import Delivery
from demo.local_github.http import Answer, Logged, Request, Server
from demo.local_github.store import Store
from demo.local_github.world import Hook

LOGGED_REQUESTS = 10_000


class LocalGitHub(Store):
    """One local GitHub on two ports, with its world in `data_dir`."""

    def __init__(self, data_dir: Path | str, *, host: str = "127.0.0.1", port: int = 0, seeded: bool = True):
        super().__init__(data_dir, seeded=seeded)
        self.host, self.port = host, port
        self.requests: list[Logged] = []
        self.failures = Failures()
        self.codeload = Codeload()
        self.api = Api(self.world, self.codeload, self.git_of)
        verbs = {name: getattr(self, name) for name in VERBS}
        self.control = Control(verbs | {"requests": lambda: self.requests})
        self._servers: list[Server] = []

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Return the API's base URL, for GITHUB_API_URL."""
        return self.api.base

    def start(self) -> None:
        """Serve both origins on threads; raises OSError when the port is taken.

        After a stop the API restarts on the same port.
        """
        api = Server(self.host, self.port, self._answer_api)
        codeload = Server(self.host, 0, self._answer_codeload)
        self.port = api.server_address[1]
        self.api.base, self.codeload.url = api.url, codeload.url
        self.hooks.base = api.url
        self._servers = [api, codeload]
        for server in self._servers:
            server.start()

    def stop(self) -> None:
        """Stop serving and release hanging requests; the data stays on disk."""
        self.failures.clear()
        for server in self._servers:
            server.stop()
        self._servers = []

    def fail(self, mode: str, *, path_prefix: str = "", times: int | None = None, origin: str = "api") -> None:
        """Fail requests whose path begins with `path_prefix`, `times` times or until `clear()`.

        Modes: 401, 403, rate_limit, secondary_limit, 404, 5xx, hang, and redirect (301 to the
        other origin, which must never see a token). `origin` is "api" or "codeload". Raises
        ValueError for any other mode.
        """
        self.failures.add(mode, path_prefix=path_prefix, times=times, origin=origin)

    def add_webhook(self, full_name: str, url: str, secret: str) -> Hook:
        """Deliver pushes to `url`, signed with `secret`, from now on; starts with a ping."""
        return self.hooks.add(self._row(full_name), url, secret)

    def deliveries(self) -> list[Delivery]:
        """Deliveries to webhooks, oldest first; `status` is "pending" until there is a response."""
        return list(self.hooks.deliveries)

    def redeliver(self, id: int) -> Delivery:
        """Send an earlier delivery again, with the same payload and X-GitHub-Delivery."""
        return self.hooks.redeliver(id)

    def settle(self) -> None:
        """Wait until no delivery is under way."""
        self.hooks.settle()

    def clear(self) -> None:
        """Reset failures, the logs of requests and deliveries, and the rate limits."""
        self.failures.clear()
        self.requests.clear()
        self.hooks.clear()
        self.api.limits.clear()

    def reset(self) -> None:
        """Restore the data as it was when this was created, and clear."""
        self.clear()
        self.restore()

    def _answer_api(self, request: Request) -> Answer | None:
        if request.path == "/_control":
            return self.control.answer(request)
        return self._answer("api", request, elsewhere=self.codeload.url)

    def _answer_codeload(self, request: Request) -> Answer | None:
        return self._answer("codeload", request, elsewhere=self.api.base)

    def _answer(self, origin: str, request: Request, *, elsewhere: str) -> Answer | None:
        if not self._servers:  # stopped: kept-alive connections get no response either
            return None
        has_failed, answer = self.failures.strike(origin, request, elsewhere=elsewhere)
        if not has_failed:
            origins: dict[str, Api | Codeload] = {"api": self.api, "codeload": self.codeload}
            answer = origins[origin].answer(request)
        status = answer.status if answer else 0
        had_authorization = "authorization" in request.headers
        logged = Logged(origin, request.method, request.path, status, had_authorization)
        self.requests.append(logged)
        del self.requests[:-LOGGED_REQUESTS]
        return answer


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m demo.github", description="A local GitHub")
    parser.add_argument("--data", required=True, type=Path, help="where its repositories are kept")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", default=0, type=int, help="0 takes a free one")
    parser.add_argument(
        "--add",
        action="append",
        default=[],
        metavar="OWNER/NAME=PATH",
        help="serve a folder, or a bare git directory, as this repository too",
    )
    return parser


def main() -> None:
    """Serve until SIGINT or SIGTERM."""
    options = arguments().parse_args()
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    github = LocalGitHub(options.data, host=options.host, port=options.port)
    for full_name, _, path in (text.partition("=") for text in options.add):
        if github.world.find(full_name) is None:
            github.add_from_directory(full_name, path)
    try:
        github.start()
    except OSError as error:
        sys.exit(f"The local GitHub cannot listen on port {options.port}: {error.strerror}")
    print(f"Listening {github.url}", flush=True)
    stopping.wait()
    github.stop()


if __name__ == "__main__":
    main()
