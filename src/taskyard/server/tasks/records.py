"""A task with everything that its status is made of."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from taskyard.protocol.sessions import Controller, SessionTerminal
from taskyard.server.db.tables import SessionRow, TaskRow
from taskyard.server.provisioning.status import JobProgress, job_status
from taskyard.server.tasks.evidence import (
    AgentFacts,
    BuildFacts,
    LimitFacts,
    SessionFacts,
)
from taskyard.server.tasks.parts import (
    TaskAgent,
    TaskApp,
    TaskBuild,
    TaskOwner,
    TaskTemplate,
    TaskWorkspace,
)
from taskyard.server.tasks.status import (
    AppStatusFact,
    JobStatus,
    StatusFacts,
    Transition,
)

__all__ = ["LinkFacts", "TaskRecord", "WaitingFacts", "main_session", "terminal_of"]

_CONTROLLERS: Final[dict[str, Controller]] = {"terminal": "terminal"}
_TERMINALS: Final[dict[str, SessionTerminal]] = {"live": "live", "handover": "handover"}
_TRANSITIONS: Final[dict[str, Transition]] = {
    "start": "start",
    "stop": "stop",
    "delete": "delete",
}


@dataclass(frozen=True, slots=True)
class LinkFacts:
    """What this process knows of the runner's connection."""

    connected: bool = False
    heard_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRecord:
    """One row of the task list's query; what does not exist yet is None."""

    task: TaskRow
    owner: TaskOwner
    template: TaskTemplate
    workspace: TaskWorkspace | None
    build: TaskBuild | None
    job: JobProgress | None
    agent: TaskAgent | None
    app: TaskApp | None
    app_status: AppStatusFact | None

    @property
    def id(self) -> UUID:
        return self.task.id

    @property
    def transition(self) -> Transition | None:
        return _TRANSITIONS.get(self.build.transition) if self.build else None

    @property
    def job_status(self) -> JobStatus | None:
        return job_status(self.job) if self.job else None

    def status_facts(self) -> StatusFacts:
        return StatusFacts(
            has_workspace=self.workspace is not None,
            transition=self.transition,
            job=self.job_status,
            build_created_at=self.build.created_at if self.build else None,
            lifecycle=self.agent.lifecycle if self.agent else None,
            app_health=self.app.health if self.app else None,
            app_status=self.app_status,
        )

    def build_facts(self) -> BuildFacts | None:
        transition, job = self.transition, self.job
        if self.build is None or transition is None or job is None:
            return None
        return BuildFacts(
            transition=transition,
            job=job_status(job),
            created_at=self.build.created_at,
            started_at=job.started_at,
            completed_at=job.completed_at,
            error=job.error or "",
        )

    def agent_facts(self, *, link: LinkFacts) -> AgentFacts | None:
        row = self.agent
        if row is None:
            return None
        return AgentFacts(
            lifecycle=row.lifecycle,
            detail=row.lifecycle_detail,
            created_at=row.created_at,
            connected=link.connected,
            first_connected_at=row.first_connected_at,
            heard_at=link.heard_at or row.disconnected_at or row.last_connected_at,
            ready_at=row.ready_at,
            connection_timeout=timedelta(seconds=row.connection_timeout),
        )

    def session_facts(self, session: SessionRow | None) -> SessionFacts | None:
        """The session as evidence: only if it was heard of in the present build."""
        if session is None or self.build is None:
            return None
        if session.heard_at <= self.build.created_at:
            return None
        return SessionFacts(
            state=session.state,
            source=session.state_source,
            detail=session.state_detail,
            since=session.state_at,
            heard_at=session.heard_at,
            until=session.state_until,
            report=session.report,
            controller=_CONTROLLERS.get(session.controller, "chat"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingFacts:
    """What waits in a task."""

    queued_messages: int = 0
    pending_permissions: int = 0
    oldest_permission: datetime | None = None
    permission_title: str = ""
    last_delivered: datetime | None = None  # of the newest message that was taken
    limit: LimitFacts | None = None  # that the gateway has met


def terminal_of(session: SessionRow) -> SessionTerminal:
    """What terminal a session's agent has, by the runner's word."""
    return _TERMINALS.get(session.terminal, "none")


def main_session(sessions: list[SessionRow], app_slug: str | None) -> SessionRow | None:
    """The session that the task is about: of its own app if any is, then the newest."""
    own = [session for session in sessions if session.key == app_slug]
    return max(own or sessions, key=lambda row: (row.created_at, row.id), default=None)
