"""Background loops: they look at the state, do what is due, and sleep until a hint."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog

from taskyard.server.factory import ProcessContext

__all__ = ["Loop", "keep_going"]

log: structlog.stdlib.BoundLogger = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """`step` is called at start, at least every `every`, and soon after a hint on `topics`.

    It looks at the rows and not at the hint, so that a lost hint or a restart changes
    nothing. Several servers may run it at once: what it takes, it takes by a lease or a
    conditional UPDATE. What it raises is logged, and it is called again.
    """

    name: str
    every: timedelta
    step: Callable[[ProcessContext], Awaitable[None]]
    topics: tuple[str, ...] = ()


async def keep_going(process: ProcessContext, loop: Loop) -> None:
    """Until cancelled."""
    async with process.broadcast.subscribe_all(
        [(topic, None) for topic in loop.topics]
    ) as hints:
        while True:
            try:
                await loop.step(process)
            except Exception:
                log.exception("background_step_failed", loop=loop.name)
                await asyncio.sleep(1)  # a step that fails at once must not spin
            await hints.changed(timeout=loop.every.total_seconds())
