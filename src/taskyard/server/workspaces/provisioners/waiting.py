"""Wait for a job: the long poll of a provisioner, with no session open while it waits."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from taskyard.protocol.provisioner import HeartbeatReply, Job
from taskyard.server.db import topics
from taskyard.server.db.broadcast import Broadcast

__all__ = ["wait_for_cancel", "wait_for_job"]

#: A lapsed lease makes no hint: look for one this often.
_LOOK_SECONDS: Final = 5.0


async def wait_for_job(
    attempt: Callable[[], Awaitable[Job | None]],
    *,
    broadcast: Broadcast,
    is_gone: Callable[[], Awaitable[bool]],
    longest: timedelta,
) -> Job | None:
    """Call `attempt`, once at least, until it has a job or `longest` is over.

    `attempt` is one transaction. It is not called for somebody who has gone: the job
    would wait for its lease to lapse.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + longest.total_seconds()
    async with broadcast.subscribe(topics.PROVISIONER_READY) as hints:
        while not (broadcast.is_closing or await is_gone()):
            job = await _try(attempt)
            left = until - loop.time()
            if job is not None or left <= 0:
                return job
            await hints.changed(timeout=min(left, _LOOK_SECONDS))
    return None


async def wait_for_cancel(
    beat: Callable[[], Awaitable[HeartbeatReply]],
    *,
    job_row: UUID,
    broadcast: Broadcast,
    longest: timedelta,
) -> HeartbeatReply:
    """Call `beat` now, when the job is canceled, and at the end; answer as it says.

    `beat` renews the lease, so it is called last of all just before the answer: who
    hears that counts its lease from then.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + longest.total_seconds()
    async with broadcast.subscribe(topics.JOB_CANCEL, job_row) as hints:
        while True:
            reply = await beat()
            left = until - loop.time()
            if reply.cancel or left <= 0 or broadcast.is_closing:
                return reply
            await hints.changed(timeout=left)


async def _try(attempt: Callable[[], Awaitable[Job | None]]) -> Job | None:
    while True:
        try:
            return await attempt()
        except IntegrityError:
            continue  # another provisioner was faster for the same workspace
