"""What a task's record is made of: of each row the columns that a status or a list shows.

A list of tasks must not read the specs of agents, so these are no ORM rows. Field names
are the columns'; the first says whether the part is there at all.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from taskyard.server.workspaces.status import AgentConnections

__all__ = [
    "TaskAgent",
    "TaskApp",
    "TaskBuild",
    "TaskOwner",
    "TaskTemplate",
    "TaskWorkspace",
]


@dataclass(frozen=True, slots=True)
class TaskOwner:
    id: UUID
    username: str
    avatar_url: str


@dataclass(frozen=True, slots=True)
class TaskTemplate:
    id: UUID
    name: str
    display_name: str
    icon: str
    permission_policy: str


@dataclass(frozen=True, slots=True)
class TaskWorkspace:
    id: UUID
    name: str
    updated_at: datetime
    deleted_at: datetime | None


@dataclass(frozen=True, slots=True)
class TaskBuild:
    """The latest one."""

    id: UUID
    build_number: int
    transition: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class TaskAgent(AgentConnections):
    """The agent of the task's app in the latest build."""

    lifecycle: str
    lifecycle_detail: str
    ready_at: datetime | None


@dataclass(frozen=True, slots=True)
class TaskApp:
    id: UUID
    slug: str
    health: str
    url: str
