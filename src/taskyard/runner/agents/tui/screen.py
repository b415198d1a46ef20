"""A terminal that is watched: looked at when it has been quiet for a moment, never polled."""

import asyncio
import re
from collections.abc import Callable
from typing import Final, final

from taskyard.runner.agents.tui.dialogs import Dialog, find_dialog
from taskyard.runner.agents.tui.terminal import Terminal

__all__ = ["Screen"]

#: Within this time an agent has drawn what belongs together.
QUIET_SECONDS: Final = 0.016
#: An agent that never pauses is looked at all the same.
LONGEST_SECONDS: Final = 0.1
#: Nor may it draw more than this between two looks: a full screen is a few KiB, and what a
#: full-screen agent scrolls away is gone.
BURST_BYTES: Final = 8 * 1024


@final
class Screen:
    """Calls `on_look` after each look; between two of them `text` and `title` do not change."""

    def __init__(
        self,
        terminal: Terminal,
        on_look: Callable[[], None],
        dialogs: re.Pattern[str] | None = None,
    ) -> None:
        self._terminal = terminal
        self._dialogs = dialogs
        self._dialog: Dialog | None = None
        self._on_look = on_look
        self._loop = asyncio.get_running_loop()
        self.text = ""
        self.title = ""
        self.looked_at = self._loop.time()
        self._text_since = self.looked_at
        self._dialog_since = self.looked_at
        self._title_since = self.looked_at
        self._first_feed: float | None = None
        self._unseen = 0
        self._timer: asyncio.TimerHandle | None = None
        self._later: asyncio.TimerHandle | None = None
        self._looked = asyncio.Event()
        self._closed = False

    @property
    def text_age(self) -> float:
        """Seconds since the text changed."""
        return self._loop.time() - self._text_since

    @property
    def dialog_age(self) -> float:
        """Seconds since the dialog came that is shown, or the last one went."""
        return self._loop.time() - self._dialog_since

    @property
    def has_dialog(self) -> bool:
        return self._dialog is not None

    @property
    def title_age(self) -> float:
        return self._loop.time() - self._title_since

    @property
    def bells(self) -> int:
        return self._terminal.bells

    @property
    def takes_paste(self) -> bool:
        return self._terminal.takes_paste

    @property
    def is_alternate(self) -> bool:
        return self._terminal.is_alternate

    @property
    def is_between(self) -> bool:
        return self._closed or self._terminal.is_between

    def paint(self) -> bytes:
        return b"" if self._closed else self._terminal.paint()

    def whole(self) -> str:
        """With the history, where the agent has left one."""
        if self._terminal.is_alternate:
            return self._terminal.text()
        return self._terminal.history()

    def feed(self, data: bytes) -> bytes:
        """Take in output; returns what to answer to the agent."""
        self._terminal.feed(data)
        self._unseen += len(data)
        if self._unseen >= BURST_BYTES:
            self.look()
            return self._terminal.replies()
        now = self._loop.time()
        if self._first_feed is None:
            self._first_feed = now
        if self._timer is not None:
            self._timer.cancel()
        at = min(now + QUIET_SECONDS, self._first_feed + LONGEST_SECONDS)
        self._timer = self._loop.call_at(at, self.look)
        return self._terminal.replies()

    def resize(self, columns: int, rows: int) -> None:
        self._terminal.resize(columns, rows)
        self.look()

    def look(self) -> None:
        """See what is there now."""
        if self._closed:
            return
        for timer in (self._timer, self._later):
            if timer is not None:
                timer.cancel()
        self._timer = self._later = self._first_feed = None
        self._unseen = 0
        self.looked_at = self._loop.time()
        text, title = self._terminal.text(), self._terminal.title
        if text != self.text:
            self.text, self._text_since = text, self.looked_at
            dialog = find_dialog(text, self._dialogs)
            if dialog != self._dialog:
                self._dialog, self._dialog_since = dialog, self.looked_at
        if title != self.title:
            self.title, self._title_since = title, self.looked_at
        self._looked.set()
        self._looked = asyncio.Event()
        self._on_look()

    def look_in(self, seconds: float) -> None:
        """Look again by then, if nothing comes before. Ask again after each look."""
        # A timer that fires a hair early would see an age a hair too small.
        at = self._loop.time() + seconds + 0.005
        if self._later is not None:
            if self._later.when() <= at:
                return
            self._later.cancel()
        self._later = self._loop.call_at(at, self.look)

    async def until(self, holds: Callable[[], bool], seconds: float) -> bool:
        """Wait until a look shows that it holds; False when it did not in time."""
        try:
            async with asyncio.timeout(seconds):
                while not holds():
                    if self._closed:
                        return False
                    await self._looked.wait()
        except TimeoutError:
            return holds()
        return True

    async def quiet(self, seconds: float, limit: float) -> None:
        """Wait until the text has stood still for `seconds`, but not longer than `limit`."""

        def stands_still() -> bool:
            if self.text_age >= seconds:
                return True
            self.look_in(seconds - self.text_age)
            return False

        await self.until(stands_still, limit)

    def close(self) -> None:
        self._closed = True
        for timer in (self._timer, self._later):
            if timer is not None:
                timer.cancel()
        self._looked.set()
        self._terminal.close()
