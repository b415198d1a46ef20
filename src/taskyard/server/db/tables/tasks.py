"""Tasks, their sessions, messages and permission requests."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from taskyard.server.db.base import Base

__all__ = [
    "GatewayKeyRow",
    "GatewayUsageRow",
    "MessageRow",
    "PermissionRow",
    "RunnerStreamRow",
    "SessionEventRow",
    "SessionFileChangeRow",
    "SessionRow",
    "TaskAppRow",
    "TaskRow",
    "TaskSnapshotRow",
]


class TaskRow(Base):
    __tablename__ = "tasks"
    __table_args__ = (
        Index(
            "uq_tasks_owner_id_name",
            "owner_id",
            func.lower(text("name")),
            unique=True,
            postgresql_where=text("deleted_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id"))
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    name: Mapped[str]
    display_name: Mapped[str] = mapped_column(default="")
    workspace_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("workspaces.id"), unique=True
    )
    template_version_id: Mapped[UUID] = mapped_column(
        ForeignKey("template_versions.id")
    )
    parameters: Mapped[dict[str, str]] = mapped_column(default=dict)
    prompt: Mapped[str]
    #: What a person set for this task; None = what its module or template says.
    permission_policy: Mapped[str | None]
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]


class TaskAppRow(Base):
    """Which agent and app is "the" one of a task, per build; the newest row counts."""

    __tablename__ = "task_workspace_apps"

    task_id: Mapped[UUID] = mapped_column(
        ForeignKey("tasks.id", ondelete="CASCADE"), primary_key=True
    )
    build_number: Mapped[int] = mapped_column(primary_key=True)
    agent_row_id: Mapped[UUID | None]
    app_row_id: Mapped[UUID | None]


class TaskSnapshotRow(Base):
    """Messages an unmodified module sent at its stop (AgentAPI's form)."""

    __tablename__ = "task_snapshots"

    task_id: Mapped[UUID] = mapped_column(
        ForeignKey("tasks.id", ondelete="CASCADE"), primary_key=True
    )
    log_snapshot: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class SessionRow(Base):
    """One conversation. Outlives builds, and its workspace."""

    __tablename__ = "sessions"
    __table_args__ = (Index("ix_sessions_workspace", "workspace_id", "key"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id"))
    task_id: Mapped[UUID | None] = mapped_column(ForeignKey("tasks.id"), index=True)
    key: Mapped[str]  # the app slug it belongs to
    agent: Mapped[str]
    driver: Mapped[str]
    external_id: Mapped[str] = mapped_column(default="")
    title: Mapped[str] = mapped_column(default="")
    #: The newest `state` event: what the status rules read.
    state: Mapped[str] = mapped_column(default="starting")
    state_source: Mapped[str] = mapped_column(default="process")
    state_detail: Mapped[str] = mapped_column(default="")
    state_at: Mapped[datetime]
    #: When the agent says that its usage limit is over.
    state_until: Mapped[datetime | None]
    heard_at: Mapped[datetime]
    #: The newest `report` event of the current turn.
    report: Mapped[dict[str, Any] | None]
    usage: Mapped[dict[str, Any] | None]
    #: What the agent offers to choose, as it told last. Some name hundreds of models, and
    #: this row is read for every status: asked for by name only.
    options: Mapped[list[Any] | None] = mapped_column(
        deferred=True, deferred_raiseload=True
    )
    #: What a person chose: option id -> value. Told to the runner at every start.
    chosen_options: Mapped[dict[str, str] | None]
    #: The policy in force, by the runner's word.
    permission_policy: Mapped[str | None]
    #: Who may talk to the agent (chat | terminal), and whether it has a terminal.
    controller: Mapped[str] = mapped_column(default="chat", server_default="chat")
    terminal: Mapped[str] = mapped_column(default="none", server_default="none")
    last_seq: Mapped[int] = mapped_column(BigInteger, default=0)
    bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    created_at: Mapped[datetime]


class SessionEventRow(Base):
    """One event of a session's log; see protocol.sessions."""

    __tablename__ = "session_events"
    __table_args__ = (
        # Not unique: it only finds what a runner that was killed tells a second time.
        Index(
            "ix_session_events_told_once",
            "session_id",
            "kind",
            "key",
            postgresql_where=text("kind IN ('message', 'turn_ended')"),
        ),
    )

    session_id: Mapped[UUID] = mapped_column(
        ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True
    )
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    kind: Mapped[str]
    key: Mapped[str]
    at: Mapped[datetime]
    data: Mapped[dict[str, Any]]


class SessionFileChangeRow(Base):
    """What one tool call did to one file; the texts stay in the event at `seq`."""

    __tablename__ = "session_file_changes"

    session_id: Mapped[UUID] = mapped_column(
        ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True
    )
    tool_key: Mapped[str] = mapped_column(primary_key=True)
    #: Of the task and the path: the same file in every session of a task.
    artifact_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    path: Mapped[str]
    kind: Mapped[str]  # created | edited | deleted
    status: Mapped[str]  # of the tool call; only completed ones changed anything
    tool: Mapped[str]
    first_seq: Mapped[int] = mapped_column(BigInteger)
    seq: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]
    additions: Mapped[int]
    deletions: Mapped[int]


class RunnerStreamRow(Base):
    """How far the outbox of a workspace's runner has been stored."""

    __tablename__ = "runner_streams"

    workspace_id: Mapped[UUID] = mapped_column(
        ForeignKey("workspaces.id", ondelete="CASCADE"), primary_key=True
    )
    stream: Mapped[UUID] = mapped_column(primary_key=True)
    last_seq: Mapped[int] = mapped_column(BigInteger)


class MessageRow(Base):
    """What a person told the agent. `delivered_at` is written with the runner's word for it."""

    __tablename__ = "task_messages"
    __table_args__ = (
        Index("ix_task_messages_task", "task_id", "position"),
        Index(
            "uq_task_messages_initial",
            "task_id",
            unique=True,
            postgresql_where=text("kind = 'initial'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    task_id: Mapped[UUID] = mapped_column(ForeignKey("tasks.id", ondelete="CASCADE"))
    session_id: Mapped[UUID | None] = mapped_column(ForeignKey("sessions.id"))
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str]  # initial | follow_up
    delivery: Mapped[str] = mapped_column(default="queue")
    state: Mapped[str] = mapped_column(default="queued")
    position: Mapped[int] = mapped_column(BigInteger, Identity())
    text: Mapped[str]
    error: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]


class PermissionRow(Base):
    """A question of an agent to a person: asked once, answered once, first answer wins."""

    __tablename__ = "permissions"
    __table_args__ = (UniqueConstraint("session_id", "request_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    session_id: Mapped[UUID] = mapped_column(
        ForeignKey("sessions.id", ondelete="CASCADE")
    )
    request_id: Mapped[str]
    title: Mapped[str]
    tool: Mapped[dict[str, Any]]
    options: Mapped[list[Any]]
    state: Mapped[str] = mapped_column(default="pending", index=True)
    option_id: Mapped[str] = mapped_column(default="")
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    #: The runner took the answer; until then a loop sends it again.
    sent_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]


class GatewayKeyRow(Base):
    """A key for the LLM gateway, good for one build of one workspace."""

    __tablename__ = "gateway_keys"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    key_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    workspace_id: Mapped[UUID] = mapped_column(
        ForeignKey("workspaces.id", ondelete="CASCADE"), index=True
    )
    build_id: Mapped[UUID]
    task_id: Mapped[UUID | None]
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class GatewayLimitRow(Base):
    """A vendor's usage limit that a workspace has run into; gone with the next answer."""

    __tablename__ = "gateway_limits"

    workspace_id: Mapped[UUID] = mapped_column(
        ForeignKey("workspaces.id", ondelete="CASCADE"), primary_key=True
    )
    protocol: Mapped[str] = mapped_column(primary_key=True)
    detail: Mapped[str]
    reached_at: Mapped[datetime]
    resets_at: Mapped[datetime | None]  # None: the vendor does not say


class GatewayUsageRow(Base):
    """Tokens that a model call took, as its answer said."""

    __tablename__ = "gateway_usage"
    __table_args__ = (Index("ix_gateway_usage_task", "task_id", "at"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    workspace_id: Mapped[UUID]
    task_id: Mapped[UUID | None]
    at: Mapped[datetime]
    protocol: Mapped[str]
    model: Mapped[str]
    input_tokens: Mapped[int] = mapped_column(BigInteger)
    cache_read_tokens: Mapped[int] = mapped_column(BigInteger)
    cache_write_tokens: Mapped[int] = mapped_column(BigInteger)
    output_tokens: Mapped[int] = mapped_column(BigInteger)
    exact: Mapped[bool]
