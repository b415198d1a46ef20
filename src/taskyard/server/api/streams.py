"""Streams that are not one answer: logs by WebSocket, changes by WebSocket or SSE."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Final, TypeVar

from fastapi import WebSocket, WebSocketDisconnect
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from taskyard.kit.errors import TaskyardError
from taskyard.server.db.broadcast import Subscription

__all__ = ["changes", "event_stream", "send_all"]

Value = TypeVar("Value", bound=BaseModel)

_PING_SECONDS: Final = 15.0
_NORMAL_END: Final = 1000
_SSE_HEADERS: Final = {"cache-control": "no-store", "x-accel-buffering": "no"}


async def send_all(socket: WebSocket, messages: AsyncGenerator[str]) -> None:
    """Accept, send every message, and close normally; stop when the client goes.

    What the client sends is read and ignored: only so is it seen that it went.
    """
    await socket.accept()
    async with asyncio.TaskGroup() as group:
        sending = group.create_task(_send(socket, messages))
        gone = group.create_task(_gone(socket))
        gone.add_done_callback(lambda _: sending.cancel())
        sending.add_done_callback(lambda _: gone.cancel())


async def _send(socket: WebSocket, messages: AsyncGenerator[str]) -> None:
    try:
        async for message in messages:
            await socket.send_text(message)
        await socket.close(_NORMAL_END)
    except (WebSocketDisconnect, RuntimeError):
        pass  # it went while we sent
    finally:
        await messages.aclose()


async def _gone(socket: WebSocket) -> None:
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass


async def changes(
    look: Callable[[], Awaitable[Value]], hints: Subscription
) -> AsyncGenerator[Value | None]:
    """What `look` sees, at first and whenever it is another; None = a sign of life.

    Ends when what is looked at is gone.
    """
    seen: Value | None = None
    while True:
        try:
            now = await look()
        except TaskyardError:
            return
        if now != seen:
            seen = now
            yield now
        if not await hints.changed(timeout=_PING_SECONDS):
            yield None


def event_stream(values: AsyncGenerator[BaseModel | None]) -> StreamingResponse:
    """As server-sent events of Coder's form: `data` events, and pings."""

    async def body() -> AsyncGenerator[str]:
        async with aclosing(values):
            async for value in values:
                if value is None:
                    yield "event: ping\ndata: {}\n\n"
                else:
                    yield f"event: data\ndata: {value.model_dump_json()}\n\n"

    return StreamingResponse(
        body(), media_type="text/event-stream", headers=_SSE_HEADERS
    )
