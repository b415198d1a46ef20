"""Fake runners whose session has a terminal, and what a watcher of it is told."""

import asyncio
import json
from typing import Any

from typing_extensions import override
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from taskyard.kit.mux.mux import MuxStream
from taskyard.protocol.link import Command, Reply
from taskyard.protocol.terminal import (
    Frame,
    FrameKind,
    FrameReader,
    encode,
    encode_object,
)
from taskyard.testing.runners import FakeRunner

__all__ = [
    "FakeTerminal",
    "SilentRunner",
    "StubbornRunner",
    "TerminalRunner",
    "end_of",
    "said",
]


class FakeTerminal(asyncio.Protocol):
    """The runner's end of one watcher's stream."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.paused = asyncio.Event()
        self.gone = asyncio.Event()
        self.changed = asyncio.Event()
        self._reader = FrameReader()
        self._transport: asyncio.Transport | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    @override
    def data_received(self, data: bytes) -> None:
        self.frames += self._reader.feed(data)
        self.changed.set()

    @override
    def eof_received(self) -> bool:
        return False

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self.gone.set()

    @override
    def pause_writing(self) -> None:
        self.paused.set()

    def say(self, frames: bytes) -> None:
        assert self._transport is not None
        self._transport.write(frames)

    def end(self) -> None:
        assert self._transport is not None
        self._transport.close()

    async def got(self, count: int) -> list[Frame]:
        async with asyncio.timeout(20):
            while len(self.frames) < count:
                self.changed.clear()
                await self.changed.wait()
        return self.frames[:count]


class TerminalRunner(FakeRunner):
    """Its session has a terminal; `refusal` is why not."""

    refusal = ""
    targets: list[dict[str, Any]]
    terminals: list[FakeTerminal]

    @override
    def opened(self, stream: MuxStream, target: dict[str, Any]) -> None:
        self.targets = [*getattr(self, "targets", []), target]
        if self.refusal:
            stream.reject(self.refusal)
            return
        terminal = FakeTerminal()
        self.terminals = [*getattr(self, "terminals", []), terminal]
        stream.accept(terminal)
        terminal.say(
            encode_object(FrameKind.REPLAY, columns=100, rows=30)
            + encode(FrameKind.OUTPUT, b"\x1b[Hpainted")
            + encode(FrameKind.REPLAY_END)
        )


class StubbornRunner(TerminalRunner):
    """Its agent works, and is not to be disturbed."""

    @override
    def answer(self, command: Command) -> Reply | None:
        if command["name"] != "set_control":
            return super().answer(command)
        error = "a turn is running: cancel it, or wait until it has ended"
        return Reply(type="reply", id=command["id"], ok=False, code="busy", error=error)


class SilentRunner(FakeRunner):
    """Never says whether there is a terminal."""

    asked: list[MuxStream]

    @override
    def opened(self, stream: MuxStream, target: dict[str, Any]) -> None:
        self.asked = [stream]


async def said(socket: ClientConnection) -> Any:
    """The next message: bytes as they are, text as the object it holds."""
    async with asyncio.timeout(20):
        message = await socket.recv()
    return json.loads(message) if isinstance(message, str) else message


async def end_of(socket: ClientConnection) -> tuple[list[Any], int]:
    """Everything until the close, and its code."""
    messages: list[Any] = []
    while True:
        try:
            messages.append(await said(socket))
        except ConnectionClosed as closed:
            return messages, closed.rcvd.code if closed.rcvd else 0
