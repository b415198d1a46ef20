"""What is known about the work of a task: facts of the build, the link and the session."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from taskyard.protocol.sessions import Controller
from taskyard.server.tasks.status import AppStatusFact, JobStatus, Transition

__all__ = ["AgentFacts", "BuildFacts", "LimitFacts", "SessionFacts", "WorkFacts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildFacts:
    """The latest build of the workspace."""

    transition: Transition
    job: JobStatus
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    error: str = ""

    @property
    def since(self) -> datetime:
        return self.completed_at or self.started_at or self.created_at


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentFacts:
    """The place the runner connects for, and the link to it.

    `heard_at` is the last sign of life of any kind (heartbeats are kept in memory).
    """

    lifecycle: str
    detail: str
    created_at: datetime
    connected: bool
    first_connected_at: datetime | None
    heard_at: datetime | None
    ready_at: datetime | None
    connection_timeout: timedelta = timedelta(seconds=120)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFacts:
    """The newest `state` event of the session, and when its last event of any kind came."""

    state: str
    source: str
    detail: str
    since: datetime
    heard_at: datetime
    until: datetime | None = None  # when the limit is over that the agent has met
    report: dict[str, Any] | None = None
    controller: Controller = "chat"


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitFacts:
    """A usage limit that a vendor named to the gateway, and that no answer has lifted."""

    detail: str
    since: datetime
    resets_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkFacts:
    now: datetime
    build: BuildFacts | None
    agent: AgentFacts | None
    session: SessionFacts | None
    app_status: AppStatusFact | None
    oldest_permission: datetime | None = None
    permission_title: str = ""
    last_delivered: datetime | None = None  # when the agent got its newest message
    limit: LimitFacts | None = None
    created_at: datetime  # of the task
