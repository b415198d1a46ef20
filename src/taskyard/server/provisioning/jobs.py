"""A provisioner's job from its request to its end, in the words of the API."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any, Final, Literal, cast
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.kit.clock import Clock
from taskyard.kit.text import clean, shorten
from taskyard.protocol.api.templates import ProvisionerJob
from taskyard.protocol.provisioner import Timing
from taskyard.server.db import jobs as queue
from taskyard.server.db import topics
from taskyard.server.db.broadcast import notify
from taskyard.server.db.tables import ProvisionerJobRow
from taskyard.server.provisioning.errors import JobNotFound, JobOver
from taskyard.server.provisioning.status import job_status
from taskyard.server.provisioning.store import JobStore

__all__ = ["HUMAN", "JOB_KIND", "JobType", "ProvisionerJobs"]

#: `kind` of the rows of `jobs` that are for provisioners.
JOB_KIND: Final = "provisioner"
#: People wait for what they asked for; a loop can wait.
HUMAN: Final = 10
_MAX_ERROR: Final = 16 * 1024

JobType = Literal["template_version_import", "workspace_build"]


class ProvisionerJobs:
    """Jobs as rows; who runs them is told over HTTP (see workspaces.provisioners)."""

    def __init__(self, *, session: AsyncSession, clock: Clock) -> None:
        self._session = session
        self._store = JobStore(session)
        self._clock = clock

    async def create(
        self,
        type_: JobType,
        *,
        id_: UUID | None = None,
        organization_id: UUID,
        initiator_id: UUID,
        file_id: UUID,
        input_: Mapping[str, Any],
        key: str | None = None,
        tags: Mapping[str, str] | None = None,
        priority: int = HUMAN,
    ) -> ProvisionerJobRow:
        """Add a job to the queue, in this transaction.

        `key`: jobs of one key run one at a time. `tags`: what a provisioner must offer.
        """
        id_ = id_ or uuid4()
        payload = {"provisioner_job_id": str(id_), "tags": dict(tags or {})}
        job_id = await queue.enqueue(
            self._session, JOB_KIND, key=key, payload=payload, priority=priority
        )
        assert job_id is not None  # noqa: S101 - None is for jobs with a unique name
        row = ProvisionerJobRow(
            id=id_,
            job_id=job_id,
            type=type_,
            organization_id=organization_id,
            initiator_id=initiator_id,
            file_id=file_id,
            tags=dict(tags or {}),
            input=dict(input_),
            created_at=self._clock.now(),
        )
        await self._store.add(row)
        await notify(self._session, topics.PROVISIONER_READY, "any")
        return row

    async def get(self, id_: UUID) -> ProvisionerJobRow:
        if row := await self._store.get(id_):
            return row
        raise JobNotFound

    async def cancel(self, row: ProvisionerJobRow) -> None:
        """Ask for its end: at once when it has not begun, else by its provisioner.

        Asking twice is the same as asking once; raises JobOver when it has ended.
        """
        status = job_status(row)
        if status == "canceling":
            return
        if status not in {"pending", "running"}:
            raise JobOver(f"The job has already {_ended(status)}.")

        now = self._clock.now()
        outcome = await queue.request_cancel(self._session, row.job_id)
        if outcome == "cancelled":
            await self._store.update(
                row.id,
                canceled_at=now,
                completed_at=now,
                error="Canceled before it began.",
                error_code="canceled",
            )
            await notify(
                self._session, topics.PROVISIONER_READY, "any"
            )  # the next of its key
        else:
            await self._check_not_over(row, outcome)
            await self._store.update(row.id, canceled_at=now)
            await notify(self._session, topics.JOB_CANCEL, row.id)
        await notify(self._session, topics.JOB, row.id)

    async def _check_not_over(self, row: ProvisionerJobRow, outcome: str) -> None:
        """Its provisioner may have ended it since we looked."""
        if outcome != "over":
            return
        await self._session.refresh(row)
        if row.completed_at is not None:
            raise JobOver(f"The job has already {_ended(job_status(row))}.")

    async def succeed(
        self, row: ProvisionerJobRow, token: UUID, timings: list[Timing]
    ) -> None:
        """End it well, with the rows of its result. Raises LeaseLost."""
        await queue.finish(self._session, row.job_id, token)
        await self._ended(row, timings=_plain(timings), error=None, error_code=None)

    async def fail(
        self,
        row: ProvisionerJobRow,
        token: UUID,
        *,
        error: str,
        error_code: str = "",
        timings: list[Timing] | None = None,
    ) -> None:
        """End it with a reason, which is never empty. Raises LeaseLost."""
        error = shorten(clean(error).strip(), _MAX_ERROR) or "The job failed."
        state = "failed" if row.canceled_at is None else "cancelled"
        await queue.finish(self._session, row.job_id, token, state=state, error=error)
        await self._ended(
            row,
            timings=_plain(timings or []),
            error=error,
            error_code=shorten(clean(error_code), 64) or None,
        )

    async def give_up(
        self, row: ProvisionerJobRow, *, error: str, error_code: str
    ) -> None:
        """End a job that waits in the queue and that nobody takes."""
        await queue.request_cancel(self._session, row.job_id)
        await self._ended(row, timings=[], error=error, error_code=error_code)

    async def settle_unrun(self, row: ProvisionerJobRow) -> None:
        """End a waiting job well though nobody ran it: there is nothing to do."""
        await queue.request_cancel(self._session, row.job_id)
        await self._ended(row, timings=[], error=None, error_code=None)

    async def _ended(self, row: ProvisionerJobRow, **values: Any) -> None:
        await self._store.update(row.id, completed_at=self._clock.now(), **values)
        await notify(self._session, topics.JOB, row.id)
        await notify(
            self._session, topics.PROVISIONER_READY, "any"
        )  # the next of its key

    async def release(self, worker: str) -> None:
        """Let others take what a provisioner held that is known to have ended."""
        await self._store.release(JOB_KIND, worker)
        await notify(self._session, topics.PROVISIONER_READY, "any")

    async def views(
        self, rows: Collection[ProvisionerJobRow]
    ) -> dict[UUID, ProvisionerJob]:
        """On the wire, by id, with their places in the queue."""
        waiting = [row.job_id for row in rows if job_status(row) == "pending"]
        places = await self._store.queue_places(JOB_KIND, waiting) if waiting else {}
        return {row.id: _view(row, places.get(row.job_id, (0, 0))) for row in rows}

    async def view(self, row: ProvisionerJobRow) -> ProvisionerJob:
        return (await self.views([row]))[row.id]


def _ended(status: str) -> str:
    return {"failed": "failed", "canceled": "been canceled"}.get(status, "succeeded")


def _plain(timings: list[Timing]) -> list[Any]:
    most = 1000  # a template with more actions than that has other worries
    return [timing.model_dump(mode="json") for timing in timings[:most]]


def _view(row: ProvisionerJobRow, place: tuple[int, int]) -> ProvisionerJob:
    status = job_status(row)
    return ProvisionerJob(
        id=row.id,
        created_at=row.created_at,
        started_at=row.started_at,
        completed_at=row.completed_at,
        canceled_at=row.canceled_at,
        # Coder's clients take any error for a failure, and a cancelation is none.
        error=row.error if status == "failed" else None,
        error_code=row.error_code if status == "failed" else None,
        status=status,
        worker_name=row.worker_name,
        file_id=row.file_id,
        tags=row.tags,
        queue_position=place[0],
        queue_size=place[1],
        organization_id=row.organization_id,
        initiator_id=row.initiator_id,
        input=row.input,
        type=cast("JobType", row.type),
        logs_overflowed=row.logs_overflowed,
    )


#: How long the rows of the queue itself are kept after their end; `provisioner_jobs`
#: has what people want to see.
QUEUE_RETENTION: Final = timedelta(days=7)
