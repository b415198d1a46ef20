"""The status of a provisioner's job: a function of its row."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from taskyard.protocol.api.templates import ProvisionerJobStatus
from taskyard.server.db.tables import ProvisionerJobRow

__all__ = ["JobProgress", "job_status"]


@dataclass(frozen=True, slots=True)
class JobProgress:
    """Of a job's row what its status is made of, for queries that read no more."""

    id: UUID
    started_at: datetime | None
    completed_at: datetime | None
    canceled_at: datetime | None
    error: str | None


def job_status(job: ProvisionerJobRow | JobProgress) -> ProvisionerJobStatus:
    """Derive the status; `canceled_at` is when the job was asked to stop.

    A job that was asked to stop and succeeded nevertheless has succeeded: what it made
    is there.
    """
    if job.completed_at is not None:
        if job.error is None:
            return "succeeded"
        return "failed" if job.canceled_at is None else "canceled"

    if job.canceled_at is not None:
        return "canceling"
    return "pending" if job.started_at is None else "running"
