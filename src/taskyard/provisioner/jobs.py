"""One job from lease to report."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from taskyard.protocol.provisioner import (
    BuildInput,
    BuildResult,
    Completion,
    Failure,
    ImportInput,
    ImportResult,
    Job,
)
from taskyard.provisioner.building import BuildFailed, build_workspace
from taskyard.provisioner.client import Server
from taskyard.provisioner.engine.stop import Stop
from taskyard.provisioner.errors import JobFailed, LeaseLost, ServerRefused
from taskyard.provisioner.importing import import_template
from taskyard.provisioner.journal import Journal
from taskyard.provisioner.lease import Lease
from taskyard.provisioner.workshop import Workshop

__all__ = ["JobRunner"]

log = logging.getLogger(__name__)


class JobRunner:
    """Runs one job. Whatever happens, `run` returns, and the server was told if it can be."""

    def __init__(self, *, job: Job, server: Server, workshop: Workshop) -> None:
        self.stop = Stop()
        self._job = job
        self._workshop = workshop
        self._journal = Journal(workshop.clock)
        self._lease = Lease(server, job, self.stop)

    async def run(self) -> None:
        about = {"job": self._job.id, "attempt": self._job.attempt}
        log.info("job_started", extra=about)
        try:
            async with self._background():
                report = await self._report()
                await self._lease.flush(self._journal)
                await self._send(report)
        except LeaseLost:
            log.warning("job_given_up", extra=about)
        except ServerRefused as error:
            log.error("report_refused: %s", error, extra=about)  # noqa: TRY400 - said all
        else:
            log.info("job_reported", extra=about)

    async def _send(self, report: Completion | Failure) -> None:
        if isinstance(report, Completion):
            try:
                await self._lease.complete(report)
            except ServerRefused as error:
                # What was made is there all the same, and has to be known.
                result = report.result
                state = result.state if isinstance(result, BuildResult) else None
                report = self._failure(error, state)
            else:
                return

        log.info("job_failed: %s", report.error, extra={"job": self._job.id})
        await self._lease.fail(report)

    @asynccontextmanager
    async def _background(self) -> AsyncGenerator[None]:
        """Heartbeats, logs and the deadline, for as long as the job is worked on."""
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(work)
                for work in (self._lease.keep(), self._send_logs(), self._deadline())
            ]
            refused: ServerRefused | None = None
            try:
                yield
            except LeaseLost:
                pass  # raised below, where the group cannot wrap it
            except ServerRefused as error:
                refused = error
            finally:
                for task in tasks:
                    task.cancel()
        if self.stop.killed.is_set():
            raise LeaseLost
        if refused:
            raise refused

    async def _send_logs(self) -> None:
        try:
            await self._lease.send_logs(self._journal)
        except LeaseLost:
            return  # the stop is set: the work itself ends with the same

    async def _deadline(self) -> None:
        settings = self._workshop.settings
        is_import = isinstance(self._job.input, ImportInput)
        seconds = settings.import_timeout if is_import else settings.build_timeout
        await asyncio.sleep(seconds)
        self.stop.time_out(seconds, "The import" if is_import else "The build")

    async def _report(self) -> Completion | Failure:
        try:
            result = await self._work()
        except BuildFailed as failed:
            return self._failure(failed.cause, failed.state)
        except JobFailed as failed:
            return self._failure(failed, None)
        except LeaseLost:
            raise
        except Exception as error:
            # The boundary of a job: it fails, the provisioner goes on.
            log.exception("job_broke", extra={"job": self._job.id})
            text = f"The provisioner failed: {error!r}. Its log has the details."
            return self._failure(JobFailed(text), None)
        return Completion(lease_token=self._job.lease_token, result=result)

    async def _work(self) -> ImportResult | BuildResult:
        match self._job.input:
            case ImportInput() as job:
                return await import_template(
                    job,
                    workshop=self._workshop,
                    journal=self._journal,
                    stop=self.stop,
                    channel=self._lease,
                )
            case BuildInput() as job:
                return await build_workspace(
                    job,
                    workshop=self._workshop,
                    journal=self._journal,
                    stop=self.stop,
                    channel=self._lease,
                )

    def _failure(self, error: JobFailed, state: str | None) -> Failure:
        self._journal.write(str(error), "error")
        return Failure(
            lease_token=self._job.lease_token,
            error=str(error),
            error_code=error.code,
            state=state,
            timings=self._journal.timings,
        )
