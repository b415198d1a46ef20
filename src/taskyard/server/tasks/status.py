"""Coder's status and current state of a task, as pure functions of what is known."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias

from taskyard.protocol.api.tasks import CurrentState, TaskStatus

__all__ = [
    "AppStatusFact",
    "JobStatus",
    "StatusFacts",
    "Transition",
    "current_state",
    "derive_status",
    "task_state",
]

Transition: TypeAlias = Literal["start", "stop", "delete"]
JobStatus: TypeAlias = Literal[
    "pending", "running", "succeeded", "failed", "canceling", "canceled"
]
State: TypeAlias = Literal["working", "idle", "complete", "failed"]


@dataclass(frozen=True, slots=True)
class AppStatusFact:
    """The newest thing an agent said about itself, or was seen to do."""

    state: str
    message: str
    uri: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusFacts:
    """The latest build of the task's workspace, its agent and its app.

    `lifecycle` and `app_health` are None while a build has not made them.
    """

    has_workspace: bool
    transition: Transition | None = None
    job: JobStatus | None = None
    build_created_at: datetime | None = None
    lifecycle: str | None = None
    app_health: str | None = None
    app_status: AppStatusFact | None = None


def derive_status(facts: StatusFacts) -> TaskStatus:
    """Coder's status: the build decides unless it is active, then the agent, then the app.

    A build that is being stopped or deleted is `unknown`; a failed start script does not
    make the task fail (both as the contract has it: clients show more from other fields).
    """
    if not facts.has_workspace:
        return "pending"

    for layer in (_build, _agent, _app):
        status = layer(facts)
        if status != "active":
            return status
    return "active"


def _build(facts: StatusFacts) -> TaskStatus:
    match (facts.transition, facts.job):
        case (None, _) | (_, None):
            return "pending"
        case (_, "failed" | "canceling" | "canceled"):
            return "error"
        case ("stop" | "delete", "succeeded"):
            return "paused"
        case ("start", "pending"):
            return "pending"
        case ("start", "running" | "succeeded"):
            return "active"
        case _:
            return "unknown"


def _agent(facts: StatusFacts) -> TaskStatus:
    match facts.lifecycle:
        case None | "created" | "starting":
            return "initializing"
        case "ready" | "start_timeout" | "start_error":
            return "active"
        case _:
            return "unknown"


def _app(facts: StatusFacts) -> TaskStatus:
    match facts.app_health:
        case "initializing":
            return "initializing"
        case "unhealthy":
            return "error"
        case "healthy" | "disabled":
            return "active"
        case _:
            return "unknown"


#: What agents report -> what the contract shows. `failure` must become `failed`: clients
#: validate the word, and one bad task breaks their whole list.
_STATES: Final[dict[str, State]] = {
    "working": "working",
    "idle": "idle",
    "complete": "complete",
    "failure": "failed",
    "failed": "failed",
}


def task_state(state: str) -> State:
    """The contract's word for a reported state; unknown ones count as working."""
    return _STATES.get(state, "working")


def current_state(
    facts: StatusFacts, status: TaskStatus | None = None
) -> CurrentState | None:
    """What the task says of itself now, or what it waits for while it comes up.

    A report of an earlier build is dropped when a new one starts, kept when it stops.
    """
    reported = facts.app_status
    if reported is not None and _is_current(facts, reported):
        return CurrentState(
            timestamp=reported.created_at,
            state=task_state(reported.state),
            message=reported.message,
            uri=reported.uri,
        )
    status = status or derive_status(facts)
    if status == "initializing" and facts.build_created_at is not None:
        return CurrentState(
            timestamp=facts.build_created_at,
            state="working",
            message=_waiting_for(facts),
            uri="",
        )
    return None


def _is_current(facts: StatusFacts, reported: AppStatusFact) -> bool:
    if facts.transition != "start" or facts.build_created_at is None:
        return True
    return reported.created_at > facts.build_created_at


def _waiting_for(facts: StatusFacts) -> str:
    match facts.job:
        case "pending":
            return "Workspace is pending"
        case "running":
            return "Workspace is starting"
        case "succeeded":
            return _waiting_inside(facts)
        case _:
            return "Initializing workspace"


def _waiting_inside(facts: StatusFacts) -> str:
    match (facts.lifecycle, facts.app_health):
        case ("created", _):
            return "Agent is connecting"
        case ("starting", _):
            return "Agent is starting"
        case ("ready", "initializing"):
            return "App is initializing"
        case ("ready", _):
            return "Initializing workspace applications"
        case _:
            return "Initializing workspace agent"
