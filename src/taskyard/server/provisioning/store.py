"""The SQL of provisioner jobs, their logs and their leases."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.server.db.tables import (
    JobRow,
    ProvisionerJobLogRow,
    ProvisionerJobRow,
)

__all__ = ["JobStore"]

_QUEUE: Final = text("""
select place.job_id, place.position, place.size from (
    select j.id as job_id,
           row_number() over (order by j.priority desc, j.id) as position,
           count(*) over () as size
    from jobs j where j.kind = :kind and j.state = 'ready'
) place where place.job_id = any(:ids)
""")
_EXTEND_LEASES: Final = text("""
update jobs set lease_until = now() + make_interval(secs => :ttl)
where kind = :kind and state = 'running' and lease_until > now()
""")
_RELEASE: Final = text("""
update jobs set lease_until = now() - interval '1 millisecond'
where kind = :kind and state = 'running' and worker = :worker
""")
_LAPSED: Final = text("""
select id, lease_token, attempt, cancel_requested_at is not null as cancel from jobs
where kind = :kind and state = 'running' and lease_until < now()
for update skip locked
""")


class JobStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    # -- jobs -------------------------------------------------------------------------

    async def add(self, row: ProvisionerJobRow) -> None:
        self._session.add(row)
        await self._session.flush()

    async def get(self, id_: UUID) -> ProvisionerJobRow | None:
        return await self._session.get(ProvisionerJobRow, id_)

    async def get_many(self, ids: Collection[UUID]) -> dict[UUID, ProvisionerJobRow]:
        rows = await self._session.scalars(
            select(ProvisionerJobRow).where(ProvisionerJobRow.id.in_(ids))
        )
        return {row.id: row for row in rows}

    async def by_job(self, job_id: int) -> ProvisionerJobRow | None:
        return await self._session.scalar(
            select(ProvisionerJobRow)
            .where(ProvisionerJobRow.job_id == job_id)
            .execution_options(populate_existing=True)
        )

    async def update(self, id_: UUID, **values: Any) -> None:
        await self._session.execute(
            update(ProvisionerJobRow)
            .where(ProvisionerJobRow.id == id_)
            .values(**values)
            .execution_options(synchronize_session="fetch")
        )

    async def queue_places(
        self, kind: str, job_ids: Sequence[int]
    ) -> dict[int, tuple[int, int]]:
        """Job to (position from 1, how many wait); only those that wait."""
        rows = await self._session.execute(_QUEUE, {"kind": kind, "ids": list(job_ids)})
        return {row.job_id: (row.position, row.size) for row in rows}

    async def waiting_since(
        self, kind: str, before: datetime
    ) -> list[ProvisionerJobRow]:
        """Jobs at the head of their key that nobody has taken since `before`.

        A build that waits behind another of its workspace is not the provisioners' fault.
        """
        ahead = JobRow.__table__.alias("ahead")
        rows = await self._session.scalars(
            select(ProvisionerJobRow)
            .join(JobRow, JobRow.id == ProvisionerJobRow.job_id)
            .where(
                JobRow.kind == kind,
                JobRow.state == "ready",
                ProvisionerJobRow.created_at < before,
                ~select(ahead.c.id)
                .where(
                    ahead.c.key == JobRow.key,
                    ahead.c.id < JobRow.id,
                    ahead.c.state.in_(("ready", "running")),
                )
                .exists(),
            )
            .with_for_update(of=JobRow, skip_locked=True, key_share=True)
        )
        return list(rows)

    # -- leases -----------------------------------------------------------------------

    async def holds(self, job_id: int, token: UUID) -> bool:
        """Whether `token` is the lease of the job; keeps it so for this transaction."""
        held = await self._session.scalar(
            select(JobRow.id)
            .where(JobRow.id == job_id, JobRow.lease_token == token)
            .with_for_update(key_share=True)
        )
        return held is not None

    async def extend_leases(self, kind: str, seconds: float) -> None:
        """Of those that have not lapsed: whoever held another has given it up."""
        await self._session.execute(_EXTEND_LEASES, {"kind": kind, "ttl": seconds})

    async def release(self, kind: str, worker: str) -> None:
        await self._session.execute(_RELEASE, {"kind": kind, "worker": worker})

    async def lapsed(self, kind: str) -> Sequence[Row[Any]]:
        """(id, lease_token, attempt, cancel) of jobs whose holder went silent; locked."""
        return (await self._session.execute(_LAPSED, {"kind": kind})).all()

    # -- logs -------------------------------------------------------------------------

    async def take_batch(self, id_: UUID, number: int) -> ProvisionerJobRow | None:
        """The job, locked, unless a batch of this number or a later one is stored."""
        return await self._session.scalar(
            update(ProvisionerJobRow)
            .where(
                ProvisionerJobRow.id == id_, ProvisionerJobRow.last_log_batch < number
            )
            .values(last_log_batch=number)
            .returning(ProvisionerJobRow)
            .execution_options(synchronize_session=False, populate_existing=True)
        )

    def add_logs(self, rows: Sequence[ProvisionerJobLogRow]) -> None:
        self._session.add_all(rows)

    async def logs(
        self, id_: UUID, *, after: int, before: int | None, limit: int
    ) -> list[ProvisionerJobLogRow]:
        """In order, at most `limit`."""
        query = select(ProvisionerJobLogRow).where(
            ProvisionerJobLogRow.job_id == id_, ProvisionerJobLogRow.id > after
        )
        if before is not None:
            query = query.where(ProvisionerJobLogRow.id < before)
        rows = await self._session.scalars(
            query.order_by(ProvisionerJobLogRow.id).limit(limit)
        )
        return list(rows)

    async def prune_logs(self, before: datetime) -> int:
        """Forget the logs of jobs that ended before that; how many lines went."""
        ended = select(ProvisionerJobRow.id).where(
            ProvisionerJobRow.completed_at < before
        )
        gone = await self._session.execute(
            delete(ProvisionerJobLogRow)
            .where(ProvisionerJobLogRow.job_id.in_(ended))
            .returning(ProvisionerJobLogRow.id)
        )
        return len(gone.all())
