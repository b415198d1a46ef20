"""The status of a provisioner's job: a function of its row."""

from taskyard.protocol.api.templates import ProvisionerJobStatus
from taskyard.server.db.tables import ProvisionerJobRow

__all__ = ["job_status"]


def job_status(job: ProvisionerJobRow) -> ProvisionerJobStatus:
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
