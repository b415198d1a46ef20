"""A session's conversation on the workspace's disk, for its chat surface after a crash.

The server keeps every event; but who talks to the surface may have no way to the server.
"""

import asyncio
import logging
import sqlite3
from typing import Final, final

from taskyard.runner.agents.conversation import ChatMessage, Transcript
from taskyard.runner.agents.journal import Journal

__all__ = ["History"]

log = logging.getLogger(__name__)

#: A growing message is written at most this often.
PAUSE_SECONDS: Final = 0.25


@final
class History:
    """Writes what has changed in the transcript, one write at a time."""

    def __init__(
        self, journal: Journal, session_id: str, transcript: Transcript
    ) -> None:
        self._journal = journal
        self._session_id = session_id
        self._transcript = transcript
        self._written: dict[int, ChatMessage] = {}
        self._writing = asyncio.Lock()

    async def restore(self) -> None:
        """Put what was written into the transcript; before anything else is."""
        messages = await self._journal.messages(self._session_id)
        self._transcript.restore(messages)
        self._written = {m.id: m for m in self._transcript.messages}

    async def save(self) -> None:
        """Write what is not on the disk yet; a failure is logged."""
        async with self._writing:
            messages = self._transcript.messages
            fresh = [m for m in messages if self._written.get(m.id) is not m]
            if not fresh:
                return
            try:
                await self._journal.keep_messages(
                    self._session_id, fresh, first=messages[0].id
                )
            except sqlite3.Error as exc:
                log.warning("the conversation cannot be kept: %s", exc)
                return
            self._written = {m.id: m for m in messages}

    async def follow(self) -> None:
        """Write whenever something changed, until cancelled."""
        with self._transcript.watch() as changed:
            while True:
                await changed.wait()
                changed.clear()
                await self.save()
                await asyncio.sleep(PAUSE_SECONDS)
