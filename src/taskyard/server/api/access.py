"""End streams and WebSockets whose user was suspended or whose token was revoked."""

import asyncio
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from taskyard.server.identity.access import AccessWatch
from taskyard.server.identity.actor import Actor

__all__ = ["ACTOR", "EndWithAccess"]

#: Where `authenticate` leaves the actor, in the connection's state.
ACTOR: Final = "actor"
_CLOSE_POLICY: Final = 1008
_ENDS: Final[Mapping[str, Message]] = {
    "http": {"type": "http.response.body", "body": b"", "more_body": False},
    "websocket": {
        "type": "websocket.close",
        "code": _CLOSE_POLICY,
        "reason": "Your access has ended or changed: log in again.",
    },
}


class EndWithAccess:
    """ASGI middleware. Ordinary requests are judged once, when they come."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        task = asyncio.current_task()
        if task is None or scope["type"] not in _ENDS:
            await self._app(scope, receive, send)
            return

        state = scope.setdefault("state", {})
        has_ended = False

        def end() -> None:
            nonlocal has_ended
            has_ended = True
            task.cancel()

        with ExitStack() as held:

            async def watched(message: Message) -> None:
                actor: Actor | None = state.get(ACTOR)
                if actor is not None and _lasts(message):
                    access: AccessWatch = scope["app"].state.process.access
                    held.enter_context(access.hold(actor, end))
                await send(message)

            try:
                await self._app(scope, receive, watched)
            except asyncio.CancelledError:
                if not has_ended:
                    raise
                task.uncancel()
                await send(_ENDS[scope["type"]])


def _lasts(message: Message) -> bool:
    if message["type"] == "websocket.accept":
        return True
    if message["type"] != "http.response.start":
        return False
    kind = Headers(raw=message["headers"]).get("content-type", "")
    return kind.startswith("text/event-stream")
