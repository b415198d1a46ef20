"""What agents' own hooks say, in words that are the same for every agent."""

from dataclasses import dataclass
from typing import Any, Literal

__all__ = [
    "Asked",
    "Begun",
    "Failed",
    "HookFact",
    "Interrupted",
    "Prompted",
    "Rested",
    "Said",
    "ToolCall",
    "Used",
]

Json = dict[str, Any]
ToolKind = Literal["read", "edit", "search", "execute", "think", "fetch", "other"]
ToolStatus = Literal["pending", "in_progress", "completed", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fact:
    conversation: str  # the agent's own id of it
    turn: str = ""  # the agent's own id; empty where it has none


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun(_Fact):
    """A conversation is open: a new one, or one that goes on."""

    is_new: bool = True
    #: The agent left another conversation for it, by a command at the terminal.
    is_switch: bool = False
    transcript: str = ""  # the agent's own file


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompted(_Fact):
    text: str
    transcript: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said(_Fact):
    """The agent's words: a part of a message, or without `part` the whole of it."""

    message: str
    text: str
    part: int | None = None
    is_last: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    call: str = ""  # the agent's id of the call; empty where it has none
    name: str
    title: str
    kind: ToolKind
    status: ToolStatus
    given: Json
    content: tuple[Json, ...] = ()
    locations: tuple[Json, ...] = ()
    output: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Used(_Fact):
    """A tool is about to run, or has run."""

    tool: ToolCall


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked(_Fact):
    """The agent asks at its terminal whether the tool may run."""

    tool: ToolCall


@dataclass(frozen=True, slots=True, kw_only=True)
class Rested(_Fact):
    """The turn is over."""

    text: str | None = None  # its last message, where the agent says it


@dataclass(frozen=True, slots=True, kw_only=True)
class Interrupted(_Fact):
    """Somebody ended the turn at the terminal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed(_Fact):
    """The turn is over because the model's vendor refused."""

    why: Literal["limited", "auth_required", "error"]
    detail: str
    resets_at: str = ""


HookFact = Begun | Prompted | Said | Used | Asked | Rested | Interrupted | Failed
