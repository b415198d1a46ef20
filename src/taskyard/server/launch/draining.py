"""Bring the requests that are open when the server stops to an end that clients know."""

import asyncio
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from taskyard.kit.errors import Unavailable
from taskyard.server.api.errors import render

__all__ = ["Draining"]

#: A stream of a model has an end of its own, and its agent is lost without it.
_MODELS: Final = "/gateway/"


class Draining:
    """ASGI around the application. WebSockets are left to uvicorn: it closes them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._open: set[_Request] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        task = asyncio.current_task()
        if scope["type"] != "http" or task is None:
            await self._app(scope, receive, send)
            return

        request = _Request(task)
        self._open.add(request)
        try:
            await request.run(self._app, scope, receive, send)
        finally:
            self._open.discard(request)

    async def end(self, grace_seconds: float) -> None:
        """End what never ends by itself now, and what is left after `grace_seconds`."""
        for request in self._open:
            if request.is_endless:
                request.end()
        if tasks := [request.task for request in self._open]:
            await asyncio.wait(tasks, timeout=grace_seconds)
        for request in self._open:
            request.end()


class _Request:
    def __init__(self, task: asyncio.Task[object]) -> None:
        self.task = task
        self.is_endless = False
        self._is_answered = False
        self._is_stream = False
        self._was_ended = False

    def end(self) -> None:
        self._was_ended = True
        self.task.cancel()

    async def run(
        self, app: ASGIApp, scope: Scope, receive: Receive, send: Send
    ) -> None:
        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                kind = Headers(raw=message["headers"]).get("content-type", "")
                self._is_answered = True
                self._is_stream = kind.startswith("text/event-stream")
                is_of_a_model = scope["path"].startswith(_MODELS)
                self.is_endless = self._is_stream and not is_of_a_model
            await send(message)

        try:
            await app(scope, receive, watched)
        except asyncio.CancelledError:
            if not self._was_ended or (self._is_answered and not self._is_stream):
                raise
            self.task.uncancel()
            if self._is_answered:
                await send({"type": "http.response.body", "body": b""})
                return
            error = Unavailable("The server is being stopped; try again.")
            await render(error)(scope, receive, send)
