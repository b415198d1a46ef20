"""Keep the conversation of a stand-alone server on the disk, as it grows."""

import asyncio
import logging
from collections.abc import Callable
from typing import Final, final

from taskyard.runner.agentapi.standalone.state import CannotLoad, SavedState, StateFile
from taskyard.runner.agents.conversation import Transcript

__all__ = ["Keeper"]

log = logging.getLogger(__name__)

#: A growing message is written at most this often, a long conversation less often: the
#: file is written whole, and writing may take a twentieth of the time.
PAUSE_SECONDS: Final = 0.2
_SHARE: Final = 20.0


@final
class Keeper:
    """Writes to the state file, one write at a time; without a file it does nothing."""

    def __init__(self, file: StateFile | None, *, saves: bool) -> None:
        self._file = file
        self._saves = saves
        self._writing = asyncio.Lock()

    def load(self) -> SavedState | None:
        """What was kept last. Raises `CannotLoad`, after it has put the file aside."""
        if self._file is None:
            return None
        try:
            return self._file.load()
        except CannotLoad as exc:
            if self._saves:
                raise CannotLoad(f"{exc}{self._set_aside(self._file)}") from exc
            raise

    async def keep(self, state: SavedState) -> None:
        """Write it, if it differs from what is there; a failure is logged."""
        if self._file is not None and self._saves:
            async with self._writing:
                await asyncio.to_thread(self._write, self._file, state)

    def keep_now(self, state: SavedState) -> None:
        """As `keep`, at once: for a signal whose sender looks at the file next."""
        if self._file is not None and self._saves:
            self._write(self._file, state)

    async def follow(
        self, transcript: Transcript, snapshot: Callable[[], SavedState]
    ) -> None:
        """Write whenever something changed, until cancelled."""
        loop = asyncio.get_running_loop()
        with transcript.watch() as changed:
            while True:
                await changed.wait()
                changed.clear()
                began = loop.time()
                await self.keep(snapshot())
                await asyncio.sleep(max(PAUSE_SECONDS, (loop.time() - began) * _SHARE))

    def _write(self, file: StateFile, state: SavedState) -> None:
        try:
            file.save(state)
        except OSError as exc:
            log.warning("cannot save the state: %s", exc)

    def _set_aside(self, file: StateFile) -> str:
        try:
            return f" (it is kept as {file.set_aside()})"
        except OSError:
            return ""
