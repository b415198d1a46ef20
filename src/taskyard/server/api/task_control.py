"""Who controls a task's agent, and its terminal by WebSocket."""

import asyncio
import json
from contextlib import suppress
from http import HTTPStatus
from typing import Annotated, Any, Final, cast

from fastapi import APIRouter, Query, Response, WebSocket, WebSocketDisconnect

from taskyard.kit.errors import TaskyardError, Unreachable
from taskyard.protocol.api.common import ErrorBody
from taskyard.protocol.api.tasks import ControlState, SetControl
from taskyard.protocol.terminal import (
    MAX_COLUMNS,
    MAX_FRAME_BYTES,
    MAX_ROWS,
    BadFrame,
    Frame,
    FrameKind,
    FrameReader,
    TerminalSize,
    encode,
    encode_object,
    read_size,
)
from taskyard.server.api.context import CurrentUser, Process
from taskyard.server.runners.sanitise import one_line
from taskyard.server.tasks.errors import NoRunningAgent

__all__ = ["router"]

router = APIRouter(prefix="/api/v2/tasks/{user}/{task}", tags=["task control"])

#: Why a terminal was closed; the sentence is in the frame `closed` before it.
CLOSE_ENDED: Final = 1000
CLOSE_TRY_AGAIN: Final = 1013
CLOSE_BAD_MESSAGE: Final = 1003
CLOSE_NO_TERMINAL: Final = 4409

_LOST: Final = "The connection to the workspace is lost; attach again in a moment."


@router.put(
    "/control",
    summary="Give control of the agent to the chat or to its terminal",
    responses={
        202: {"model": ControlState, "description": "Accepted; it takes a while"},
        403: {"model": ErrorBody},
        404: {"model": ErrorBody},
        409: {"model": ErrorBody},
        502: {"model": ErrorBody},
    },
)
async def set_control(
    *,
    user: str,
    task: str,
    body: SetControl,
    actor: CurrentUser,
    process: Process,
    response: Response,
) -> ControlState:
    state = await process.control.set(actor, user, task, body)
    if state.switching:
        response.status_code = HTTPStatus.ACCEPTED
    return state


@router.websocket("/terminal")
async def watch_terminal(
    *,
    websocket: WebSocket,
    user: str,
    task: str,
    actor: CurrentUser,
    process: Process,
    columns: Annotated[int, Query(ge=0, le=MAX_COLUMNS)] = 0,
    rows: Annotated[int, Query(ge=0, le=MAX_ROWS)] = 0,
) -> None:
    try:
        place = await process.control.find(actor, user, task)
    except NoRunningAgent as error:
        await websocket.accept()
        await _close(websocket, CLOSE_NO_TERMINAL, _words(error))
        return
    await websocket.accept()
    wanted = {"columns": columns, "rows": rows}
    try:
        # Only who may type may make the terminal another size for everybody.
        size = read_size(wanted) if place.may_type else None
        reader, writer = await process.control.open(place, size)
    except TaskyardError as error:
        # A runner that is away dials again by itself.
        is_away = isinstance(error, Unreachable)
        code = CLOSE_TRY_AGAIN if is_away else CLOSE_NO_TERMINAL
        await _close(websocket, code, _words(error))
        return
    try:
        async with asyncio.TaskGroup() as group:
            up = group.create_task(_up(websocket, writer, may_type=place.may_type))
            down = group.create_task(_down(websocket, reader))
            up.add_done_callback(lambda _: down.cancel())
            down.add_done_callback(lambda _: up.cancel())
    finally:
        writer.close()


async def _down(websocket: WebSocket, reader: asyncio.StreamReader) -> None:
    """What the terminal shows, until it ends. A slow client makes the runner wait."""
    frames = FrameReader()
    try:
        while data := await reader.read(MAX_FRAME_BYTES):
            for frame in frames.feed(data):
                if frame.kind is FrameKind.CLOSED:
                    reason = one_line(str(frame.object().get("reason", "")), 1000)
                    await _close(websocket, CLOSE_ENDED, reason)
                    return
                await _send(websocket, frame)
        await _close(websocket, CLOSE_TRY_AGAIN, _LOST)
    except (OSError, BadFrame):  # a reset; or the workspace sends nonsense
        await _close(websocket, CLOSE_TRY_AGAIN, _LOST)
    except (WebSocketDisconnect, RuntimeError):
        pass  # the client went while we sent


async def _send(websocket: WebSocket, frame: Frame) -> None:
    match frame.kind:
        case FrameKind.OUTPUT:
            await websocket.send_bytes(frame.content)
        case FrameKind.REPLAY:
            await _say(websocket, "replay", read_size(frame.object()))
        case FrameKind.REPLAY_END:
            await _say(websocket, "replay-end")
        case FrameKind.SIZE:
            await _say(websocket, "size", read_size(frame.object()))
        case _:
            pass


async def _up(
    websocket: WebSocket, writer: asyncio.StreamWriter, *, may_type: bool
) -> None:
    """What the client types and how large it is, until it goes."""
    while (message := await websocket.receive())["type"] != "websocket.disconnect":
        if not may_type:
            continue
        data: bytes | None = message.get("bytes")
        if data is not None:
            writer.write(encode(FrameKind.INPUT, data))
        else:
            size = read_size(_object(message.get("text") or ""))
            if size is None:
                await _close(websocket, CLOSE_BAD_MESSAGE, _UNREADABLE)
                return
            writer.write(encode_object(FrameKind.RESIZE, **size._asdict()))
        try:
            await writer.drain()
        except OSError:
            return  # `_down` says that the terminal is gone


_UNREADABLE: Final = (
    'Send keys as binary messages, and {"type": "resize", "columns": N, "rows": N}.'
)


def _words(error: TaskyardError) -> str:
    return " ".join(filter(None, (error.message, error.detail)))


def _object(text: str) -> dict[str, Any]:
    """An instruction of the client; empty when it is none that we know."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(said, dict):
        return {}
    instruction = cast("dict[str, Any]", said)
    return instruction if instruction.get("type") == "resize" else {}


async def _say(
    websocket: WebSocket, kind: str, size: TerminalSize | None = None
) -> None:
    fields = size._asdict() if size else {}
    await websocket.send_text(json.dumps({"type": kind, **fields}))


async def _close(websocket: WebSocket, code: int, reason: str) -> None:
    """Say why in words first: browsers show a page the code, but hardly the reason."""
    with suppress(WebSocketDisconnect, RuntimeError):
        await websocket.send_text(json.dumps({"type": "closed", "reason": reason}))
        await websocket.close(code)
