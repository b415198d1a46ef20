"""Show an agent's terminal to those who watch it from outside, and type what they type."""

import asyncio
import re
from contextlib import suppress
from typing import Final, final

from typing_extensions import override

from taskyard.kit.mux.mux import MuxStream
from taskyard.protocol.terminal import (
    BadFrame,
    Frame,
    FrameKind,
    FrameReader,
    TerminalSize,
    encode,
    encode_object,
    read_size,
)
from taskyard.runner.agents.driver import AgentFailed, AgentTerminal

__all__ = ["WatchedTerminal", "without_answers"]

#: What may wait for one watcher. One who takes no more of it gets a painting when it does:
#: a screen is a few KiB, so this is far more than it needs to be up to date.
BEHIND_BYTES: Final = 256 * 1024
#: Sizes come in bursts while somebody drags a window.
RESIZE_SECONDS: Final = 0.03
#: A painting waits for the end of a sequence; one that never ends is cut.
UNFINISHED_SECONDS: Final = 0.25
#: A slow watcher is painted for at most this often.
REPAINT_SECONDS: Final = 0.1

#: What a watcher's terminal answers to the agent's questions, which ours has answered:
#: its kind and version, the cursor's place (but not F3 with Shift and the like), modes,
#: colours, its size.
_ANSWERS: Final = re.compile(
    rb"\x1b\[[?>=][\d;]*c"
    rb"|\x1b\[(?!1;[2-8]R)\d+;\d+R"
    rb"|\x1b\[\?\d+;\d+(?:;\d+)?R"
    rb"|\x1b\[\??[\d;]*n"
    rb"|\x1b\[\??[\d;]+\$y"
    rb"|\x1b\[\?\d+u"
    rb"|\x1b\[[\d;]+t"
    rb"|\x1b\](?:4;\d+|1\d);rgb:[\da-fA-F/]+(?:\x07|\x1b\\)"
    rb"|\x1bP[^\x1b]*\x1b\\"
)


def without_answers(data: bytes) -> bytes:
    """What a person typed, without what the terminal answered by itself."""
    return _ANSWERS.sub(b"", data) if b"\x1b" in data else data


@final
class WatchedTerminal:
    """The terminal of a session, whatever process draws on it.

    How a watcher sees the truth, however slow it is:
    1. It is painted: an empty terminal, then what the agent's shows (`REPLAY` to
       `REPLAY_END`). From then on it gets what the agent writes, as it is written.
    2. It does not read; what waits for it reaches the limit. Nothing more is put there.
    3. It reads again. What it has missed is not known to us any more, so it is painted.
    The agent and the other watchers never wait.

    All share one size: that of who asked last.
    """

    def __init__(self) -> None:
        self._terminal: AgentTerminal | None = None
        self._watchers: set[_Watcher] = set()
        self._loop = asyncio.get_running_loop()
        self._size = TerminalSize(120, 40)
        self._not_before = 0.0
        self._timer: asyncio.TimerHandle | None = None

    @property
    def size(self) -> TerminalSize:
        """What the next process is to be given."""
        return self._size

    def plug(self, terminal: AgentTerminal) -> None:
        """Show this one from now on."""
        self._terminal = terminal
        terminal.listen(self)
        self.redrawn()

    def unplug(self) -> None:
        """Its agent has ended; watchers keep what they see until another comes."""
        if self._terminal is not None:
            self._terminal.listen(None)
            self._terminal = None

    def attach(self, stream: MuxStream, size: TerminalSize | None) -> None:
        """Let one more watch. `size`: what it has room for."""
        watcher = _Watcher(self)
        self._watchers.add(watcher)
        stream.accept(watcher)
        if size is not None and size != self._size:
            self.resize(size)
        watcher.wants_painting = True
        if not self._paint_waiting():
            self._paint_in(0)

    def close(self, reason: str) -> None:
        """There is no terminal any more: everybody is told why."""
        self.unplug()
        for watcher in tuple(self._watchers):
            watcher.leave(reason)
        self._watchers.clear()

    # -- what the agent draws ---------------------------------------------------------

    def drawn(self, data: bytes) -> None:
        frames = encode(FrameKind.OUTPUT, data)
        for watcher in self._watchers:
            watcher.show(frames)
        self._paint_waiting()

    def redrawn(self) -> None:
        for watcher in self._watchers:
            watcher.wants_painting = True
        self._paint_in(RESIZE_SECONDS)

    # -- what watchers do -------------------------------------------------------------

    def type(self, data: bytes) -> None:
        """What an agent cannot take (it has ended, it does not read) is gone."""
        if self._terminal is not None:
            with suppress(AgentFailed):
                self._terminal.write(without_answers(data))

    def resize(self, size: TerminalSize) -> None:
        self._size = size
        if self._terminal is not None and self._terminal.size != size:
            self._terminal.resize(size)
            for watcher in self._watchers:
                if not watcher.is_behind:  # else its painting says so
                    watcher.say(encode_object(FrameKind.SIZE, **size._asdict()))

    def caught_up(self, watcher: "_Watcher") -> None:
        """It reads again, after it has missed something."""
        watcher.wants_painting = True
        self._paint_in(REPAINT_SECONDS)

    def left(self, watcher: "_Watcher") -> None:
        self._watchers.discard(watcher)

    # -- paintings --------------------------------------------------------------------

    def _paint_in(self, seconds: float) -> None:
        """Not before, and as soon as it can be after that."""
        if self._timer is None:
            self._not_before = self._loop.time() + seconds
            self._timer = self._loop.call_at(self._not_before, self._paint_late)

    def _paint_late(self) -> None:
        self._timer = None
        if not self._paint_waiting() and self._is_wanted:
            self._timer = self._loop.call_later(UNFINISHED_SECONDS, self._paint_anyhow)

    def _paint_anyhow(self) -> None:
        self._timer = None
        self._paint_waiting(unfinished=True)

    @property
    def _is_wanted(self) -> bool:
        return self._terminal is not None and any(
            w.wants_painting and not w.is_behind for w in self._watchers
        )

    def _paint_waiting(self, *, unfinished: bool = False) -> bool:
        """Paint for those who want it, once for all of them; whether that was possible."""
        terminal = self._terminal
        if terminal is None or not self._is_wanted:
            return False
        too_soon = self._loop.time() < self._not_before
        if not unfinished and (too_soon or not terminal.is_between):
            return False
        frames = (
            encode_object(FrameKind.REPLAY, **terminal.size._asdict())
            + encode(FrameKind.OUTPUT, terminal.paint())
            + encode(FrameKind.REPLAY_END)
        )
        for watcher in self._watchers:
            if watcher.wants_painting and not watcher.is_behind:
                watcher.wants_painting = False
                watcher.say(frames)
        return True


@final
class _Watcher(asyncio.Protocol):
    """One stream."""

    def __init__(self, terminal: WatchedTerminal) -> None:
        self.wants_painting = False
        self.is_behind = False
        self._terminal = terminal
        self._reader = FrameReader()
        self._transport: asyncio.Transport | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - streams are
        transport.set_write_buffer_limits(high=BEHIND_BYTES)
        self._transport = transport

    @override
    def data_received(self, data: bytes) -> None:
        try:
            for frame in self._reader.feed(data):
                self._obey(frame)
        except BadFrame as exc:
            self.leave(str(exc))

    @override
    def eof_received(self) -> bool:
        return False

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._terminal.left(self)

    @override
    def pause_writing(self) -> None:
        self.is_behind = True

    @override
    def resume_writing(self) -> None:
        self.is_behind = False
        if self.wants_painting:
            self._terminal.caught_up(self)

    def show(self, output: bytes) -> None:
        """Live output; one that is behind gets a painting instead, later."""
        if self.is_behind:
            self.wants_painting = True
        elif not self.wants_painting:
            self.say(output)

    def say(self, frames: bytes) -> None:
        if self._transport is not None:
            self._transport.write(frames)

    def leave(self, reason: str) -> None:
        self.say(encode_object(FrameKind.CLOSED, reason=reason))
        if self._transport is not None:
            self._transport.close()

    def _obey(self, frame: Frame) -> None:
        match frame.kind:
            case FrameKind.INPUT:
                self._terminal.type(frame.content)
            case FrameKind.RESIZE:
                if (size := read_size(frame.object())) is not None:
                    self._terminal.resize(size)
            case _:
                raise BadFrame(f"a watcher does not send {frame.kind.name}")
