"""GitHub's hourly rate limit, counted per token."""

import threading
import time

from demo.local_github.failures import primary_limit

WINDOW = 3600  # seconds
LIMIT, LIMIT_WITHOUT_TOKEN = 5000, 60


class RateLimits:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._used: dict[str | None, int] = {}
        self._started = int(time.time())

    def clear(self) -> None:
        """Start a new hour."""
        with self._lock:
            self._used, self._started = {}, int(time.time())

    def check(self, token: str | None) -> None:
        """Raise GitHub's 403 if the token has exhausted its hourly limit."""
        if self.state(token)["remaining"] <= 0:
            raise primary_limit()

    def count(self, token: str | None) -> None:
        with self._lock:
            self._used[token] = self._used.get(token, 0) + 1

    def state(self, token: str | None) -> dict[str, int]:
        with self._lock:
            if time.time() >= self._started + WINDOW:
                self._started, self._used = int(time.time()), {}
            used = self._used.get(token, 0)
        limit = LIMIT if token else LIMIT_WITHOUT_TOKEN
        return {
            "limit": limit,
            "used": used,
            "remaining": max(0, limit - used),
            "reset": self._started + WINDOW,
        }

    def headers(self, token: str | None) -> dict[str, str]:
        state = self.state(token)
        named = {f"X-RateLimit-{name.title()}": str(value) for name, value in state.items()}
        return named | {"X-RateLimit-Resource": "core"}
