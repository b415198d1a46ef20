"""What of a watcher's keys is a person's, and what waits for one who does not read."""

import asyncio
from typing import cast

import pytest
from typing_extensions import override

from taskyard.kit.mux.mux import MuxStream
from taskyard.protocol.terminal import TerminalSize
from taskyard.runner.agents.driver import TerminalListener
from taskyard.runner.terminals import WatchedTerminal, without_answers


@pytest.mark.parametrize(
    "answer",
    [
        b"\x1b[?62;22c",
        b"\x1b[>1;10;0c",
        b"\x1b[24;80R",
        b"\x1b[1;80R",
        b"\x1b[?24;80R",
        b"\x1b[0n",
        b"\x1b[?997;1n",
        b"\x1b[?2026;2$y",
        b"\x1b[?0u",
        b"\x1b[8;40;120t",
        b"\x1b]11;rgb:0000/1111/ffff\x1b\\",
        b"\x1b]10;rgb:ffff/ffff/ffff\x07",
        b"\x1b]4;7;rgb:ffff/ffff/ffff\x07",
        b"\x1bP>|xterm.js(6.0.0)\x1b\\",
        b"\x1bP1+r544e=787465726d\x1b\\",
    ],
)
def test_answers_of_a_terminal_are_left_out(answer: bytes) -> None:
    assert without_answers(answer) == b""
    assert without_answers(b"ls" + answer + answer + b"\r") == b"ls\r"


@pytest.mark.parametrize(
    "keys",
    [
        b"hello\r",
        b"\x1b",
        b"\x1b[A",
        b"\x1bOP",
        b"\x1b[1;2R",
        b"\x1b[1;5C",
        b"\x1b[3~",
        b"\x1b[Z",
        b"\x1b[97;5u",
        b"\x1b[I\x1b[O",
        b"\x1b[<0;10;20M\x1b[<0;10;20m",
        b"\x1b[200~pasted \x1b[31m\x1b[201~",
        "grüße 你好".encode(),
        b"\x03\x04\x1a",
    ],
)
def test_keys_clicks_and_pastes_go_through_as_they_are(keys: bytes) -> None:
    assert without_answers(keys) == keys


class Pipe(asyncio.Transport):
    """A stream and its transport; `sent` is what waits for the other side."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = b""
        self.watcher = asyncio.Protocol()

    def accept(self, watcher: asyncio.Protocol) -> None:
        self.watcher = watcher
        watcher.connection_made(self)

    @override
    def set_write_buffer_limits(
        self, high: int | None = None, low: int | None = None
    ) -> None: ...

    @override
    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.sent += data


class Drawing:
    """A terminal that shows one word."""

    is_between = True

    def __init__(self) -> None:
        self.size = TerminalSize(120, 40)
        self._listener: TerminalListener | None = None

    def paint(self) -> bytes:
        return b"painted"

    def write(self, data: bytes) -> None: ...

    def resize(self, size: TerminalSize) -> None:
        self.size = size
        if self._listener is not None:
            self._listener.redrawn()

    def listen(self, listener: TerminalListener | None) -> None:
        self._listener = listener


@pytest.mark.asyncio
async def test_nothing_piles_up_for_a_watcher_that_does_not_read() -> None:
    watched, pipe = WatchedTerminal(), Pipe()
    watched.plug(Drawing())
    watched.attach(cast("MuxStream", pipe), None)
    pipe.watcher.pause_writing()
    waiting = len(pipe.sent)

    for columns in range(20, 120):
        watched.resize(TerminalSize(columns, 30))
        watched.drawn(b"more")

    assert len(pipe.sent) == waiting
