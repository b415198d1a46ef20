"""Workspaces, their builds, and what a build made: resources, agents, apps."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, deferred, mapped_column

from taskyard.server.db.base import Base

__all__ = [
    "AgentLogRow",
    "AgentRow",
    "AppRow",
    "AppStatusRow",
    "BuildRow",
    "EgressDecisionRow",
    "ResourceRow",
    "WorkspaceRow",
]


class WorkspaceRow(Base):
    __tablename__ = "workspaces"
    __table_args__ = (
        Index(
            "uq_workspaces_owner_id_name",
            "owner_id",
            func.lower(text("name")),
            unique=True,
            postgresql_where=text("deleted_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id"))
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    template_id: Mapped[UUID] = mapped_column(ForeignKey("templates.id"), index=True)
    name: Mapped[str]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]


class BuildRow(Base):
    __tablename__ = "workspace_builds"
    __table_args__ = (
        UniqueConstraint("workspace_id", "build_number"),
        CheckConstraint("transition IN ('start', 'stop', 'delete')", name="transition"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id"))
    build_number: Mapped[int]
    transition: Mapped[str]
    reason: Mapped[str]
    initiator_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    template_version_id: Mapped[UUID] = mapped_column(
        ForeignKey("template_versions.id")
    )
    preset_id: Mapped[UUID | None]
    job_id: Mapped[UUID] = mapped_column(ForeignKey("provisioner_jobs.id"), unique=True)
    parameters: Mapped[dict[str, str]] = mapped_column(default=dict)
    #: terraform.tfstate, encrypted: it holds tokens. Of a failed build: what was applied.
    state: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    has_ai_task: Mapped[bool] = mapped_column(default=False)
    daily_cost: Mapped[int] = mapped_column(default=0)
    supervisor_token_hash: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ResourceRow(Base):
    __tablename__ = "workspace_resources"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    build_id: Mapped[UUID] = mapped_column(
        ForeignKey("workspace_builds.id", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[datetime]
    type: Mapped[str]
    name: Mapped[str]
    hide: Mapped[bool] = mapped_column(default=False)
    icon: Mapped[str] = mapped_column(default="")
    daily_cost: Mapped[int] = mapped_column(default=0)
    metadata_items: Mapped[list[Any]] = mapped_column(default=list)


class AgentRow(Base):
    """A `coder_agent` of one build: the place a runner connects for.

    The same coder_agent id may live through several builds; the row is per build, and the
    token of the latest build is the only one that is let in.
    """

    __tablename__ = "workspace_agents"
    __table_args__ = (UniqueConstraint("build_id", "agent_id"),)

    id: Mapped[UUID] = mapped_column(
        primary_key=True
    )  # ours, per build: the API's agent id
    agent_id: Mapped[UUID] = mapped_column(index=True)  # Terraform's
    build_id: Mapped[UUID] = mapped_column(
        ForeignKey("workspace_builds.id", ondelete="CASCADE"), index=True
    )
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id"), index=True)
    resource_id: Mapped[UUID] = mapped_column(
        ForeignKey("workspace_resources.id", ondelete="CASCADE")
    )
    name: Mapped[str]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, index=True)
    #: The Agent of protocol.provisioner without its token and apps.
    spec: Mapped[dict[str, Any]]
    #: Seconds it is given to connect, of its spec: lists of tasks read no specs. 0 = any.
    connection_timeout: Mapped[int] = mapped_column(server_default=text("120"))
    lifecycle: Mapped[str] = mapped_column(default="created")
    lifecycle_detail: Mapped[str] = mapped_column(default="")
    runner_version: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    first_connected_at: Mapped[datetime | None]
    last_connected_at: Mapped[datetime | None]
    disconnected_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    ready_at: Mapped[datetime | None]
    logs_length: Mapped[int] = mapped_column(default=0)
    logs_overflowed: Mapped[bool] = mapped_column(default=False)
    #: [{id, display_name, icon, created_at}]: sources registered by the runner or by clients.
    log_sources: Mapped[list[Any]] = mapped_column(default=list)
    script_results: Mapped[list[Any]] = mapped_column(default=list)


class AppRow(Base):
    __tablename__ = "workspace_apps"
    __table_args__ = (UniqueConstraint("agent_row_id", "slug"),)

    id: Mapped[UUID] = mapped_column(
        primary_key=True
    )  # ours, per build: the API's app id
    app_id: Mapped[UUID] = mapped_column(index=True)  # Terraform's
    agent_row_id: Mapped[UUID] = mapped_column(
        ForeignKey("workspace_agents.id", ondelete="CASCADE")
    )
    slug: Mapped[str]
    health: Mapped[str] = mapped_column(default="disabled")
    spec: Mapped[dict[str, Any]]  # the App of protocol.provisioner
    created_at: Mapped[datetime]


class AppStatusRow(Base):
    """What an agent said or was seen to do; history, the newest counts."""

    __tablename__ = "workspace_app_statuses"
    __table_args__ = (
        Index("ix_workspace_app_statuses_latest", "workspace_id", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id"))
    agent_row_id: Mapped[UUID] = mapped_column(
        ForeignKey("workspace_agents.id", ondelete="CASCADE")
    )
    app_row_id: Mapped[UUID] = mapped_column(
        ForeignKey("workspace_apps.id", ondelete="CASCADE"), index=True
    )
    state: Mapped[str]  # working | idle | complete | failure
    message: Mapped[str]
    uri: Mapped[str]
    source: Mapped[str]  # report | session
    created_at: Mapped[datetime]


class AgentLogRow(Base):
    __tablename__ = "workspace_agent_logs"
    __table_args__ = (Index("ix_workspace_agent_logs_agent", "agent_row_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    agent_row_id: Mapped[UUID] = mapped_column(
        ForeignKey("workspace_agents.id", ondelete="CASCADE")
    )
    source: Mapped[str]
    level: Mapped[str]
    output: Mapped[str]
    created_at: Mapped[datetime]


class EgressDecisionRow(Base):
    """What a workspace tried to reach, and what the policy said."""

    __tablename__ = "egress_decisions"
    __table_args__ = (Index("ix_egress_decisions_workspace", "workspace_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(
        ForeignKey("workspaces.id", ondelete="CASCADE")
    )
    at: Mapped[datetime]
    verdict: Mapped[str]  # allow | deny
    method: Mapped[str]
    host: Mapped[str]
    port: Mapped[int]
    rule: Mapped[str]
    reason: Mapped[str]
