"""Webhooks: events of repositories are posted to URLs, signed, each from a separate thread.

Source: https://docs.github.com/en/webhooks/webhook-events-and-payloads#delivery-headers
"""

import hashlib
import hmac
import itertools
import json
import threading
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import requests

from demo.local_github.events import ping, push
from demo.local_github.git import GitRepository
from demo.local_github.world import Hook, Repository, World

TIMEOUT = 10  # seconds; GitHub gives up then
USER_AGENT = "GitHub-Hookshot/044aadd"
KEPT = 1_000


@dataclass
class Delivery:
    """One attempt; `guid` identifies the event, also in a redelivery. `status_code` is 0 without a response."""

    id: int
    guid: str
    hook_id: int
    event: str
    payload: str
    redelivery: bool = False
    delivered_at: str = ""
    duration: float = 0
    status: str = "pending"
    status_code: int = 0


class Webhooks:
    """Delivers to the hooks of a world and keeps deliveries until `clear`."""

    def __init__(self, world: World):
        self.world = world
        self.base = ""
        self.deliveries: list[Delivery] = []
        self._numbers = itertools.count(1)
        self._threads: list[threading.Thread] = []

    def add(self, row: Repository, url: str, secret: str) -> Hook:
        """Create a hook for push events and ping it; an existing one gets the new secret.

        Raises ValueError for a URL that is not http or https.
        """
        if not url.startswith(("http://", "https://")):
            raise ValueError(f"{url!r} is no address of a web server")
        known = (hook for hook in self.world.hooks.values() if (hook.repository_id, hook.url) == (row.id, url))
        if hook := next(known, None):
            hook.secret = secret
            self.world.save()
            return hook
        hook = Hook(self.world.free_hook_id(), row.id, url, secret)
        self.world.hooks[hook.id] = hook
        self.world.save()
        self._post(hook, "ping", ping(hook, row, self.base))
        return hook

    def push(self, row: Repository, git: GitRepository, ref: str, *, before: str | None, after: str | None) -> None:
        """Notify the repository's hooks that a branch or tag was created, moved or deleted."""
        hooks = [hook for hook in self.world.hooks.values() if hook.repository_id == row.id]
        if before == after or not hooks:
            return
        payload = push(row, git, ref, before=before, after=after, base=self.base)
        guid = str(uuid.uuid4())
        for hook in hooks:
            self._post(hook, "push", payload, guid=guid)

    def redeliver(self, number: int) -> Delivery:
        """Send an earlier delivery again, with its guid and payload; raises KeyError for an unknown one."""
        first = next((delivery for delivery in self.deliveries if delivery.id == number), None)
        if first is None:
            raise KeyError(f"there is no delivery {number}")
        hook = self.world.hooks[first.hook_id]
        return self._post(hook, first.event, json.loads(first.payload), guid=first.guid, redelivery=True)

    def settle(self, seconds: float = 2 * TIMEOUT) -> None:
        """Wait until no delivery is under way."""
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0, deadline - time.monotonic()))

    def clear(self) -> None:
        """Forget all deliveries."""
        self.deliveries.clear()
        self._threads.clear()

    def _post(
        self, hook: Hook, event: str, payload: dict[str, Any], *, guid: str = "", redelivery: bool = False
    ) -> Delivery:
        body = json.dumps(payload)
        delivery = Delivery(next(self._numbers), guid or str(uuid.uuid4()), hook.id, event, body, redelivery)
        self.deliveries.append(delivery)
        del self.deliveries[:-KEPT]
        thread = threading.Thread(target=_deliver, args=(hook, delivery), daemon=True)
        self._threads = [each for each in self._threads if each.is_alive()] + [thread]
        thread.start()
        return delivery


def headers(hook: Hook, delivery: Delivery) -> dict[str, str]:
    """The headers that GitHub sends with a delivery."""
    body, key = delivery.payload.encode(), hook.secret.encode()
    signatures = {
        "X-Hub-Signature": f"sha1={hmac.new(key, body, hashlib.sha1).hexdigest()}",
        "X-Hub-Signature-256": f"sha256={hmac.new(key, body, hashlib.sha256).hexdigest()}",
    }
    return {
        "Accept": "*/*",
        "Content-Type": "application/json",
        "User-Agent": USER_AGENT,
        "X-GitHub-Delivery": delivery.guid,
        "X-GitHub-Event": delivery.event,
        "X-GitHub-Hook-ID": str(hook.id),
        "X-GitHub-Hook-Installation-Target-ID": str(hook.repository_id),
        "X-GitHub-Hook-Installation-Target-Type": "repository",
    } | (signatures if hook.secret else {})


def _deliver(hook: Hook, delivery: Delivery) -> None:
    """Post once, without following redirects, and store the result in `delivery`."""
    began, delivery.delivered_at = time.monotonic(), datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    status, code = "failed to connect to host", 0
    try:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.post(
                hook.url,
                data=delivery.payload.encode(),
                headers=headers(hook, delivery),
                timeout=TIMEOUT,
                allow_redirects=False,
            )
        status, code = answer.reason, answer.status_code
    except requests.Timeout:
        status = "timed out"
    except requests.RequestException:
        pass
    delivery.duration = round(time.monotonic() - began, 2)
    delivery.status, delivery.status_code = status, code
