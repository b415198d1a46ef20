"""One job's line to the server, and what becomes of the job when it breaks."""

import asyncio
import base64
import logging
import random
from collections.abc import Awaitable, Callable
from typing import Final, Protocol, TypeVar
from uuid import UUID

from typing_extensions import override

from taskyard.protocol.provisioner import (
    Completion,
    Failure,
    Heartbeat,
    Job,
    LogBatch,
    StateUpload,
)
from taskyard.provisioner.client import KeyRefused, Server, ServerUnreachable
from taskyard.provisioner.engine.stop import Stop
from taskyard.provisioner.errors import LeaseLost, ServerRefused
from taskyard.provisioner.journal import Journal

__all__ = ["JobChannel", "Lease"]

log = logging.getLogger(__name__)

T = TypeVar("T")

_FIRST_WAIT: Final = 0.2
_LONGEST_WAIT: Final = 10.0
_LINES_PER_BATCH: Final = 500
_LOG_SECONDS: Final = 0.25


class JobChannel(Protocol):
    """What importing and building may ask of the server: no ids, no tokens.

    Calls wait for a server that is away; they raise `ServerRefused` when it does not
    take what we say, and `LeaseLost` when the job is somebody else's.
    """

    async def file(self, file_id: UUID) -> bytes: ...

    async def modules(self, version_id: UUID) -> bytes | None: ...

    async def put_modules(self, data: bytes) -> None: ...

    async def put_state(self, state: bytes) -> None: ...


class Lease(JobChannel):
    """Keeps the job ours while it runs.

    The server gives a job to somebody else when it has not heard from us for
    `lease_seconds`. So when we have not reached it for as long, we stop acting, whatever
    the reason: two at one workspace is worse than a build that starts anew.
    """

    def __init__(self, server: Server, job: Job, stop: Stop) -> None:
        self._server = server
        self._job = job
        self._token = job.lease_token
        self._stop = stop
        self._batch: LogBatch | None = None
        self._next_batch = 1
        self._logging = asyncio.Lock()

    @override
    async def file(self, file_id: UUID) -> bytes:
        return await self._insist(lambda: self._server.file(file_id))

    @override
    async def modules(self, version_id: UUID) -> bytes | None:
        return await self._insist(lambda: self._server.modules(version_id))

    @override
    async def put_modules(self, data: bytes) -> None:
        await self._insist(
            lambda: self._server.put_modules(self._job.id, self._token, data)
        )

    @override
    async def put_state(self, state: bytes) -> None:
        encoded = base64.b64encode(state).decode()
        upload = StateUpload(lease_token=self._token, state=encoded)
        await self._insist(lambda: self._server.put_state(self._job.id, upload))

    async def complete(self, completion: Completion) -> None:
        await self._insist(lambda: self._server.complete(self._job.id, completion))

    async def fail(self, failure: Failure) -> None:
        await self._insist(lambda: self._server.fail(self._job.id, failure))

    async def keep(self) -> None:
        """Send heartbeats until cancelled; end the job when the lease is lost."""
        loop = asyncio.get_running_loop()
        seconds = float(self._job.lease_seconds)
        # The server holds the answer back, so that a cancelation is heard at once.
        beat = Heartbeat(lease_token=self._token, wait_seconds=min(seconds / 3, 30))
        heard, pause = loop.time(), 0.0
        while True:
            await asyncio.sleep(pause)
            asked = loop.time()
            try:
                async with asyncio.timeout_at(heard + seconds):
                    reply = await self._server.heartbeat(self._job.id, beat)
            except (LeaseLost, KeyRefused, TimeoutError) as error:
                log.warning("lease_lost: %r", error, extra={"job": self._job.id})
                self._stop.lose_lease()
                return
            except (ServerUnreachable, ServerRefused) as error:
                log.info("heartbeat_failed: %s", error, extra={"job": self._job.id})
                # A refused connection is quicker than any timeout: look at the clock.
                if loop.time() >= heard + seconds:
                    self._stop.lose_lease()
                    return
                pause = seconds / 10
                continue
            heard = loop.time()
            pause = max(0.0, asked + seconds / 3 - heard)
            if reply.cancel:
                beat = Heartbeat(lease_token=self._token)
                self._stop.cancel()

    async def send_logs(self, journal: Journal) -> None:
        """Send what the journal collects, until cancelled."""
        while True:
            await asyncio.sleep(_LOG_SECONDS)
            await self.flush(journal)

    async def flush(self, journal: Journal) -> None:
        """A batch keeps its number until it was taken, so that none is stored twice."""
        async with self._logging:
            while batch := self._batch or self._new_batch(journal):
                self._batch = batch
                try:
                    await self._insist(
                        lambda b=batch: self._server.log(self._job.id, b)
                    )
                except ServerRefused as error:
                    # A line it cannot store must not cost the job its result.
                    log.warning("logs_refused: %s", error, extra={"job": self._job.id})
                self._batch = None

    def _new_batch(self, journal: Journal) -> LogBatch | None:
        lines = journal.drain(_LINES_PER_BATCH)
        if not lines:
            return None
        number, self._next_batch = self._next_batch, self._next_batch + 1
        return LogBatch(lease_token=self._token, number=number, logs=lines)

    async def _insist(self, call: Callable[[], Awaitable[T]]) -> T:
        """Again and again, until the server answers or the lease is lost."""
        wait = _FIRST_WAIT
        while not self._stop.killed.is_set():
            try:
                return await call()
            except (LeaseLost, KeyRefused):
                self._stop.lose_lease()
                break
            except ServerUnreachable as error:
                log.info("server_unreachable: %s", error, extra={"job": self._job.id})
            await asyncio.sleep(random.uniform(wait / 2, wait))  # noqa: S311 - jitter
            wait = min(wait * 2, _LONGEST_WAIT)
        raise LeaseLost
