"""Join a person's own terminal to one far away, and leave it as it was."""

import asyncio
import fcntl
import os
import signal
import struct
import sys
import termios
import tty
from collections.abc import Generator
from contextlib import aclosing, contextmanager
from typing import Final, final

from taskyard.cli.output import note
from taskyard.cli.reference import Reference
from taskyard.kit.errors import Conflict
from taskyard.protocol.terminal import (
    CLEARED,
    MAX_COLUMNS,
    MAX_ROWS,
    TerminalSize,
)
from taskyard.sdk import Client, ServerUnreachable
from taskyard.sdk.terminal import Closed, RemoteTerminal, Replay

__all__ = ["Attached", "split_at_detach"]

#: Ctrl-], and what it is where a program has asked for more exact keys.
DETACH: Final = (b"\x1d", b"\x1b[93;5u", b"\x1b[27;5;93~")
READ_BYTES: Final = 64 * 1024
#: A lost connection is looked for again so often, with growing pauses: a minute or so.
ATTEMPTS: Final = 12
LONGEST_PAUSE: Final = 8.0


def split_at_detach(keys: bytes) -> tuple[bytes, bool]:
    """What was typed before the key that detaches, and whether that was pressed."""
    places = [at for key in DETACH if (at := keys.find(key)) >= 0]
    return (keys[: min(places)], True) if places else (keys, False)


@final
class Attached:
    """One visit: keys go there, what is drawn comes here.

    Keys that are pressed without a connection are lost: later they would meet a screen
    that the person has not seen.
    """

    def __init__(self, client: Client, reference: Reference) -> None:
        self._client = client
        self._reference = reference
        self._remote: RemoteTerminal | None = None
        self._keys: asyncio.Queue[bytes] = asyncio.Queue()
        self._has_resized = asyncio.Event()
        self._left = asyncio.Event()

    async def use(self) -> str:
        """Until the person detaches or the terminal ends; a sentence about why it ended.

        Raises `Conflict` when there is no terminal, and what the API raises.
        """
        note(f"The terminal of {self._reference.name}; Ctrl-] detaches.")
        loop = asyncio.get_running_loop()
        showing = loop.create_task(self._show())
        leaving = loop.create_task(self._left.wait())
        helping = [
            loop.create_task(self._type()),
            loop.create_task(self._follow_size()),
        ]
        with _own_terminal(), _listening(loop, self):
            try:
                await asyncio.wait(
                    {showing, leaving}, return_when=asyncio.FIRST_COMPLETED
                )
                has_left = leaving.done()
            finally:
                for task in (showing, leaving, *helping):
                    task.cancel()
                await asyncio.gather(showing, leaving, *helping, return_exceptions=True)
        return "Detached." if has_left else showing.result()

    # -- from here to there -----------------------------------------------------------

    def typed(self) -> None:
        """Standard input has something."""
        keys = os.read(sys.stdin.fileno(), READ_BYTES)
        keys, detaches = split_at_detach(keys)
        if keys:
            self._keys.put_nowait(keys)
        if detaches or not keys:
            self._left.set()

    def resized(self) -> None:
        self._has_resized.set()

    def leave(self) -> None:
        self._left.set()

    async def _type(self) -> None:
        while True:
            keys = await self._keys.get()
            if self._remote is not None:
                await self._remote.type(keys)

    async def _follow_size(self) -> None:
        while True:
            await self._has_resized.wait()
            self._has_resized.clear()
            if self._remote is not None:
                await self._remote.resize(_own_size())

    # -- from there to here -----------------------------------------------------------

    async def _show(self) -> str:
        """Attach, and attach again when the connection is lost; why it ended."""
        failures, was_there = 0, False
        while True:
            ended = Closed("", is_lost=True)
            try:
                visit = self._client.tasks.terminal(
                    self._reference.user, self._reference.name, _own_size()
                )
                async with visit as remote:
                    self._remote = remote
                    async with aclosing(remote.shown()) as shown:
                        async for each in shown:
                            if isinstance(each, Replay):
                                failures, was_there = 0, True
                            elif isinstance(each, Closed):
                                ended = each
                            elif isinstance(each, bytes):
                                await asyncio.to_thread(_write, each)
            except ServerUnreachable:
                if failures >= ATTEMPTS:
                    raise
            finally:
                self._remote = None
            if not ended.is_lost or failures >= ATTEMPTS:
                if not was_there:
                    raise Conflict(ended.reason)
                return ended.reason
            failures += 1
            await asyncio.sleep(min(0.25 * 2**failures, LONGEST_PAUSE))


@contextmanager
def _own_terminal() -> Generator[None]:
    """Keys one by one and unchanged; afterwards everything as it was before."""
    before = termios.tcgetattr(sys.stdin)
    # What stands on the screen moves into the history: it is not ours to clear.
    _write(b"\r\n" * _own_size().rows)
    tty.setraw(sys.stdin)
    try:
        yield
    finally:
        _write(CLEARED + b"\x1b]0;\x07")
        termios.tcsetattr(sys.stdin, termios.TCSAFLUSH, before)


@contextmanager
def _listening(loop: asyncio.AbstractEventLoop, attached: Attached) -> Generator[None]:
    loop.add_reader(sys.stdin.fileno(), attached.typed)
    loop.add_signal_handler(signal.SIGWINCH, attached.resized)
    # To end this program is to detach: the terminal must be itself again.
    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, attached.leave)
    try:
        yield
    finally:
        loop.remove_reader(sys.stdin.fileno())
        for number in (signal.SIGWINCH, signal.SIGTERM, signal.SIGHUP):
            loop.remove_signal_handler(number)


def _own_size() -> TerminalSize:
    """As `shutil.get_terminal_size`, but never by variables that may be old."""
    packed = fcntl.ioctl(sys.stdout.fileno(), termios.TIOCGWINSZ, b"\0" * 8)
    rows, columns = struct.unpack("HHHH", packed)[:2]
    return TerminalSize(
        max(1, min(columns or 80, MAX_COLUMNS)), max(1, min(rows or 24, MAX_ROWS))
    )


def _write(data: bytes) -> None:
    """Whole, however slow the terminal is."""
    while data:
        data = data[os.write(sys.stdout.fileno(), data) :]
