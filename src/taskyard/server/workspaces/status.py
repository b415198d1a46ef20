"""Statuses of workspaces, agents and their health: functions of rows."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, assert_never
from uuid import UUID

from taskyard.protocol.api.templates import ProvisionerJobStatus
from taskyard.protocol.api.workspaces import Transition, WorkspaceStatus
from taskyard.server.db.tables import AgentRow

__all__ = [
    "AgentConnections",
    "AgentStatus",
    "agent_health",
    "agent_status",
    "workspace_status",
]

AgentStatus = Literal["connecting", "connected", "disconnected", "timeout"]

_DOING: Final[dict[Transition, WorkspaceStatus]] = {
    "start": "starting",
    "stop": "stopping",
    "delete": "deleting",
}
_DONE: Final[dict[Transition, WorkspaceStatus]] = {
    "start": "running",
    "stop": "stopped",
    "delete": "deleted",
}


@dataclass(frozen=True, slots=True)
class AgentConnections:
    """Of an agent's row what its status is made of, for queries that read no more."""

    id: UUID
    created_at: datetime
    connection_timeout: int
    first_connected_at: datetime | None
    last_connected_at: datetime | None
    disconnected_at: datetime | None


def workspace_status(
    transition: Transition, job: ProvisionerJobStatus
) -> WorkspaceStatus:
    """The status of a workspace whose latest build is this one."""
    match job:
        case "running":
            return _DOING[transition]
        case "succeeded":
            return _DONE[transition]
        case "pending" | "failed" | "canceling" | "canceled":
            return job
        case _:
            assert_never(job)


def agent_status(agent: AgentRow | AgentConnections, now: datetime) -> AgentStatus:
    """Whether its runner is connected; a `connection_timeout` of 0 is none."""
    gone, seen = agent.disconnected_at, agent.last_connected_at
    if agent.first_connected_at is not None:
        lost = gone is not None and (seen is None or gone >= seen)
        return "disconnected" if lost else "connected"

    patience = timedelta(seconds=agent.connection_timeout)
    waited = now - agent.created_at
    return "timeout" if patience and waited > patience else "connecting"


def agent_health(status: AgentStatus, lifecycle: str) -> dict[str, Any]:
    """First reason that applies; an agent that is still coming up is healthy."""
    reasons = (
        (status != "connected" and lifecycle == "off", "agent is not running"),
        (status == "timeout", "agent is taking too long to connect"),
        (status == "disconnected", "agent has lost connection"),
        (lifecycle == "start_error", "agent startup script exited with an error"),
        (lifecycle.startswith("shut"), "agent is shutting down"),
    )
    for applies, reason in reasons:
        if applies:
            return {"healthy": False, "reason": reason}
    return {"healthy": True}
