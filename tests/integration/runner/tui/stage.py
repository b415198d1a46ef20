"""An agent on a terminal whose every byte is kept, and hands that type into it.

Nothing here judges what the agent does: recordings are what the judging is held to.
"""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final, final

from taskyard.runner.agents.driver import Launch
from taskyard.runner.agents.tui.emulators import open_terminal
from taskyard.runner.agents.tui.pty import TerminalProcess
from taskyard.runner.agents.tui.screen import Screen
from taskyard.testing.recordings import Entry, Kind, Recording

__all__ = ["NotShown", "Stage", "staged"]

#: Longer than every rule waits.
HOLD_SECONDS: Final = 3.0
#: A machine of two cores that does other things as well.
PATIENCE_SECONDS: Final = 90.0
_ECHO_SECONDS: Final = 0.7
_ENTERS: Final = 5


class NotShown(Exception):
    """What was waited for did not come; the text ends with the screen."""


@final
class Stage:
    def __init__(self, launch: Launch) -> None:
        self._launch = launch
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self._entries: list[Entry] = []
        size = (launch.columns, launch.rows)
        self._terminal = open_terminal(*size)
        self.screen = Screen(self._terminal, lambda: None)
        self._process: TerminalProcess | None = None

    def recording(self, *, version: str, made: str) -> Recording:
        return Recording(
            agent=self._launch.agent,
            version=version,
            made=made,
            columns=self._launch.columns,
            rows=self._launch.rows,
            entries=tuple(self._entries),
        )

    async def open(self) -> None:
        self._process = await TerminalProcess.start(
            self._launch.command,
            environment=self._launch.environment,
            directory=self._launch.directory,
            size=(self._launch.columns, self._launch.rows),
            on_output=self._received,
        )

    async def close(self) -> None:
        if self._process is not None:
            await self._process.end(0)
        self.screen.close()

    async def until(self, pattern: str, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until the screen shows it. Raises `NotShown`."""
        wanted = re.compile(pattern, re.MULTILINE)
        shown = await self.screen.until(
            lambda: wanted.search(self.screen.text) is not None, seconds
        )
        if not shown:
            raise NotShown(f"no {pattern!r} in {seconds:g} s:\n{self.screen.text}")

    async def hold(self, seconds: float = HOLD_SECONDS) -> None:
        await asyncio.sleep(seconds)

    async def settle(self, seconds: float) -> None:
        """Wait until nothing has changed for a while, but not longer than `seconds`."""
        await self.until(r"\S")
        await self.screen.quiet(HOLD_SECONDS, seconds)

    async def moment(self, name: str) -> None:
        """Name what is there now; rules that wait have come to their end."""
        await self.hold()
        self._mark("moment", name.encode())

    async def press(self, keys: bytes) -> None:
        if self._process is not None:
            self._process.try_write(keys)
        await asyncio.sleep(_ECHO_SECONDS)

    async def say(self, text: str) -> None:
        """Type and press Enter, as often as it takes: a turn begins."""
        await self.press(text.encode())
        typed, said = self._shown(), text.encode()
        for _ in range(_ENTERS):
            here = len(self._entries)
            entered = Entry(self._loop.time() - self._began, "prompt", said)
            await self.press(b"\r")
            if await self.screen.until(lambda: self._shown() != typed, HOLD_SECONDS):
                self._entries.insert(here, entered)
                return
        raise NotShown(f"{text!r} was not taken:\n{self.screen.text}")

    def _shown(self) -> tuple[str, int]:
        """What Enter changes: the text, or only the line that the cursor is in."""
        return self.screen.text, self._terminal.cursor[1]

    def _mark(self, kind: Kind, data: bytes = b"") -> None:
        self._entries.append(Entry(self._loop.time() - self._began, kind, data))

    def _received(self, data: bytes) -> None:
        self._mark("out", data)
        if (answer := self.screen.feed(data)) and self._process is not None:
            self._process.try_write(answer)


@asynccontextmanager
async def staged(launch: Launch) -> AsyncGenerator[Stage]:
    stage = Stage(launch)
    await stage.open()
    try:
        yield stage
    finally:
        await stage.close()
