"""Somebody who watches a terminal of a workspace from outside, as the server does."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import final

from typing_extensions import override

from taskyard.protocol.terminal import FrameKind, FrameReader, encode, encode_object
from taskyard.runner.agents.tui.emulators import open_terminal
from taskyard.runner.agents.tui.terminal import Terminal
from taskyard.testing.link_server import LinkServer

__all__ = ["Watcher"]

#: How soon a claim about something else than the terminal is asked again.
RECHECK_SECONDS = 0.2


@final
class Watcher(asyncio.Protocol):
    """`terminal` is another emulator than the agent's; it shows what was sent."""

    def __init__(self) -> None:
        self.terminal: Terminal | None = None
        self.replays = 0
        self.reason = ""
        self.received = bytearray()
        self._reader = FrameReader()
        self._transport: asyncio.Transport | None = None
        self._changed = asyncio.Event()

    @classmethod
    async def attach(
        cls, server: LinkServer, session: str, columns: int = 0, rows: int = 0
    ) -> "Watcher":
        """Raises `StreamReset` with the runner's reason."""
        made = cls()
        target = {"service": "terminal", "session_id": session}
        await server.open({**target, "columns": columns, "rows": rows}, lambda: made)
        return made

    @property
    def text(self) -> str:
        return self.terminal.text() if self.terminal is not None else ""

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    @override
    def data_received(self, data: bytes) -> None:
        for frame in self._reader.feed(data):
            match frame.kind:
                case FrameKind.REPLAY:
                    size = frame.object()
                    self.terminal = open_terminal(size["columns"], size["rows"])
                case FrameKind.OUTPUT:
                    self.received += frame.content
                    if self.terminal is not None:
                        self.terminal.feed(frame.content)
                case FrameKind.REPLAY_END:
                    self.replays += 1
                case FrameKind.SIZE:
                    size = frame.object()
                    if self.terminal is not None:
                        self.terminal.resize(size["columns"], size["rows"])
                case _:
                    self.reason = frame.object()["reason"]
        self._changed.set()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self.reason = self.reason or "lost"
        self._changed.set()

    def type(self, text: str) -> None:
        assert self._transport is not None
        self._transport.write(encode(FrameKind.INPUT, text.encode()))

    def resize(self, columns: int, rows: int) -> None:
        assert self._transport is not None
        frame = encode_object(FrameKind.RESIZE, columns=columns, rows=rows)
        self._transport.write(frame)

    def say(self, data: bytes) -> None:
        assert self._transport is not None
        self._transport.write(data)

    def stop_reading(self) -> None:
        assert self._transport is not None
        self._transport.pause_reading()

    def go_on_reading(self) -> None:
        assert self._transport is not None
        self._transport.resume_reading()

    def leave(self) -> None:
        assert self._transport is not None
        self._transport.close()

    async def until(self, claim: Callable[[], bool], *, seconds: float = 30) -> None:
        """Wait until it holds; asked again whenever something arrives, and now and then."""
        try:
            async with asyncio.timeout(seconds):
                while not claim():
                    self._changed.clear()
                    with suppress(TimeoutError):
                        async with asyncio.timeout(RECHECK_SECONDS):
                            await self._changed.wait()
        except TimeoutError:
            raise AssertionError(
                f"it did not become true; shown:\n{self.text}"
            ) from None

    async def enters(self, text: str, done: Callable[[], bool]) -> None:
        """Type it, see it, press Enter, until that has had its effect.

        Some agents lose keys while they start, and take an Enter that comes at once after
        them for a part of a paste.
        """
        for _ in range(6):
            if await self._becomes(lambda: text in self.text, 10):
                break
            self.type(text)
        for _ in range(10):
            self.type("\r")
            if await self._becomes(done, 5):
                return
        raise AssertionError(f"nothing came of {text!r}; shown:\n{self.text}")

    async def _becomes(self, claim: Callable[[], bool], seconds: float) -> bool:
        try:
            await self.until(claim, seconds=seconds)
        except AssertionError:
            return False
        return True

    async def sees(self, text: str, *, seconds: float = 30) -> None:
        await self.until(lambda: text in self.text, seconds=seconds)
