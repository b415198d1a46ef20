"""Events of an agent session: what the runner reports and the server keeps, word for word.

A session is an append-only log. Every event has a kind and a `key`: events of the same
kind and key are about the same thing, and a reader folds them in order (`message_chunk`
appends text, everything else replaces what was known). Shapes are plain dictionaries so
that the runner needs the standard library only; the server checks them at the edge.
"""

from typing import Any, Final, Literal, NotRequired, get_args

# Not typing's own: pydantic checks these shapes in the server, and on Python 3.11 it
# reads typing_extensions' only.
from typing_extensions import TypedDict

__all__ = [
    "EVENT_KINDS",
    "MAX_EVENT_BYTES",
    "Controller",
    "EventKind",
    "PermissionOption",
    "SessionEvent",
    "SessionState",
    "SessionTerminal",
    "StopReason",
]

#: One event, encoded as JSON, may not be larger; the runner cuts longer text and says so
#: in `data["truncated"]` (bytes left out).
MAX_EVENT_BYTES: Final = 256 * 1024

SessionState = Literal[
    "starting",  # the agent's process is being started or resumed
    "idle",  # ready for a prompt
    "running",  # a turn is under way
    "requires_action",  # a person must answer a permission request or a question
    "auth_required",  # the agent wants its user to log in
    "limited",  # the vendor's usage limit is reached (structured sources only)
    "exited",  # the agent's process has ended
    "error",  # the agent cannot be started or resumed; data.detail says why
]

StopReason = Literal[
    "end_turn",
    "max_tokens",
    "max_turn_requests",
    "refusal",
    "cancelled",
    "interrupted",  # the agent died or was restarted in the middle of the turn
    "error",
]

#: Who may talk to the agent: prompts of the server, or the person at its terminal.
Controller = Literal["chat", "terminal"]

SessionTerminal = Literal[
    "none",  # the agent has no terminal that we know how to start
    "live",  # it runs on a terminal: watch it and type at any time
    "handover",  # it speaks ACP; given control, its own terminal takes over
]

EventKind = Literal[
    # key = message id; data = {role: "user"|"agent", kind: "text"|"thought", text,
    #   message_id?: id of the task message that a person sent}
    "message",
    "message_chunk",
    # key = tool call id; data = {title, kind, status: pending|in_progress|completed|
    #   failed, content: [...ACP content], locations: [{path, line?}], raw_input?, raw_output?}
    "tool",
    "plan",  # key = "plan"; data = {entries: [{content, priority, status}]}
    # key = request id; data = {tool: {...as above}, options: [PermissionOption], title}
    "permission_requested",
    # key = request id; data = {outcome: "selected"|"cancelled", option_id?, by: policy|user|timeout}
    "permission_resolved",
    "usage",  # key = "usage"; data = {used?, size?, cost?: {amount, currency}, ...}
    "commands",  # key = "commands"; data = {commands: [{name, description, hint?}]}
    "options",  # key = "options"; data = {options: [...]} (modes, models, effort)
    "title",  # key = "title"; data = {title}
    # key = "state"; data = {state: SessionState, source:
    #   driver|hook|title|bell|dialog|screen|process,
    #   detail?: sentence for a person, action?: login|wait|restart, resets_at?: RFC 3339}
    "state",
    # key = turn id; data = {stop_reason: StopReason, message_id?, usage?, duration_ms}
    "turn_ended",
    # key = "report"; data = {state: working|idle|complete|failure, summary, link}: the
    #   agent's own words through the report tool, or a client's PATCH of the app status
    "report",
    # key = "control"; data = {controller: Controller, by: user|agent|server, detail?}: who
    #   may talk to the agent from now on; without one it is the chat
    "control",
    "error",  # key = fresh id; data = {detail, stderr?}: something went wrong in the driver
    "raw",  # key = fresh id; data = {frame}: an update of a kind this version does not know
]

EVENT_KINDS: Final[frozenset[str]] = frozenset(get_args(EventKind))


class PermissionOption(TypedDict):
    """One answer an agent offers; chosen by `kind`, never by position or name."""

    id: str
    name: str
    kind: Literal["allow_once", "allow_always", "reject_once", "reject_always"]


class SessionEvent(TypedDict):
    """One line of a session's log."""

    kind: EventKind
    key: str
    at: str  # RFC 3339, the runner's clock
    data: dict[str, Any]
    seq: NotRequired[
        int
    ]  # given by the server when it is stored; rises through all sessions of a workspace
