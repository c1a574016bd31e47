"""Limits how many requests one web process serves at once."""

import asyncio
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

# Neither holds a database connection: the live log, a stream that stays open for hours, and the probe that must answer
# while all places are taken, or the process would be restarted for being busy.
UNLIMITED = re.compile(r"/deployments/[^/]+/runs/[0-9]+/log/|/livez")


Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]


class Limited:
    """
    ASGI middleware: serves `at_once` requests at a time, the others wait.

    Each request holds a database connection, and PostgreSQL has a fixed number of them.
    """

    def __init__(self, application: Callable[..., Awaitable[None]], *, at_once: int) -> None:
        self.application = application
        self.places = asyncio.Semaphore(at_once)

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or UNLIMITED.fullmatch(scope["path"]):
            await self.application(scope, receive, send)
            return
        async with self.places:
            await self.application(scope, receive, send)
