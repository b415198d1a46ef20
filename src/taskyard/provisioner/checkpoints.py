"""Keep the state at the server while Terraform is still at work.

Terraform writes its state file after each resource. Whoever finishes a build whose
provisioner was killed starts from the last copy.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from taskyard.kit.supervisor import Supervisor
from taskyard.provisioner.errors import LeaseLost, ServerRefused

__all__ = ["Checkpoints"]

log = logging.getLogger(__name__)

# Ten resources that are ready at once are one upload.
_PAUSE_SECONDS: Final = 0.5


class Checkpoints:
    """Uploads `path` with `put` whenever it changed after a `look`, until it is left.

    What is there at the end is not uploaded: it goes with the result.
    """

    def __init__(self, path: Path, put: Callable[[bytes], Awaitable[None]]) -> None:
        self._path = path
        self._put = put
        self._hint = asyncio.Event()
        self._supervisor = Supervisor()

    async def __aenter__(self) -> Self:
        self._supervisor.start(self._upload(), name="checkpoints")
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        await self._supervisor.close()

    def look(self) -> None:
        """A hint that the file may have changed."""
        self._hint.set()

    async def _upload(self) -> None:
        seen = await asyncio.to_thread(_fingerprint, self._path)
        while True:
            await self._hint.wait()
            self._hint.clear()
            before, seen = seen, await asyncio.to_thread(_fingerprint, self._path)
            if seen == before:
                continue
            state = await asyncio.to_thread(_read, self._path)
            if state is None:
                continue  # caught while being written: there will be another line
            try:
                await self._put(state)
            except LeaseLost:
                return  # the heartbeat notices too, and ends the job
            except ServerRefused as error:
                log.warning("checkpoint_refused: %s", error)
            await asyncio.sleep(_PAUSE_SECONDS)


def _fingerprint(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except FileNotFoundError:
        return 0, 0
    return found.st_mtime_ns, found.st_size


def _read(path: Path) -> bytes | None:
    try:
        data = path.read_bytes()
        json.loads(data)
    except (OSError, ValueError):
        return None
    return data
