"""Wait for a job: the long poll of a provisioner, with no session open while it waits."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from sqlalchemy.exc import IntegrityError

from taskyard.protocol.provisioner import Job
from taskyard.server.db import topics
from taskyard.server.db.broadcast import Broadcast

__all__ = ["LONGEST_WAIT", "wait_for_job"]

#: Shorter than the 30 s after which proxies cut silent connections.
LONGEST_WAIT: Final = timedelta(seconds=25)
#: A lapsed lease makes no hint: look for one this often.
_LOOK_SECONDS: Final = 5.0


async def wait_for_job(
    attempt: Callable[[], Awaitable[Job | None]],
    *,
    broadcast: Broadcast,
    is_gone: Callable[[], Awaitable[bool]],
    longest: timedelta = LONGEST_WAIT,
) -> Job | None:
    """Call `attempt` until it has a job, the time is over, or who asked has gone.

    `attempt` is one transaction. It is not called for somebody who has gone: the job
    would wait for its lease to lapse.
    """
    try:
        async with (
            asyncio.timeout(longest.total_seconds()),
            broadcast.subscribe(topics.PROVISIONER_READY) as hints,
        ):
            while not await is_gone():
                job = await _try(attempt)
                if job is not None:
                    return job
                await hints.changed(timeout=_LOOK_SECONDS)
    except TimeoutError:
        pass
    return None


async def _try(attempt: Callable[[], Awaitable[Job | None]]) -> Job | None:
    while True:
        try:
            # Shielded from the time limit: a job that was taken must be handed out.
            return await asyncio.shield(attempt())
        except IntegrityError:
            continue  # another provisioner was faster for the same workspace
