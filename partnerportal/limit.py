"""How many requests one web process serves at once."""

import asyncio
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

# The live log is a stream that stays open for hours and holds no database connection of its own.
STREAMS = re.compile(r"^/deployments/[^/]+/runs/[0-9]+/log/$")


Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]


class Limited:
    """
    An ASGI application that lets `at_once` requests through and the others wait.

    Each request runs in a thread with a database connection of its own, and PostgreSQL has a fixed number of them.
    """

    def __init__(self, application: Callable[..., Awaitable[None]], *, at_once: int) -> None:
        self.application = application
        self.places = asyncio.Semaphore(at_once)

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or STREAMS.match(scope["path"]):
            await self.application(scope, receive, send)
            return
        async with self.places:
            await self.application(scope, receive, send)
