"""
From an ASGI request to an answer.

A request is read before it takes a place, its page is made in one go on the thread of that place, and the place is free
again while the answer is sent. A stream takes places of its own, one for each piece (foundation/places.py).
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import suppress
from typing import Any, TypeVar, cast

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.middleware import SessionMiddleware
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, ASGIRequest, get_script_prefix
from django.db import Error as DatabaseError
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix

from foundation.places import PATIENCE, NoPlace, Places
from foundation.streams import StreamedResponse
from partnerportal import outage
from partnerportal.addresses import Addresses
from partnerportal.bodies import Bodies, declared
from partnerportal.connections import uncounted
from partnerportal.refusals import Receive, Refused, Scope, Send, refuse
from partnerportal.streams import Streams

Result = TypeVar("Result")
PROBE = "/livez"  # answers while all places are taken, or the process would be restarted for being busy


class Handler(ASGIHandler):
    """Django's handler, bounded. Django's own changes threads, and opens a connection to the database, many times."""

    def __init__(self, places: Places, addresses: Addresses, streams: Streams) -> None:
        super().__init__()
        self.load_middleware(is_async=False)
        self.places, self.addresses, self.streams = places, addresses, streams
        self.bodies = Bodies(self._is_known)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if scope["path"] == PROBE:
                if declared(scope) != 0:  # which nobody reads, for as long as it comes
                    raise Refused("413")
                response = await sync_to_async(self._respond, thread_sensitive=False)(scope, None)
                await self.send_response(response, send)
                return
            with self.addresses.counted(scope) as address:
                async with self.bodies.read(scope, receive, address) as body:
                    stream = await while_connected(receive, self._serve(scope, body, send, address))
            if stream:
                with uncounted(scope):
                    await while_connected(receive, self.streams.serve(stream, self.send_response, send))
        except Refused as refusal:
            await refuse(refusal.name, scope, receive, send)
        except NoPlace:
            await refuse("503_busy", scope, receive, send)
        except DatabaseError as error:
            if not outage.is_one(error):
                raise
            await refuse("503", scope, receive, send)
        except RequestAborted:
            return

    async def _serve(self, scope: Scope, body: Any, send: Send, address: str) -> StreamedResponse | None:
        """Send the answer; returns one that is a stream, which outlasts its request."""
        response = await self.places.run(self._respond, scope, body, who=address, patience=PATIENCE)
        if isinstance(response, StreamedResponse):
            return response
        try:
            await self.send_response(response, send)
        finally:
            if response.streaming:
                response.close()
        return None

    def _respond(self, scope: Scope, body: Any) -> HttpResponseBase:
        """The response, made on the thread of a place. One that is complete is closed there, with its connection."""
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=self.__class__, scope=scope)
        request, response = self.create_request(scope, body)
        response = response or self._answered(request)
        if not response.streaming:
            response.close()
        return response

    def _answered(self, request: ASGIRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if isinstance(response, FileResponse):
            response.block_size = self.chunk_size
        if isinstance(response, StreamingHttpResponse):
            if request.method == "HEAD":
                response.streaming_content = _blocks(iter(()))
            elif not response.is_async:
                response.streaming_content = _blocks(cast("Iterator[bytes]", response.streaming_content))
        return response

    async def _is_known(self, scope: Scope) -> bool:
        who = self.addresses.of(scope)
        return await self.places.run(_is_signed_in, self.create_request(scope, None)[0], who=who)


def _is_signed_in(request: ASGIRequest | None) -> bool:
    if request is None or "\0" in request.COOKIES.get(settings.SESSION_COOKIE_NAME, ""):
        return False
    SessionMiddleware(HttpResponse).process_request(request)
    return get_user(request).is_authenticated


async def while_connected(receive: Receive, work: Awaitable[Result]) -> Result | None:
    """Await `work`, and cancel it when the client leaves."""
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_departure(receive))
    try:
        await asyncio.wait([working, leaving], return_when=asyncio.FIRST_COMPLETED)
    finally:
        working.cancel()
        leaving.cancel()
    with suppress(asyncio.CancelledError):
        return await working
    return None


async def _departure(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _blocks(content: Iterator[bytes]) -> AsyncIterator[bytes]:
    """The blocks of a file of this machine, the only thing that is streamed without waiting for anything."""
    for block in content:
        yield block
