"""The gateway's routes: raw ASGI, because answers are streams that must not be touched.

`/gateway/anthropic/v1/messages`, `/v1/messages/count_tokens`, `/v1/models`, and the
greetings with which Claude Code looks whether somebody is there.
"""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any, Final

import structlog
from fastapi import APIRouter
from starlette.types import Message, Receive, Scope, Send

from taskyard.server.factory import ProcessContext
from taskyard.server.gateway.admission import Place
from taskyard.server.gateway.anthropic import error_body
from taskyard.server.gateway.exchange import Broken, Header, Outgoing, Refused, Reply
from taskyard.server.gateway.headers import credential_of
from taskyard.server.gateway.service import GatewayService

__all__ = ["PREFIX", "AnthropicGateway", "router"]

log: structlog.stdlib.BoundLogger = structlog.get_logger()

PREFIX: Final = "/gateway/anthropic"

_GREETINGS: Final = frozenset({"", "api/hello"})


class ClientGone(Exception):
    """The agent hung up: whatever is being made for it must stop."""


class AnthropicGateway:
    """One endpoint for every path below the prefix."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = _path_of(scope)
        if scope["method"] in {"GET", "HEAD"} and path in _GREETINGS:
            await _answer(send, HTTPStatus.OK, {})
            return

        process: ProcessContext = scope["app"].state.process
        try:
            await _serve(process.gateway, scope, path, receive, send)
        except Refused as refused:
            await _refuse(send, refused)
        except ClientGone:
            return
        except Broken as broken:
            # Without an end of the body the connection is closed, and the agent knows.
            log.warning("gateway_answer_broke_off", cause=str(broken))


async def _serve(
    service: GatewayService, scope: Scope, path: str, receive: Receive, send: Send
) -> None:
    headers: list[Header] = [(n.lower(), v) for n, v in scope["headers"]]
    # Before the body is read: a stranger's 64 MB are not worth holding.
    caller = await service.identify(credential_of(headers))
    with service.admission.place(caller) as place:
        request = Outgoing(
            method=scope["method"],
            path=path,
            query=scope["query_string"].decode("latin-1"),
            headers=headers,
            body=await _body(receive, place),
        )
        async with _while_connected(receive), service.open(caller, request) as reply:
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


def _path_of(scope: Scope) -> str:
    """The path below the prefix, as it was sent (not decoded)."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    sent = raw.decode("latin-1").partition("?")[0]
    return sent.partition(PREFIX)[2].lstrip("/")


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


async def _refuse(send: Send, refused: Refused) -> None:
    body = error_body(refused.kind, refused.message)
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
router.add_route(
    PREFIX + "/{path:path}",
    AnthropicGateway(),  # pyright: ignore[reportArgumentType]  # an ASGI app is taken as it is
    methods=["GET", "HEAD", "POST"],
    include_in_schema=False,
)
