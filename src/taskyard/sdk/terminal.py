"""The terminal of a task's agent, from outside: what it draws, and what one types."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias, cast, final
from urllib.parse import quote, urlencode

import httpx
from websockets.exceptions import (
    ConnectionClosed,
    InvalidHandshake,
    InvalidStatus,
)

from taskyard.protocol.terminal import TerminalSize, read_size
from taskyard.sdk.connection import Connection
from taskyard.sdk.errors import from_response

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

__all__ = [
    "Closed",
    "RemoteTerminal",
    "Replay",
    "ReplayEnd",
    "Resized",
    "Shown",
    "attach",
]

_TRY_AGAIN: Final = frozenset({1001, 1006, 1011, 1012, 1013})
_OPEN_SECONDS: Final = 20.0


@dataclass(frozen=True, slots=True)
class Replay:
    """Clear your terminal and make it this large: the present screen follows."""

    size: TerminalSize


@dataclass(frozen=True, slots=True)
class ReplayEnd:
    """The present screen is painted; what follows is live."""


@dataclass(frozen=True, slots=True)
class Resized:
    """Somebody made the terminal this large."""

    size: TerminalSize


@dataclass(frozen=True, slots=True)
class Closed:
    """The last of all. `is_lost`: the terminal may be there still; attach again."""

    reason: str
    is_lost: bool = False


#: Bytes are what the terminal draws.
Shown: TypeAlias = bytes | Replay | ReplayEnd | Resized | Closed


@final
class RemoteTerminal:
    """An attached terminal. Made by `client.tasks.terminal`."""

    def __init__(self, socket: "ClientConnection") -> None:
        self._socket = socket

    async def shown(self) -> AsyncGenerator[Shown]:
        """What comes, to its end: the last is always `Closed`."""
        reason = ""
        try:
            async for message in self._socket:
                if isinstance(message, bytes):
                    yield message
                    continue
                said = _said(message)
                if isinstance(said, Closed):
                    reason = said.reason
                elif said is not None:
                    yield said
        except ConnectionClosed as closed:
            reason = reason or str(closed)
        code = self._socket.close_code
        yield Closed(reason, is_lost=code is None or code in _TRY_AGAIN)

    async def type(self, keys: bytes) -> None:
        """Press keys; nothing happens when the terminal is gone."""
        with suppress(ConnectionClosed):
            await self._socket.send(keys)

    async def resize(self, size: TerminalSize) -> None:
        """Make it this large, for everybody who watches."""
        message = {"type": "resize", **size._asdict()}
        with suppress(ConnectionClosed):
            await self._socket.send(json.dumps(message))


@asynccontextmanager
async def attach(
    connection: Connection, user: str, task: str, size: TerminalSize | None
) -> AsyncGenerator[RemoteTerminal]:
    """Raises what other methods raise; why a terminal is not there is told by `Closed`."""
    from websockets.asyncio.client import (  # noqa: PLC0415 - 0.1 s, for this only
        connect,
    )

    query = f"?{urlencode(size._asdict())}" if size else ""
    path = f"/api/v2/tasks/{quote(user)}/{quote(task)}/terminal{query}"
    # http -> ws, https -> wss
    url = connection.url.replace("http", "ws", 1) + path
    try:
        socket = await connect(
            url,
            additional_headers=connection.headers,
            open_timeout=_OPEN_SECONDS,
            max_size=None,  # our own server; it sends at most 64 KiB at a time
        )
    except InvalidStatus as refused:
        answer = refused.response
        raise from_response(
            httpx.Response(
                answer.status_code,
                content=bytes(answer.body or b""),
                request=httpx.Request("GET", connection.url + path),
            )
        ) from refused
    except (OSError, TimeoutError, InvalidHandshake) as error:
        raise connection.unreachable(error) from error
    try:
        yield RemoteTerminal(socket)
    finally:
        await socket.close()


def _said(text: str) -> Shown | None:
    """A message in words; None when this client does not know it."""
    message: object = json.loads(text)
    if not isinstance(message, dict):
        return None
    fields = cast("dict[str, object]", message)
    size = read_size(fields)
    said: Shown | None = None
    match fields.get("type"):
        case "replay" if size is not None:
            said = Replay(size)
        case "replay-end":
            said = ReplayEnd()
        case "size" if size is not None:
            said = Resized(size)
        case "closed":
            said = Closed(str(fields.get("reason", "")))
        case _:
            pass
    return said
