"""Durable work: leased jobs, and what users see of a provisioner's."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    SmallInteger,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from taskyard.server.db.base import Base

__all__ = ["JobRow", "ProvisionerJobLogRow", "ProvisionerJobRow", "ScheduleRow"]

_LIVE = text("state IN ('ready', 'running')")


class JobRow(Base):
    """Work to be done once, by whoever holds the lease (`lease_token`) until `lease_until`.

    Jobs of one `key` run one at a time, oldest first. The triggers that ring `NOTIFY jobs`
    are made in the migration.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint(
            "state IN ('ready', 'running', 'done', 'failed', 'cancelled')", name="state"
        ),
        CheckConstraint(
            "(state = 'running') = (lease_token IS NOT NULL)", name="lease"
        ),
        Index(
            "ix_jobs_to_claim",
            "kind",
            text("priority DESC"),
            "id",
            postgresql_where=_LIVE,
        ),
        Index(
            "ix_jobs_live_by_key",
            "key",
            "id",
            postgresql_where=text("state IN ('ready', 'running') AND key IS NOT NULL"),
        ),
        Index(
            "uq_jobs_one_running_per_key",
            "key",
            unique=True,
            postgresql_where=text("state = 'running'"),
        ),
        Index(
            "uq_jobs_one_waiting_per_name",
            "unique_name",
            unique=True,
            postgresql_where=text("state = 'ready'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    kind: Mapped[str]
    key: Mapped[str | None]
    payload: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    priority: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    state: Mapped[str] = mapped_column(server_default=text("'ready'"))
    run_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    attempt: Mapped[int] = mapped_column(server_default=text("0"))
    lease_token: Mapped[UUID | None]
    lease_until: Mapped[datetime | None]
    worker: Mapped[str | None]
    cancel_requested_at: Mapped[datetime | None]
    error: Mapped[str | None]
    unique_name: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    finished_at: Mapped[datetime | None]


class ScheduleRow(Base):
    __tablename__ = "schedules"

    name: Mapped[str] = mapped_column(primary_key=True)
    next_at: Mapped[datetime]


class ProvisionerJobRow(Base):
    """A job for a provisioner, in the words of the API; the lease lives in `jobs`."""

    __tablename__ = "provisioner_jobs"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    job_id: Mapped[int] = mapped_column(
        BigInteger, unique=True
    )  # jobs.id; kept after that row is pruned
    type: Mapped[str]  # template_version_import | workspace_build
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id"))
    initiator_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    file_id: Mapped[UUID] = mapped_column(ForeignKey("files.id"))
    tags: Mapped[dict[str, str]] = mapped_column(default=dict)
    input: Mapped[dict[str, Any]] = mapped_column(default=dict)
    worker_name: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    canceled_at: Mapped[datetime | None]  # when it was asked to
    error: Mapped[str | None]
    error_code: Mapped[str | None]
    logs_length: Mapped[int] = mapped_column(default=0)  # bytes
    logs_overflowed: Mapped[bool] = mapped_column(default=False)
    last_log_batch: Mapped[int] = mapped_column(default=0)
    timings: Mapped[list[Any]] = mapped_column(default=list)


class ProvisionerJobLogRow(Base):
    __tablename__ = "provisioner_job_logs"
    __table_args__ = (Index("ix_provisioner_job_logs_job", "job_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    job_id: Mapped[UUID] = mapped_column(
        ForeignKey("provisioner_jobs.id", ondelete="CASCADE")
    )
    created_at: Mapped[datetime]
    source: Mapped[str]
    level: Mapped[str]
    stage: Mapped[str]
    output: Mapped[str]
