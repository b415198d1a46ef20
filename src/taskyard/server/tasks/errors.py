"""What can go wrong with a task, in the words that clients of the contract show."""

from taskyard.kit.errors import (
    Conflict,
    Forbidden,
    InvalidRequest,
    NotFound,
    Unreachable,
    Validation,
)

__all__ = [
    "AgentBusy",
    "AgentHasNoTerminal",
    "AgentNotReady",
    "AlreadyAnswered",
    "AppUnreachable",
    "ControlNotMoved",
    "DisplayNameTooLong",
    "InputRequired",
    "InvalidQuery",
    "InvalidTaskName",
    "LogsNotAvailable",
    "MessageNotEditable",
    "MessageRejected",
    "NoRunningAgent",
    "NoTaskResource",
    "NotTheOwner",
    "TaskHasNoApp",
    "TaskHasNoWorkspace",
    "TaskNameTaken",
    "TaskNotActive",
    "TaskNotFound",
    "TaskNotPaused",
    "TaskNotReady",
    "TaskStillRunning",
    "TerminalNotReachable",
    "UnknownTemplateVersion",
]


class TaskNotFound(NotFound):
    """Resource not found or you do not have access to this resource."""


class UnknownTemplateVersion(InvalidRequest):
    """There is no such template version, or you may not see it."""

    def __init__(self) -> None:
        super().__init__(
            "Template version not found or you do not have access to this resource"
        )


class NoTaskResource(InvalidRequest):
    """Template does not have a valid "coder_ai_task" resource."""


class InvalidTaskName(InvalidRequest):
    """Unable to create a Task with the provided name."""

    def __init__(self, reason: str) -> None:
        super().__init__(detail=reason, validations=[Validation("name", reason)])


class DisplayNameTooLong(InvalidRequest):
    """Display name must be 64 characters or less."""

    def __init__(self) -> None:
        super().__init__(
            validations=[Validation("display_name", "must be 64 characters or less")]
        )


class TaskNameTaken(Conflict):
    """A task of this name exists already."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"Task with name {name!r} already exists.",
            detail="Choose another name, or leave it out to get one.",
            validations=[Validation("name", "This value is already in use.")],
        )


class InvalidQuery(InvalidRequest):
    """Invalid task search query."""


class InputRequired(InvalidRequest):
    """Task input is required."""

    def __init__(self) -> None:
        super().__init__(validations=[Validation("input", "must not be empty")])


class TaskStillRunning(Conflict):
    """Unable to update task input, task must be paused."""

    def __init__(self) -> None:
        super().__init__(
            detail="Please stop the task's workspace before updating the input."
        )


class TaskNotPaused(Conflict):
    """Only a paused task can be resumed."""

    def __init__(self, status: str) -> None:
        super().__init__(
            detail=f"The task is {status}. Pause it first, or wait until it is paused."
        )


class TaskNotReady(Conflict):
    """The task is not active."""

    def __init__(self, status: str) -> None:
        detail = (
            "Resume the task to send messages."
            if status == "paused"
            else "The task is resuming. Wait for the task to become active before "
            "sending messages."
        )
        super().__init__(f"Task is {status}.", detail=detail)


class TaskNotActive(InvalidRequest):
    """Task must be active."""


class TaskHasNoWorkspace(InvalidRequest):
    """Task does not have a workspace."""


class TaskHasNoApp(InvalidRequest):
    """Task does not have a workspace app."""


class AppUnreachable(Unreachable):
    """Failed to reach task app endpoint."""


class AgentNotReady(Unreachable):
    """Task app is not ready to accept input."""

    def __init__(self, state: str) -> None:
        super().__init__(detail=f"Status: {state}")


class AgentBusy(Conflict):
    """The agent is not ready for a message now."""

    def __init__(self, state: str) -> None:
        super().__init__(
            detail=f"Its session is {state}. Send with delivery 'queue' to have the "
            "message delivered when it is idle."
        )


class NoRunningAgent(Conflict):
    """No agent of this task is running."""

    def __init__(self) -> None:
        super().__init__(detail="Resume the task, or wait until its agent has started.")


class AgentHasNoTerminal(Conflict):
    """This agent cannot be used in a terminal."""

    def __init__(self, *, detail: str = "") -> None:
        super().__init__(
            detail=detail
            or "Taskyard knows no command that goes on with its conversation there."
        )


class ControlNotMoved(Conflict):
    """Control of the agent stays where it is."""


class TerminalNotReachable(Conflict):
    """The terminal of this task cannot be reached now."""


class MessageRejected(Unreachable):
    """Task app rejected the message."""


class LogsNotAvailable(Conflict):
    """Cannot fetch logs for task in current state."""

    def __init__(self, status: str) -> None:
        super().__init__(
            detail=f"The task's status is {status}, and its session has no transcript."
        )


class MessageNotEditable(Conflict):
    """The message is no longer in the queue."""

    def __init__(self, state: str) -> None:
        super().__init__(detail=f"It is {state}; only queued messages can be changed.")


class AlreadyAnswered(Conflict):
    """This request has been answered already."""

    def __init__(self, by: str, answer: str) -> None:
        super().__init__(f"{by} has already answered this request.", detail=answer)


class NotTheOwner(Forbidden):
    """Only the owner of a task, or an owner of the deployment, may do this."""
