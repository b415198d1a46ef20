"""Where runners dial in."""

from contextlib import suppress
from typing import final

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from typing_extensions import override

from taskyard.protocol.link import PATH, SUBPROTOCOL
from taskyard.server.api.context import Process, token_of
from taskyard.server.runners.server import CLOSE_POLICY, Socket

__all__ = ["router"]

router = APIRouter()


@final
class _AcceptedSocket(Socket):
    """The link's view of a WebSocket of the framework."""

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket

    @override
    async def receive(self) -> bytes | None:
        try:
            return await self._websocket.receive_bytes()
        except (WebSocketDisconnect, KeyError):  # gone, or it sent text
            return None

    @override
    async def send(self, message: bytes) -> None:
        try:
            await self._websocket.send_bytes(message)
        except (WebSocketDisconnect, RuntimeError) as gone:
            raise ConnectionResetError("the runner is gone") from gone

    @override
    async def close(self, code: int, reason: str) -> None:
        with suppress(WebSocketDisconnect, RuntimeError):
            await self._websocket.close(code, reason[:120])


@router.websocket(PATH)
async def runner_link(websocket: WebSocket, process: Process) -> None:
    offered: list[str] = websocket.scope.get("subprotocols", [])
    if SUBPROTOCOL not in offered:
        await websocket.accept()
        await websocket.close(CLOSE_POLICY, f"speak {SUBPROTOCOL}: update the runner")
        return

    token, by_cookie = token_of(websocket)
    await websocket.accept(subprotocol=SUBPROTOCOL)
    await process.runner_server.serve(
        "" if by_cookie else token, _AcceptedSocket(websocket)
    )
