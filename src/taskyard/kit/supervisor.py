"""Own background tasks: named, kept alive, restarted, and stopped together."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

__all__ = ["Supervisor"]

log = logging.getLogger(__name__)


class Supervisor:
    """Runs loops and one-off tasks until it is closed.

    One failing task never takes another down: a loop is called again after its
    interval, a one-off is logged and forgotten. Closing cancels all and waits for them.
    """

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Cancel every task and wait until each has ended."""
        self._closed = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def start(self, work: Coroutine[Any, Any, None], *, name: str) -> None:
        """Run `work` once in the background; a failure is logged, not raised."""
        if self._closed:
            work.close()
            return
        loop = asyncio.get_running_loop()
        task = loop.create_task(self._once(work, name), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        # One that is cancelled before its first step has not begun `work`.
        task.add_done_callback(lambda _: work.close())

    def every(
        self, interval: timedelta, work: Callable[[], Awaitable[None]], *, name: str
    ) -> None:
        """Call `work` again and again, `interval` apart, whatever it raises."""
        self.start(self._loop(interval, work, name), name=name)

    async def _once(self, work: Coroutine[Any, Any, None], name: str) -> None:
        try:
            await work
        except Exception:
            log.exception("background work %r failed", name)

    async def _loop(
        self, interval: timedelta, work: Callable[[], Awaitable[None]], name: str
    ) -> None:
        while True:
            try:
                await work()
            except Exception:
                log.exception("background work %r failed", name)

            await asyncio.sleep(interval.total_seconds())
