"""The gateway's routes: raw ASGI, because answers are streams that must not be touched.

One prefix a vendor: `/gateway/anthropic`, `/gateway/openai/v1`, `/gateway/gemini`; what
passes below each, and the greetings with which agents look whether somebody is there, is
in `gateway.dialects`.
"""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import APIRouter
from starlette.types import Message, Receive, Scope, Send

from taskyard.server.factory import ProcessContext
from taskyard.server.gateway.admission import Place
from taskyard.server.gateway.dialects import DIALECTS, Dialect
from taskyard.server.gateway.exchange import Broken, Header, Outgoing, Refused, Reply
from taskyard.server.gateway.headers import credential_of
from taskyard.server.gateway.service import GatewayService

__all__ = ["Gateway", "router"]

log: structlog.stdlib.BoundLogger = structlog.get_logger()


class ClientGone(Exception):
    """The agent hung up: whatever is being made for it must stop."""


class Gateway:
    """One endpoint for every path below a vendor's prefix."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        dialect = self._dialect
        path = _path_of(scope, dialect.prefix)
        if scope["method"] in {"GET", "HEAD"} and path in dialect.greetings:
            await _answer(send, HTTPStatus.OK, {})
            return

        process: ProcessContext = scope["app"].state.process
        try:
            request = _head(scope, path)
            await _serve(process.gateway, dialect, request, receive, send)
        except Refused as refused:
            await _refuse(send, dialect, refused)
        except ClientGone:
            return
        except Broken as broken:
            # Without an end of the body the connection is closed, and the agent knows.
            log.warning("gateway_answer_broke_off", cause=str(broken))


def _head(scope: Scope, path: str) -> Outgoing:
    """The request without its body."""
    return Outgoing(
        method=scope["method"],
        path=path,
        query=scope["query_string"].decode("latin-1"),
        headers=[(n.lower(), v) for n, v in scope["headers"]],
        body=b"",
    )


async def _serve(
    service: GatewayService,
    dialect: Dialect,
    head: Outgoing,
    receive: Receive,
    send: Send,
) -> None:
    # Before the body is read: a stranger's 64 MB are not worth holding.
    caller = await service.identify(credential_of(head.headers, head.query))
    with service.admission.place(caller) as place:
        request = replace(head, body=await _body(receive, place))
        async with (
            _while_connected(receive),
            service.open(dialect.name, caller, request) as reply,
        ):
            await _pass_back(reply, send)


async def _pass_back(reply: Reply, send: Send) -> None:
    start: Message = {
        "type": "http.response.start",
        "status": reply.status,
        "headers": list(reply.headers),
    }
    await send(start)
    async for chunk in reply.chunks:
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def _path_of(scope: Scope, prefix: str) -> str:
    """The path below the prefix, as it was sent (not decoded)."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    sent = raw.decode("latin-1").partition("?")[0]
    return sent.partition(prefix)[2].lstrip("/")


async def _body(receive: Receive, place: Place) -> bytes:
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        part: bytes = message.get("body", b"")
        place.add(len(part))
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


@asynccontextmanager
async def _while_connected(receive: Receive) -> AsyncGenerator[None]:
    """Cancel the body of the context when the client hangs up; raises `ClientGone`.

    `send` does not tell: it succeeds after the client has gone.
    """

    async def watch() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        raise ClientGone

    try:
        async with asyncio.TaskGroup() as group:
            watcher = group.create_task(watch(), name="gateway disconnect")
            try:
                yield
            finally:
                watcher.cancel()
    except BaseExceptionGroup as errors:
        # The first error ended the group; others are its echo.
        raise errors.exceptions[0] from errors.exceptions[0].__cause__


async def _refuse(send: Send, dialect: Dialect, refused: Refused) -> None:
    body = dialect.error(refused)
    # Agents retry up to ten times of themselves, and most answers would be the same.
    retry = b"true" if refused.worth_retrying else b"false"
    await _answer(send, refused.status, body, (b"x-should-retry", retry))


async def _answer(
    send: Send, status: HTTPStatus, document: dict[str, Any], *more: Header
) -> None:
    body = json.dumps(document).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        *more,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


router = APIRouter()
for _dialect in DIALECTS.values():
    router.add_route(
        _dialect.prefix + "/{path:path}",
        Gateway(_dialect),  # pyright: ignore[reportArgumentType]  # an ASGI app is taken as it is
        methods=["GET", "HEAD", "POST"],
        include_in_schema=False,
    )
