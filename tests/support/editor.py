"""An editor, played by the genuine client of the Agent Client Protocol."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from acp import PROTOCOL_VERSION, Client, connect_to_agent
from acp.client.connection import ClientSideConnection
from acp.connection import StreamDirection, StreamEvent
from acp.schema import (
    AllowedOutcome,
    DeniedOutcome,
    PermissionOption,
    RequestPermissionResponse,
    ToolCallUpdate,
)
from acp.ws import create_websocket_stream

__all__ = [
    "Asked",
    "Editor",
    "editor_by_bridge",
    "editor_of",
    "started_bridge",
    "text_of",
]

_DEADLINE = 20.0


@dataclass(kw_only=True)
class Asked:
    """A permission request, open until it is answered."""

    session_id: str
    tool_call: ToolCallUpdate
    options: list[PermissionOption]
    answer: "asyncio.Future[str]"  # an option's id; "" = cancelled


@dataclass(kw_only=True)
class Editor:
    """Keeps what it is told, and asks its person (the test) for permissions.

    Of the client's side it has what an agent elsewhere can use: no files, no terminals.
    """

    updates: list[Any] = field(default_factory=list[Any])
    metas: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    asked: "list[Asked]" = field(default_factory=list[Asked])
    frames: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _connection: ClientSideConnection | None = None

    @property
    def agent(self) -> ClientSideConnection:
        assert self._connection is not None
        return self._connection

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(_DEADLINE):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    def told(self, kind: str) -> list[Any]:
        """The updates of a kind, in order."""
        return [u for u in self.updates if u.session_update == kind]

    def said(self, kind: str = "agent_message_chunk") -> str:
        return "".join(text_of(update) for update in self.told(kind))

    def sent(self, method: str) -> list[dict[str, Any]]:
        """What came of that method, as it travelled."""
        return [frame for frame in self.frames if frame.get("method") == method]

    # -- what the agent calls ---------------------------------------------------------

    async def session_update(self, session_id: str, update: Any, **kwargs: Any) -> None:
        del session_id
        self.updates.append(update)
        self.metas.append(kwargs)
        self._changed.set()

    async def request_permission(
        self,
        session_id: str,
        tool_call: ToolCallUpdate,
        options: list[PermissionOption],
        **kwargs: Any,
    ) -> RequestPermissionResponse:
        del kwargs
        asked = Asked(
            session_id=session_id,
            tool_call=tool_call,
            options=options,
            answer=asyncio.get_running_loop().create_future(),
        )
        self.asked.append(asked)
        self._changed.set()
        option = await asked.answer
        outcome = (
            AllowedOutcome(outcome="selected", option_id=option)
            if option
            else DeniedOutcome(outcome="cancelled")
        )
        return RequestPermissionResponse(outcome=outcome)

    def _observe(self, event: StreamEvent) -> None:
        if event.direction is StreamDirection.INCOMING:
            self.frames.append(event.message)
            self._changed.set()

    def connect(self, transport: Any, *streams: Any) -> ClientSideConnection:
        self._connection = connect_to_agent(
            cast("Client", self), transport, *streams, observers=[self._observe]
        )
        return self._connection


@asynccontextmanager
async def editor_of(url: str, token: str) -> AsyncGenerator[Editor]:
    """Connected by WebSocket and initialized."""
    transport = await create_websocket_stream(
        url.replace("http", "ws", 1), headers={"Coder-Session-Token": token}
    )
    editor = Editor()
    connection = editor.connect(transport)
    try:
        await connection.initialize(protocol_version=PROTOCOL_VERSION)
        yield editor
    finally:
        await connection.close()


@asynccontextmanager
async def editor_by_bridge(
    *arguments: str, url: str, token: str
) -> AsyncGenerator[tuple[Editor, asyncio.subprocess.Process]]:
    """Through `taskyard acp`, as editors do it; initialized. Killed if it does not end."""
    process = await started_bridge(*arguments, url=url, token=token)
    assert process.stdin is not None
    assert process.stdout is not None
    editor = Editor()
    connection = editor.connect(process.stdin, process.stdout)
    try:
        await connection.initialize(protocol_version=PROTOCOL_VERSION)
        yield editor, process
    finally:
        await connection.close()
        process.stdin.close()
        try:
            async with asyncio.timeout(_DEADLINE):
                await process.wait()
        finally:
            if process.returncode is None:
                process.kill()


async def started_bridge(
    *arguments: str, url: str, token: str
) -> asyncio.subprocess.Process:
    kept = {n: v for n, v in os.environ.items() if not n.startswith("TASKYARD_")}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "taskyard.cli", "acp", *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=64 << 20,
        env=kept | {"TASKYARD_URL": url, "TASKYARD_TOKEN": token},
    )


def text_of(update: Any) -> str:
    return str(getattr(update.content, "text", ""))
