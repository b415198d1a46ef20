"""Ask for jobs, run as many at once as there are slots, and end in good order."""

import asyncio
import logging
import random
from collections.abc import Awaitable
from typing import Final, TypeVar

from taskyard.protocol.provisioner import AcquireRequest, Job
from taskyard.provisioner.client import KeyRefused, Server, ServerUnreachable
from taskyard.provisioner.errors import ServerRefused
from taskyard.provisioner.jobs import JobRunner
from taskyard.provisioner.workshop import Workshop

__all__ = ["Worker"]

log = logging.getLogger(__name__)

T = TypeVar("T")

_FIRST_WAIT: Final = 0.2
_LONGEST_WAIT: Final = 15.0


class Worker:
    """`run` works until `finish` or `cancel`, or until the server refuses the key."""

    def __init__(
        self, *, server: Server, workshop: Workshop, version: str = ""
    ) -> None:
        self._server = server
        self._workshop = workshop
        self._version = version
        self._slots = workshop.settings.concurrency
        self._free = asyncio.Semaphore(self._slots)
        self._finishing = asyncio.Event()
        self._running: set[JobRunner] = set()
        self._wait = _FIRST_WAIT
        self._refused = False

    def finish(self) -> None:
        """Take no more jobs; `run` returns when the last one has reported."""
        self._finishing.set()

    def cancel(self) -> None:
        """End the running jobs too, politely: their state is kept."""
        self.finish()
        for runner in self._running:
            runner.stop.cancel("The provisioner was stopped. Start the build again.")

    async def run(self) -> None:
        """Raises `KeyRefused`, after the running jobs have ended."""
        async with asyncio.TaskGroup() as jobs:
            while not self._finishing.is_set():
                if await self._unless_finishing(self._free.acquire()) is None:
                    break
                try:
                    job = await self._next()
                except KeyRefused:
                    self._finishing.set()
                    self._refused = True
                    break
                if job is None:
                    self._free.release()
                else:
                    jobs.create_task(self._run_job(job))
        if self._refused:
            raise KeyRefused(
                "The server does not accept this provisioner's key. "
                "Make a new one: taskyard provisioner key create"
            )

    async def _next(self) -> Job | None:
        request = AcquireRequest(
            name=self._workshop.settings.name,
            slots=min(self._slots, 64),
            version=self._version,
        )
        try:
            job = await self._unless_finishing(self._server.acquire(request))
        except (ServerUnreachable, ServerRefused) as error:
            log.info("acquire_failed: %s", error)
            pause = random.uniform(self._wait / 2, self._wait)  # noqa: S311 - jitter
            self._wait = min(self._wait * 2, _LONGEST_WAIT)
            await self._unless_finishing(asyncio.sleep(pause))
            return None
        self._wait = _FIRST_WAIT
        return job

    async def _run_job(self, job: Job) -> None:
        runner = JobRunner(job=job, server=self._server, workshop=self._workshop)
        self._running.add(runner)
        try:
            await runner.run()
        except Exception:
            # The last boundary: one broken job must not take the others down.
            log.exception("job_runner_broke", extra={"job": job.id})
        finally:
            self._running.discard(runner)
            self._free.release()

    async def _unless_finishing(self, work: Awaitable[T]) -> T | None:
        """What `work` returns; None when finishing came first."""

        async def run() -> T | ServerUnreachable | ServerRefused | KeyRefused:
            # As a value, because a group would wrap it.
            try:
                return await work
            except (ServerUnreachable, ServerRefused, KeyRefused) as error:
                return error

        async with asyncio.TaskGroup() as group:
            task = group.create_task(run())
            bell = group.create_task(self._finishing.wait())
            await asyncio.wait({task, bell}, return_when=asyncio.FIRST_COMPLETED)
            bell.cancel()
            if not task.done():
                task.cancel()
        found = None if task.cancelled() else task.result()
        if isinstance(found, (ServerUnreachable, ServerRefused, KeyRefused)):
            raise found
        return found
