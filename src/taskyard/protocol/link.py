"""What the runner and the server say to each other over the link.

The link is one WebSocket, dialled by the runner: `GET {server}/api/v2/runners/link`,
subprotocol `taskyard-runner.v1`, header `Coder-Session-Token: <agent token>`. On it runs
the multiplexer of `taskyard.kit.mux`; the messages below are its control messages (JSON
objects with a `type`). Streams opened by the server carry ports, terminals and files.

**Nothing lost, nothing doubled.** The runner writes each durable event to its outbox (a
file on the workspace's disk) with the next `seq` of its `stream` before it sends it, and
forgets it when an `ack` covers it. The server stores the highest `seq` of a stream in the
transaction that stores the event, and ignores what it has seen. After a reconnect,
`welcome.acked` says where to go on. A command that must not run twice carries an `id`
that the runner journals before it acts: asked again, it repeats its answer only.
"""

from typing import Any, Final, Literal, NotRequired

# Not typing's own: pydantic checks these shapes in the server, and on Python 3.11 it
# reads typing_extensions' only.
from typing_extensions import TypedDict

from taskyard.protocol.sessions import SessionEvent, SessionTerminal

__all__ = [
    "PATH",
    "SUBPROTOCOL",
    "AgentLifecycle",
    "App",
    "AppHealth",
    "Command",
    "CommandName",
    "DurableEvent",
    "Event",
    "Healthcheck",
    "Hello",
    "LogLine",
    "Manifest",
    "MetadataItem",
    "MetadataValue",
    "PermissionPolicy",
    "Reply",
    "RunnerMessage",
    "Script",
    "ServerMessage",
    "SessionSeed",
]

PATH: Final = "/api/v2/runners/link"
SUBPROTOCOL: Final = "taskyard-runner.v1"

AgentLifecycle = Literal[
    "created",
    "starting",
    "start_timeout",
    "start_error",
    "ready",
    "shutting_down",
    "shutdown_timeout",
    "shutdown_error",
    "off",
]
AppHealth = Literal["disabled", "initializing", "healthy", "unhealthy"]
#: What the agent may do without asking: read and change files, everything, or neither.
PermissionPolicy = Literal["allow_edits", "ask", "allow_all"]


# -- what the workspace is to do ------------------------------------------------------


class Script(TypedDict):
    """A `coder_script`. All that run on start run in parallel."""

    id: str
    display_name: str
    script: str
    log_path: str
    cron: str  # six fields, seconds first; empty = none
    run_on_start: bool
    run_on_stop: bool
    start_blocks_login: bool
    timeout_seconds: int  # 0 = none


class Healthcheck(TypedDict):
    """Healthy = any HTTP answer below 500, unhealthy after `threshold` failures in a row."""

    url: str
    interval_seconds: int
    threshold: int


class App(TypedDict):
    id: str
    slug: str
    url: str
    command: str
    external: bool
    healthcheck: Healthcheck | None


class MetadataItem(TypedDict):
    """A value to show, printed by a script every `interval_seconds` (0 = once)."""

    key: str
    display_name: str
    script: str
    interval_seconds: int
    timeout_seconds: int


class SessionSeed(TypedDict):
    """What the server knows of a session of an earlier build, so that it can be resumed."""

    id: str  # the server's id
    key: str  # the app slug the session belongs to
    external_id: str  # the agent's own session id; empty = it never had one
    agent: str  # name of the agent definition, such as "claude-code"
    #: What a person chose for it: option id -> value; set again at every start.
    options: NotRequired[dict[str, str]]


class Manifest(TypedDict):
    """Everything the runner needs to bring the workspace up."""

    workspace_id: str
    workspace_name: str
    owner_name: str
    owner_email: str
    agent_id: str
    agent_name: str
    build_id: str
    build_number: int
    access_url: str  # as seen from inside the workspace, no trailing slash
    directory: str  # may start with ~ or $HOME; empty = home
    motd_file: str
    environment: dict[str, str]  # the template's; values may use $NAME
    secret_environment: dict[
        str, str
    ]  # the server's (gateway key and address); wins over the former
    scripts: list[Script]
    apps: list[App]
    metadata: list[MetadataItem]
    startup_blocking: bool
    task_id: str  # empty = not a task
    sessions: list[SessionSeed]
    permission_policy: PermissionPolicy
    #: A person set it for this task: it goes before what a module asks for.
    task_permission_policy: NotRequired[PermissionPolicy]


# -- runner -> server -----------------------------------------------------------------


class Hello(TypedDict):
    """First message of every connection."""

    type: Literal["hello"]
    runner_version: str
    boot_id: str  # fresh for every start of the runner's process
    stream: str  # uuid of the outbox: survives restarts, dies with the home volume
    operating_system: str
    architecture: str


class LogLine(TypedDict):
    """One line of output; `source` is the script's id, or "runner"."""

    at: str
    source: str
    level: Literal["trace", "debug", "info", "warn", "error"]
    output: str


class LifecycleEvent(TypedDict):
    name: Literal["lifecycle"]
    state: AgentLifecycle
    at: str
    detail: NotRequired[str]


class LogsEvent(TypedDict):
    name: Literal["logs"]
    lines: list[LogLine]


class ScriptCompletedEvent(TypedDict):
    name: Literal["script_completed"]
    script_id: str
    stage: Literal["start", "stop", "cron"]
    status: Literal["ok", "exit_failure", "timed_out", "pipes_left_open"]
    exit_code: int
    started_at: str
    ended_at: str


class AppHealthEvent(TypedDict):
    name: Literal["app_health"]
    app_id: str
    health: AppHealth


class SessionStartedEvent(TypedDict):
    """A session exists in the workspace: asked for by a module's start script."""

    name: Literal["session_started"]
    session_id: str  # made by the runner for a new one, the seed's for a resumed one
    key: str
    agent: str
    driver: Literal["acp", "tui"]
    external_id: str
    resumed: bool
    initial_prompt: str  # what the module was told to say first; empty = nothing
    permission_policy: NotRequired[PermissionPolicy]  # the one in force
    terminal: NotRequired[SessionTerminal]  # without it: "live" for a tui, else "none"


class SessionEventsEvent(TypedDict):
    name: Literal["session_events"]
    session_id: str
    events: list[SessionEvent]


class SessionIdentifiedEvent(TypedDict):
    """The agent's own id of the session became known or changed."""

    name: Literal["session_identified"]
    session_id: str
    external_id: str


DurableEvent = (
    LifecycleEvent
    | LogsEvent
    | ScriptCompletedEvent
    | AppHealthEvent
    | SessionStartedEvent
    | SessionEventsEvent
    | SessionIdentifiedEvent
)


class Event(TypedDict):
    """A durable event under its sequence number."""

    type: Literal["event"]
    seq: int
    event: DurableEvent


class MetadataValue(TypedDict):
    """Values of metadata items; kept in the server's memory only, so they have no seq."""

    type: Literal["metadata"]
    key: str
    value: str
    error: str
    collected_at: str


class Reply(TypedDict):
    """The answer to a command. `result` is the command's own; `error` is a sentence."""

    type: Literal["reply"]
    id: str
    ok: bool
    result: NotRequired[dict[str, Any]]
    error: NotRequired[str]
    code: NotRequired[str]  # busy | no_session | unsupported | failed


RunnerMessage = Hello | Event | MetadataValue | Reply


# -- server -> runner -----------------------------------------------------------------


class Welcome(TypedDict):
    type: Literal["welcome"]
    acked: int  # highest seq of the runner's stream that is stored
    manifest: Manifest


class Ack(TypedDict):
    type: Literal["ack"]
    seq: int


CommandName = Literal[
    # args {session_id, message_id, text} -> {} once journaled; reported as a
    #   `message` event with role user and that message_id when the agent has it
    "prompt",
    "steer",  # as prompt, but into the running turn; code "unsupported" where the agent cannot
    "cancel",  # args {session_id}: end the running turn
    "answer_permission",  # args {session_id, request_id, option_id}
    # args {session_id, option_id, value} -> {options: as in an `options` event}
    "set_option",
    "set_policy",  # args {session_id, policy}: from now on, and at every start
    # args {session_id, controller, cancel_turn}: "busy" while a turn runs that is not to be
    #   cancelled; replies when the agent is there again, on the other side
    "set_control",
    "write_raw",  # args {session_id, data}: bytes for a terminal agent, base64
    "stop",  # args {deadline_seconds}: run stop scripts, end sessions; replies when done
]


class Command(TypedDict):
    type: Literal["command"]
    id: str  # stable across retries of the same command
    name: CommandName
    args: dict[str, Any]


class Refused(TypedDict):
    """The token is of an earlier build, or unknown: do not dial again."""

    type: Literal["refused"]
    reason: str


ServerMessage = Welcome | Ack | Command | Refused
