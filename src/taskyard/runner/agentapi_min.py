"""The three AgentAPI routes that start-up checks and simple clients need."""

import asyncio
import json
from contextlib import suppress
from http import HTTPStatus
from typing import Any, Final, cast, final

import h11

from taskyard.runner.agents.conversation import Busy, Conversation

__all__ = ["MinimalAgentApi"]

BODY_BYTES: Final = 4 * 1024 * 1024
REQUEST_SECONDS: Final = 30.0


@final
class MinimalAgentApi:
    """See `ChatSurface`."""

    async def serve(self, conversation: Conversation, *, port: int) -> None:
        async def connected(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter
        ) -> None:
            try:
                with suppress(ConnectionError, TimeoutError, h11.ProtocolError):
                    async with asyncio.timeout(REQUEST_SECONDS):
                        await _exchange(conversation, reader, writer)
            finally:
                writer.close()

        server = await asyncio.start_server(connected, "127.0.0.1", port)
        async with server:
            await server.serve_forever()


async def _exchange(
    conversation: Conversation,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> None:
    connection = h11.Connection(h11.SERVER)
    request: h11.Request | None = None
    body = b""
    while True:
        event = connection.next_event()
        match event:
            case h11.Request():
                request = event
            case h11.Data():
                body += bytes(event.data)
            case h11.EndOfMessage():
                break
            case h11.ConnectionClosed():
                return
            case _:
                connection.receive_data(await reader.read(65536))
        if len(body) > BODY_BYTES:
            return
    assert request is not None  # noqa: S101 - h11 gives the request before its end
    status, answer = await _answer(conversation, request, body)
    encoded = json.dumps(answer).encode()
    kind = (
        b"application/json" if status == HTTPStatus.OK else b"application/problem+json"
    )
    headers = [
        (b"content-type", kind),
        (b"content-length", b"%d" % len(encoded)),
        (b"connection", b"close"),
    ]
    for out in (
        h11.Response(status_code=status, headers=headers),
        h11.Data(data=encoded),
        h11.EndOfMessage(),
    ):
        writer.write(connection.send(out) or b"")
    await writer.drain()


async def _answer(
    conversation: Conversation, request: h11.Request, body: bytes
) -> tuple[HTTPStatus, dict[str, Any]]:
    path = request.target.partition(b"?")[0]
    match (request.method, path):
        case (b"GET", b"/status"):
            return HTTPStatus.OK, {
                "status": conversation.status,
                "agent_type": conversation.agent,
                "transport": conversation.transport,
            }
        case (b"GET", b"/messages"):
            return HTTPStatus.OK, {
                "messages": [
                    {"id": m.id, "content": m.text, "role": m.role, "time": m.at}
                    for m in conversation.transcript.messages
                ]
            }
        case (b"POST", b"/message"):
            return await _message(conversation, body)
        case _:
            return _problem(HTTPStatus.NOT_FOUND, "no such route")


async def _message(
    conversation: Conversation, body: bytes
) -> tuple[HTTPStatus, dict[str, Any]]:
    try:
        given = json.loads(body)
    except ValueError:
        return _problem(HTTPStatus.UNPROCESSABLE_ENTITY, "the body is not JSON")
    fields = cast("dict[str, Any]", given) if isinstance(given, dict) else {}
    content, kind = fields.get("content"), fields.get("type")
    if not isinstance(content, str) or kind != "user":
        return _problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            'content must be text and type must be "user"',
        )
    if not content.strip():
        return _problem(HTTPStatus.INTERNAL_SERVER_ERROR, "message must not be empty")
    try:
        await conversation.say(content.strip())
    except Busy as exc:
        return _problem(
            HTTPStatus.INTERNAL_SERVER_ERROR,
            f"message can only be sent when the agent is waiting for user input: {exc}",
        )
    return HTTPStatus.OK, {"ok": True}


def _problem(status: HTTPStatus, detail: str) -> tuple[HTTPStatus, dict[str, Any]]:
    return status, {"title": status.phrase, "status": int(status), "detail": detail}
