"""A WebSocket to an ASGI application in this process, without a network."""

import asyncio
from collections.abc import Iterable
from typing import cast, final

from starlette.types import ASGIApp, Message

from taskyard.protocol.link import PATH, SUBPROTOCOL

__all__ = ["AsgiSocket"]


@final
class AsgiSocket:
    """The client's end of a WebSocket to an ASGI application in this process."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        token: str,
        subprotocols: Iterable[str] = (SUBPROTOCOL,),
    ) -> None:
        self._app = app
        self._scope = {
            "type": "websocket",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "scheme": "ws",
            "path": PATH,
            "raw_path": PATH.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": [
                (b"host", b"test"),
                (b"coder-session-token", token.encode()),
            ],
            "client": ("127.0.0.1", 1),
            "server": ("test", 80),
            "subprotocols": list(subprotocols),
            "state": {},
        }
        self._up: asyncio.Queue[Message] = asyncio.Queue()
        self._down: asyncio.Queue[Message | None] = asyncio.Queue()
        self.close_code = 0
        self.close_reason = ""
        self.subprotocol: str | None = None
        self.over = asyncio.Event()

    async def run(self) -> None:
        """Serve the application's side until it is done with the connection."""
        self._up.put_nowait({"type": "websocket.connect"})
        try:
            await self._app(self._scope, self._up.get, self._take)
        finally:
            self._down.put_nowait(None)
            self.over.set()

    async def _take(self, message: Message) -> None:
        self._down.put_nowait(message)

    async def receive(self) -> bytes | None:
        """The next binary message; None at the end, then `close_code` says why."""
        while (message := await self._down.get()) is not None:
            match message["type"]:
                case "websocket.send":
                    return cast("bytes", message["bytes"])
                case "websocket.accept":
                    self.subprotocol = message.get("subprotocol")
                case _:
                    self.close_code = int(message.get("code", 1000))
                    self.close_reason = str(message.get("reason") or "")
                    return None
        return None

    async def send(self, data: bytes) -> None:
        self._up.put_nowait({"type": "websocket.receive", "bytes": data})

    def drop(self) -> None:
        """As when the network is cut: the server learns of it, in the end."""
        self._up.put_nowait({"type": "websocket.disconnect", "code": 1006})
