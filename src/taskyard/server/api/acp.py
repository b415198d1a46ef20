"""Where editors attach to tasks: the Agent Client Protocol over a WebSocket."""

import asyncio
from contextlib import suppress
from typing import Annotated, Final, final

import structlog
from fastapi import APIRouter, Query, WebSocket, WebSocketDisconnect
from typing_extensions import override

from taskyard.protocol.acp import ALL_TASKS_PATH, MAX_FRAME_BYTES
from taskyard.server.api.context import CurrentUser, Process
from taskyard.server.factory import Factory, ProcessContext
from taskyard.server.identity.actor import Actor
from taskyard.server.tasks.acp.agent import AcpAgent, Invitation
from taskyard.server.tasks.acp.rpc import Peer, Wire

__all__ = ["SEND_SECONDS", "router"]

log: structlog.stdlib.BoundLogger = structlog.get_logger()

router = APIRouter()

#: An editor that has no room for a frame for so long is dropped: it can load the session
#: again. What it is told waits in the database meanwhile, not in memory.
SEND_SECONDS: Final = 30.0

_NORMAL: Final = 1000
_TOO_BIG: Final = 1009
_FAILED: Final = 1011
_TRY_AGAIN: Final = 1013


@router.websocket("/api/v2/tasks/{user}/{task}/acp")
async def attach_to_task(
    websocket: WebSocket, user: str, task: str, actor: CurrentUser, process: Process
) -> None:
    async with process.sessions.begin() as session:
        record = await Factory(process, session).tasks().find(actor, user, task)
    await _serve(websocket, process, actor, Invitation(task_id=record.id))


@router.websocket(ALL_TASKS_PATH)
async def attach_to_all(
    websocket: WebSocket,
    actor: CurrentUser,
    process: Process,
    template: Annotated[str, Query()] = "",
    preset: Annotated[str, Query()] = "",
) -> None:
    invitation = Invitation(template=template, preset=preset)
    await _serve(websocket, process, actor, invitation)


async def _serve(
    websocket: WebSocket,
    process: ProcessContext,
    actor: Actor,
    invitation: Invitation,
) -> None:
    await websocket.accept()
    wire = _EditorWire(websocket)
    agent = AcpAgent(
        actor=actor,
        invitation=invitation,
        desk=process.acp_desk,
        drafts=process.acp_drafts,
        streams=process.task_streams,
        peer=Peer(wire),
    )
    try:
        await agent.serve()
    except Exception:
        log.exception("acp_connection_failed")
        await wire.close(_FAILED, "the server failed; connect again")
    await wire.close(_NORMAL, "")


@final
class _EditorWire(Wire):
    """Frames of text; a frame of another kind is no message of this protocol."""

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket
        self._closed = False

    @override
    async def receive(self) -> str | None:
        while not self._closed:
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                self._closed = True
                return None
            text: str | None = message.get("text")
            if text is None:
                continue
            if len(text.encode()) > MAX_FRAME_BYTES:
                await self.close(
                    _TOO_BIG, f"a frame may have {MAX_FRAME_BYTES} bytes at most"
                )
                return None
            return text
        return None

    @override
    async def send(self, frame: str) -> None:
        if self._closed:
            raise ConnectionResetError("the editor is gone")
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._websocket.send_text(frame)
        except TimeoutError:
            await self.close(_TRY_AGAIN, "too slow: connect again and load the session")
            raise ConnectionResetError("the editor reads too slowly") from None
        except (WebSocketDisconnect, RuntimeError) as gone:
            self._closed = True
            raise ConnectionResetError("the editor is gone") from gone

    async def close(self, code: int, reason: str) -> None:
        """Once; an editor that does not read is not waited for."""
        if self._closed:
            return
        self._closed = True
        with suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
            async with asyncio.timeout(1):
                await self._websocket.close(code, reason[:120])
