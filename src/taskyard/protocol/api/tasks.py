"""Tasks on the wire: Coder's shapes first, then our own beside them."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from taskyard.protocol.api.common import ApiModel
from taskyard.protocol.api.workspaces import WorkspaceBuild, WorkspaceStatus
from taskyard.protocol.link import PermissionPolicy
from taskyard.protocol.sessions import Controller, SessionTerminal

__all__ = [
    "AnswerPermission",
    "Artifact",
    "ArtifactDetail",
    "Artifacts",
    "ControlState",
    "CreateMessage",
    "CreateTask",
    "CurrentState",
    "Message",
    "Messages",
    "OptionChoice",
    "Permission",
    "PermissionPolicy",
    "Permissions",
    "SetControl",
    "SetOption",
    "SetPermissionPolicy",
    "StatusFact",
    "StoredEvent",
    "Task",
    "TaskDetail",
    "TaskInput",
    "TaskLog",
    "TaskLogs",
    "TaskOption",
    "TaskOptions",
    "TaskPermissionPolicy",
    "TaskStatus",
    "Tasks",
    "UpdateMessage",
    "WorkStatus",
    "WorkspaceBuildAnswer",
]


def _is_none(value: object) -> bool:
    """Of fields that the contract leaves out instead of giving null."""
    return value is None


TaskStatus = Literal["pending", "initializing", "active", "paused", "unknown", "error"]


class CurrentState(ApiModel):
    timestamp: datetime
    state: Literal["working", "idle", "complete", "failed"]
    message: str
    uri: str


class AgentHealth(ApiModel):
    healthy: bool
    reason: str = ""


class Task(ApiModel):
    id: UUID
    organization_id: UUID
    owner_id: UUID
    owner_name: str
    owner_avatar_url: str = ""
    name: str
    display_name: str
    template_id: UUID
    template_version_id: UUID
    template_name: str
    template_display_name: str
    template_icon: str
    workspace_id: UUID | None
    workspace_name: str
    workspace_status: WorkspaceStatus | None = Field(default=None, exclude_if=_is_none)
    workspace_build_number: int | None = Field(default=None, exclude_if=_is_none)
    workspace_agent_id: UUID | None
    workspace_agent_lifecycle: str | None
    workspace_agent_health: AgentHealth | None
    workspace_app_id: UUID | None
    initial_prompt: str
    status: TaskStatus
    current_state: CurrentState | None
    created_at: datetime
    updated_at: datetime


class Tasks(ApiModel):
    tasks: list[Task]
    count: int


class CreateTask(ApiModel):
    template_version_id: UUID
    template_version_preset_id: UUID | None = None
    input: str = Field(max_length=256 * 1024)
    name: str = ""
    display_name: str = ""
    #: Ours: before what the template's module asks for.
    permission_policy: PermissionPolicy | None = None


class TaskInput(ApiModel):
    input: str = Field(max_length=256 * 1024)


class TaskLog(ApiModel):
    id: int
    content: str
    type: Literal["input", "output"]
    time: datetime


class TaskLogs(ApiModel):
    logs: list[TaskLog]
    snapshot: bool | None = Field(default=None, exclude_if=_is_none)
    snapshot_at: datetime | None = Field(default=None, exclude_if=_is_none)


class WorkspaceBuildAnswer(ApiModel):
    workspace_build: WorkspaceBuild


# -- ours: richer, one clean shape ----------------------------------------------------

#: What a person wants to know about the work itself, beside Coder's TaskStatus.
WorkStatus = Literal[
    "pending",  # the workspace is being made
    "starting",  # the workspace or the agent is coming up
    "working",
    "idle",
    "needs_input",  # a permission request or question waits for a person
    "needs_login",
    "limited",  # the vendor's usage limit is reached; `resets_at` says until when
    "no_signal",  # nothing was heard for too long
    "pausing",
    "paused",
    "deleting",
    "failed",  # the build failed, or the agent says that it could not do the work
    "crashed",  # the agent's process ended by itself, or cannot be started
]


class StatusFact(ApiModel):
    """A status with where it is known from and since when."""

    status: WorkStatus
    #: build | link | process | driver | hook | title | bell | dialog | screen | gateway |
    #: report
    source: str
    since: datetime
    heard_at: datetime | None = None  # the last sign of life behind it
    detail: str = ""
    action: Literal["", "answer", "login", "resume", "restart", "wait", "view_logs"] = (
        ""
    )
    resets_at: datetime | None = None  # when a usage limit is over, if that is known
    #: What the agent said of its last turn itself.
    reported: Literal["", "working", "idle", "complete", "failure"] = ""


class TaskDetail(Task):
    """A task with its work status and what waits in it."""

    work: StatusFact
    session_id: UUID | None
    session_title: str = ""
    usage: dict[str, Any] | None = None
    queued_messages: int = 0
    pending_permissions: int = 0
    permission_policy: PermissionPolicy = "allow_edits"
    demo_model: bool = False  # the answers come from the built-in demo model
    isolation: str = ""  # how the workspace is isolated, such as "bubblewrap"
    #: Who may talk to the agent: messages, or the person at its terminal.
    controller: Controller = "chat"
    #: `live`: the terminal can be watched now; `handover`: once it has control.
    terminal: SessionTerminal = "none"


class CreateMessage(ApiModel):
    input: str = Field(max_length=256 * 1024)
    #: `queue`: after the running turn; `now`: refuse with 409 unless the agent is idle;
    #: `steer`: into the running turn where the agent can, else as `queue`.
    delivery: Literal["queue", "now", "steer"] = "queue"
    resume: bool = False  # resume the task when it is paused


class UpdateMessage(ApiModel):
    """Change a queued message: its text, its place in the queue (0 = next), or both."""

    input: str | None = Field(default=None, max_length=256 * 1024)
    position: int | None = Field(default=None, ge=0)


class Message(ApiModel):
    """A message to the agent: a row first, delivered once."""

    id: UUID
    task_id: UUID
    author_id: UUID | None
    author_name: str
    input: str
    state: Literal["queued", "sending", "delivered", "failed", "removed"]
    kind: Literal["initial", "follow_up"]
    position: int
    created_at: datetime
    delivered_at: datetime | None
    error: str = ""


class Messages(ApiModel):
    messages: list[Message]


class StoredEvent(ApiModel):
    """A session event as the server keeps it; see `protocol.sessions`."""

    seq: int
    session_id: UUID
    kind: str
    key: str
    at: datetime
    data: dict[str, Any]


class Permission(ApiModel):
    id: UUID
    session_id: UUID
    request_id: str
    title: str
    tool: dict[str, Any]
    options: list[dict[str, Any]]
    state: Literal["pending", "answered", "cancelled", "timed_out"]
    option_id: str = ""
    answered_by: str = ""
    created_at: datetime
    answered_at: datetime | None


class Permissions(ApiModel):
    permissions: list[Permission]


class SetControl(ApiModel):
    controller: Controller
    #: End the running turn first; without it a running turn is a conflict.
    cancel_turn: bool = False


class ControlState(ApiModel):
    """Who has control. `switching`: accepted, but the agent is not there yet."""

    controller: Controller
    terminal: SessionTerminal
    switching: bool = False


class AnswerPermission(ApiModel):
    """By option, or by kind (`allow_once`, `allow_always`, `reject_once`, `reject_always`)."""

    option_id: str = ""
    kind: str = ""


class OptionChoice(ApiModel):
    value: str
    name: str
    description: str = ""


class TaskOption(ApiModel):
    """Something the agent lets one choose: its mode, its model, how hard it thinks."""

    id: str
    name: str
    description: str = ""
    category: str = (
        ""  # mode | model | thought_level | ... : the agent's word for its kind
    )
    type: Literal["select", "boolean"] = "select"
    value: str | bool | None
    choices: list[OptionChoice] = []
    chosen: bool = (
        False  # a person chose it for this task: it is set again at every start
    )


class TaskOptions(ApiModel):
    session_id: UUID | None  # None: no agent has said yet what it offers
    agent: str = ""
    options: list[TaskOption]


class SetOption(ApiModel):
    value: str | bool


class SetPermissionPolicy(ApiModel):
    """null: what the template says again."""

    policy: PermissionPolicy | None


class TaskPermissionPolicy(ApiModel):
    policy: PermissionPolicy
    source: Literal["task", "module", "template"]
    #: Whether the running agent has it; else it comes with the next start.
    in_force: bool


class Artifact(ApiModel):
    """A file that the agent's tools created, edited or deleted."""

    id: UUID
    path: str
    kind: Literal["created", "edited", "deleted"]
    changes: int
    additions: int  # lines, over all changes
    deletions: int
    tool: str  # of the last change
    first_at: datetime
    last_at: datetime
    first_seq: int
    last_seq: int


class Artifacts(ApiModel):
    """The most recently changed first; `count` is of all, also those left out."""

    artifacts: list[Artifact]
    count: int


class ArtifactDetail(Artifact):
    """With what was recorded of the changes, oldest first."""

    diff: str
    #: What the last change wrote: the whole file when `text_is_whole`, else the places that
    #: it changed. null when only the name of the file was told.
    text: str | None
    text_is_whole: bool
    truncated: bool = False  # the diff or the text was cut to the limit
