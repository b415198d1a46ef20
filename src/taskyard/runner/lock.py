"""One runner a workspace."""

import asyncio
import fcntl
import logging
import os
from pathlib import Path
from typing import Final

__all__ = ["hold"]

log = logging.getLogger(__name__)

RETRY_SECONDS: Final = 0.2


async def hold(path: Path, *, seconds: float) -> int | None:
    """Lock the workspace; the descriptor holds it until it is closed.

    None when another runner has it and keeps it for `seconds` (one that is ending lets it
    go). A home that cannot be written is not locked: the descriptor then holds nothing.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as exc:
        log.warning("cannot lock %s: %s; going on without", path, exc)
        return os.open(os.devnull, os.O_RDONLY)
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if loop.time() > deadline:
                os.close(descriptor)
                return None
            await asyncio.sleep(RETRY_SECONDS)
        else:
            return descriptor
