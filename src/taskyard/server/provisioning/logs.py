"""The output of jobs, line by line: stored once, limited, and followed as it comes."""

from collections.abc import AsyncGenerator
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.kit.text import clean, shorten
from taskyard.protocol.api.templates import ProvisionerJobLog
from taskyard.protocol.provisioner import JobLog, LogBatch
from taskyard.server.db import topics
from taskyard.server.db.broadcast import Broadcast, notify
from taskyard.server.db.engine import Sessions
from taskyard.server.db.jobs import LeaseLost
from taskyard.server.db.tables import ProvisionerJobLogRow, ProvisionerJobRow
from taskyard.server.provisioning.store import JobStore

__all__ = ["MAX_LOG_BYTES", "JobLogs", "follow"]

#: As Coder's limit for the logs of an agent; a chatty apply of a large template has 200 kB.
MAX_LOG_BYTES: Final = 1024 * 1024
MAX_LINE: Final = 8 * 1024
_MAX_STAGE: Final = 128
_PAGE: Final = 1000
#: A look at the rows even when no hint came: hints are lost while the database restarts.
_LOOK_SECONDS: Final = 15.0


class JobLogs:
    def __init__(self, *, session: AsyncSession) -> None:
        self._session = session
        self._store = JobStore(session)

    async def append(self, row: ProvisionerJobRow, batch: LogBatch) -> None:
        """Store a batch; one that was stored before is ignored. Raises LeaseLost.

        Beyond the limit nothing is stored, and the job says that it overflowed.
        """
        if not await self._store.holds(row.job_id, batch.lease_token):
            raise LeaseLost
        taken = await self._store.take_batch(row.id, batch.number)
        if taken is None or taken.logs_overflowed:
            return

        await self.write(taken, batch.logs)

    async def write(self, row: ProvisionerJobRow, lines: list[JobLog]) -> None:
        """Store lines, whoever says them: the server itself does when it ends a job."""
        length = row.logs_length
        kept: list[ProvisionerJobLogRow] = []
        for line in lines:
            output = shorten(clean(line.output).rstrip("\n"), MAX_LINE)
            length += len(output.encode()) + 1
            if length > MAX_LOG_BYTES:
                break
            kept.append(
                ProvisionerJobLogRow(
                    job_id=row.id,
                    created_at=line.created_at,
                    source=line.source,
                    level=line.level,
                    stage=shorten(clean(line.stage), _MAX_STAGE),
                    output=output,
                )
            )

        self._store.add_logs(kept)
        await self._store.update(
            row.id,
            logs_length=min(length, MAX_LOG_BYTES),
            logs_overflowed=length > MAX_LOG_BYTES,
        )
        await notify(self._session, topics.JOB, row.id)

    async def page(
        self,
        job_id: UUID,
        *,
        after: int = 0,
        before: int | None = None,
        limit: int = 2**31,
    ) -> list[ProvisionerJobLog]:
        rows = await self._store.logs(job_id, after=after, before=before, limit=limit)
        return [_view(row) for row in rows]


async def follow(
    job_id: UUID, *, after: int, sessions: Sessions, broadcast: Broadcast
) -> AsyncGenerator[ProvisionerJobLog]:
    """Every line after `after` as it comes; ends with the job.

    No session is held open between the looks.
    """
    async with broadcast.subscribe(topics.JOB, job_id) as subscription:
        while True:
            async with sessions() as session:
                # Asked before the lines are read: lines and the end are written in one
                # transaction, so an ended job has no line that is still to come.
                row = await JobStore(session).get(job_id)
                over = row is None or row.completed_at is not None
                page = await JobLogs(session=session).page(
                    job_id, after=after, limit=_PAGE
                )
            for line in page:
                after = line.id
                yield line

            if len(page) == _PAGE:
                continue
            if over:
                return
            await subscription.changed(timeout=_LOOK_SECONDS)


def _view(row: ProvisionerJobLogRow) -> ProvisionerJobLog:
    return ProvisionerJobLog.model_validate(
        {
            "id": row.id,
            "created_at": row.created_at,
            "log_source": row.source,
            "log_level": row.level,
            "stage": row.stage,
            "output": row.output,
        }
    )
