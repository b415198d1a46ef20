"""What a provisioner asks of the server about a job it holds.

Every call but `acquire` carries the lease of the job, and raises LeaseLost when that is
somebody else's now; then nothing of the call is stored.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.kit.clock import Clock
from taskyard.protocol.provisioner import (
    AcquireRequest,
    BuildResult,
    Completion,
    Failure,
    HeartbeatReply,
    ImportResult,
    Job,
    JobLog,
    LogBatch,
    StateUpload,
    Timing,
)
from taskyard.server.db import jobs as queue
from taskyard.server.db import topics
from taskyard.server.db.broadcast import notify
from taskyard.server.db.jobs import ClaimedJob, LeaseLost
from taskyard.server.db.tables import (
    BuildRow,
    ModulesRow,
    ProvisionerJobRow,
    TemplateVersionRow,
)
from taskyard.server.provisioning.errors import JobNotFound
from taskyard.server.provisioning.jobs import JOB_KIND, ProvisionerJobs
from taskyard.server.provisioning.logs import JobLogs
from taskyard.server.provisioning.store import JobStore
from taskyard.server.templates.errors import FileNotFound
from taskyard.server.templates.store import TemplateStore
from taskyard.server.workspaces.hints import hint_workspace
from taskyard.server.workspaces.provisioners.inputs import Inputs
from taskyard.server.workspaces.provisioners.results import Results

__all__ = ["TIMED_OUT", "LeaseSettings", "ProvisionerService"]

TIMED_OUT: Final = "timed_out"
_CANCELED: Final = "Canceled."


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseSettings:
    """How long a provisioner may be silent, and how often a job is begun at most."""

    ttl: timedelta
    attempts: int


class ProvisionerService:
    def __init__(
        self,
        *,
        session: AsyncSession,
        jobs: ProvisionerJobs,
        logs: JobLogs,
        inputs: Inputs,
        results: Results,
        clock: Clock,
        lease: LeaseSettings,
    ) -> None:
        self._session = session
        self._store = JobStore(session)
        self._templates = TemplateStore(session)
        self._jobs = jobs
        self._logs = logs
        self._inputs = inputs
        self._results = results
        self._clock = clock
        self._lease = lease

    # -- taking a job -----------------------------------------------------------------

    async def acquire(
        self, request: AcquireRequest, tags: Mapping[str, str]
    ) -> Job | None:
        """The next job for a provisioner that offers `tags`; None = nothing to do now.

        Raises sqlalchemy's IntegrityError when another was faster: roll back, try again.
        """
        while True:
            claimed = await queue.claim(
                self._session,
                [JOB_KIND],
                worker=request.name,
                ttl=self._lease.ttl,
                tags=tags,
            )
            if not claimed:
                return None
            job = await self._begin(claimed[0], request.name)
            if job is not None:
                return job

    async def _begin(self, claimed: ClaimedJob, worker: str) -> Job | None:
        row = await self._store.by_job(claimed.id)
        if row is None or row.completed_at is not None:
            await queue.finish(self._session, claimed.id, claimed.token)
            return None
        if await self._refuse(row, claimed):
            return None

        before = row.worker_name
        # A second attempt numbers its batches of logs from 1 again.
        await self._store.update(
            row.id,
            worker_name=worker,
            started_at=row.started_at or self._clock.now(),
            last_log_batch=0,
        )
        if claimed.attempt > 1:
            await self._say_again(row, before, claimed.attempt)
        job = Job(
            id=claimed.id,
            lease_token=claimed.token,
            lease_seconds=int(self._lease.ttl.total_seconds()),
            attempt=claimed.attempt,
            input=await self._inputs.of(row),
        )
        await self._hint(row)
        return job

    async def _say_again(
        self, row: ProvisionerJobRow, before: str, attempt: int
    ) -> None:
        """In its log: whoever reads on must know why it begins anew."""
        output = (
            f"The provisioner {before!r} stopped answering. Another one goes on from "
            f"what was stored (attempt {attempt} of {self._lease.attempts})."
        )
        line = JobLog(
            created_at=self._clock.now(),
            source="provisioner_daemon",
            level="warn",
            stage="Starting again",
            output=output,
        )
        await self._logs.write(row, [line])

    async def _refuse(self, row: ProvisionerJobRow, claimed: ClaimedJob) -> bool:
        """End a job that is not to be begun (again)."""
        if claimed.cancel_requested:
            await self.end_canceled(row, claimed.token)
        elif claimed.attempt > self._lease.attempts:
            await self.give_up(row, claimed.token)
        else:
            return False
        return True

    async def end_canceled(self, row: ProvisionerJobRow, token: UUID) -> None:
        """End a job that was asked to stop and whose provisioner went silent."""
        late = row.error_code == TIMED_OUT
        error = (row.error or "") if late else _CANCELED
        code = TIMED_OUT if late else "canceled"
        await self._fail(row, token, error=error, error_code=code)

    async def give_up(self, row: ProvisionerJobRow, token: UUID) -> None:
        """Fail a job whose provisioners went silent too often."""
        last = f", the last was {row.worker_name!r}" if row.worker_name else ""
        error = (
            f"The provisioner stopped answering {self._lease.attempts} times while it "
            f"ran this job{last}. Its log says why; the build can be started again."
        )
        await self._fail(row, token, error=error, error_code="provisioner_lost")

    # -- while it runs ----------------------------------------------------------------

    async def heartbeat(self, job_id: int, token: UUID) -> HeartbeatReply:
        cancel = await queue.renew(self._session, job_id, token, ttl=self._lease.ttl)
        return HeartbeatReply(cancel=cancel)

    async def row_id(self, job_id: int) -> UUID:
        """The API's id of the job. Raises JobNotFound."""
        return (await self._row(job_id)).id

    async def append_logs(self, job_id: int, batch: LogBatch) -> None:
        await self._logs.append(await self._row(job_id), batch)

    async def store_state(self, job_id: int, upload: StateUpload) -> None:
        """A checkpoint, so that a build that is killed can go on from it."""
        row = await self._row(job_id)
        if not await self._store.holds(job_id, upload.lease_token):
            raise LeaseLost
        build = await self._results.build_of(row)
        await self._results.store_state(build, upload.state)

    async def store_modules(self, job_id: int, token: UUID, data: bytes) -> None:
        row = await self._held(job_id, token)
        version = await self._templates.version(TemplateVersionRow.job_id == row.id)
        if version is None:
            raise JobNotFound
        await self._templates.replace_modules(
            ModulesRow(
                template_version_id=version.id, data=data, created_at=self._clock.now()
            )
        )

    async def file(self, file_id: UUID) -> bytes:
        """The archive of a template, as a plain tar."""
        data = await self._templates.file_data(file_id)
        if data is None:
            raise FileNotFound
        return data

    async def modules(self, version_id: UUID) -> bytes:
        data = await self._templates.modules(version_id)
        if data is None:
            raise FileNotFound
        return data

    async def state_of(self, build: BuildRow) -> bytes:
        """Terraform's state after a build. Raises StateNotFound."""
        return await self._results.state_of(build)

    # -- its end ----------------------------------------------------------------------

    async def complete(self, job_id: int, done: Completion) -> None:
        """Rows of the result and the end of the job, in one transaction."""
        row = await self._held(job_id, done.lease_token)
        timings = done.result.timings
        try:
            async with self._session.begin_nested():
                await self._apply(row, done.result)
        except IntegrityError:
            error = "The template makes two agents or apps of one name."
            await self._fail(row, done.lease_token, error=error, timings=timings)
            return

        await self._jobs.succeed(row, done.lease_token, timings)

    async def _apply(
        self, row: ProvisionerJobRow, result: ImportResult | BuildResult
    ) -> None:
        match result:
            case ImportResult():
                await self._results.apply_import(row, result)
            case BuildResult():
                await self._results.apply_build(row, result)

    async def fail(self, job_id: int, failure: Failure) -> None:
        row = await self._held(job_id, failure.lease_token)
        if row.type == "workspace_build":
            build = await self._results.build_of(row)
            await self._results.touch(build)
            if failure.state is not None:
                await self._results.store_state(build, failure.state)

        late = row.error_code == TIMED_OUT and row.error is not None
        await self._fail(
            row,
            failure.lease_token,
            error=f"{row.error} {failure.error}" if late else failure.error,
            error_code=TIMED_OUT if late else failure.error_code,
            timings=failure.timings,
        )

    async def _fail(
        self,
        row: ProvisionerJobRow,
        token: UUID,
        *,
        error: str,
        error_code: str = "",
        timings: list[Timing] | None = None,
    ) -> None:
        await self._jobs.fail(
            row, token, error=error, error_code=error_code, timings=timings
        )
        await self._hint(row)

    async def _hint(self, row: ProvisionerJobRow) -> None:
        if row.type == "workspace_build":
            build = await self._results.build_of(row)
            await hint_workspace(self._session, build.workspace_id)
        await notify(self._session, topics.JOB, row.id)

    async def _row(self, job_id: int) -> ProvisionerJobRow:
        row = await self._store.by_job(job_id)
        if row is None:
            raise JobNotFound
        return row

    async def _held(self, job_id: int, token: UUID) -> ProvisionerJobRow:
        """The job, if `token` is its lease; kept so until this transaction has ended.

        The workspace is locked before the job, as by who orders a build:

        1. A task is deleted: its workspace is locked, its build is to be canceled.
        2. The build completes: its job is locked, its workspace is to be changed.
        3. Each would wait for the other.
        """
        row = await self._row(job_id)
        if row.type == "workspace_build":
            build = await self._results.build_of(row)
            await self._results.lock_workspace(build)
        if not await self._store.holds(job_id, token):
            raise LeaseLost
        await self._session.refresh(row)
        return row
