"""What agents' hooks have in common: the fields and their meaning.

The names are Claude Code's and Codex's, and where Gemini has others its own.
"""

from collections.abc import Callable, Mapping
from typing import Final

from taskyard.kit.shapes import as_object
from taskyard.runner.agents.hooks.facts import (
    Asked,
    Begun,
    HookFact,
    Json,
    Prompted,
    Rested,
    ToolStatus,
    Used,
)
from taskyard.runner.agents.hooks.tools import tool_call, words

__all__ = ["lifecycle_facts", "used"]

_SWITCHES: Final = frozenset({"clear", "resume", "compact", "fork"})


def lifecycle_facts(payload: Json, turn: str) -> list[HookFact]:
    """The facts in one hook's payload; none for an event that says nothing to us."""
    read = _EVENTS.get(str(payload.get("hook_event_name")))
    return [] if read is None else [read(payload, turn)]


def _begun(payload: Json, _turn: str) -> Begun:
    source = str(payload.get("source") or "")
    return Begun(
        conversation=_conversation(payload),
        is_new=source in ("", "startup", "clear"),
        is_switch=source in _SWITCHES,
        transcript=_transcript(payload),
    )


def _prompted(payload: Json, turn: str) -> Prompted:
    return Prompted(
        conversation=_conversation(payload),
        turn=turn,
        text=str(payload.get("prompt") or ""),
        transcript=_transcript(payload),
    )


def _asked(payload: Json, turn: str) -> Asked:
    tool = tool_call(_name(payload), _input(payload), "pending")
    return Asked(conversation=_conversation(payload), turn=turn, tool=tool)


def _rested(payload: Json, turn: str) -> Rested:
    text = payload.get("last_assistant_message")
    return Rested(
        conversation=_conversation(payload),
        turn=turn,
        text=text if isinstance(text, str) else None,
    )


def _begins(payload: Json, turn: str) -> Used:
    return used(payload, turn, "in_progress", "")


def _ends(payload: Json, turn: str) -> Used:
    return used(payload, turn, "completed", payload.get("tool_response"))


def _fails(payload: Json, turn: str) -> Used:
    why = payload.get("error") or payload.get("reason")
    return used(payload, turn, "failed", why)


def used(payload: Json, turn: str, status: ToolStatus, answer: object) -> Used:
    """A tool in that state; `answer` is what it said, in the agent's own shape."""
    tool = tool_call(
        _name(payload),
        _input(payload),
        status,
        call=str(payload.get("tool_use_id") or ""),
        output=words(answer),
    )
    return Used(conversation=_conversation(payload), turn=turn, tool=tool)


def _conversation(payload: Json) -> str:
    return str(payload.get("session_id") or "")


def _name(payload: Json) -> str:
    return str(payload.get("tool_name") or "tool")


def _input(payload: Json) -> Json:
    return as_object(payload.get("tool_input"))


def _transcript(payload: Json) -> str:
    path = payload.get("transcript_path")
    return path if isinstance(path, str) else ""


_EVENTS: Final[Mapping[str, Callable[[Json, str], HookFact]]] = {
    "SessionStart": _begun,
    "UserPromptSubmit": _prompted,
    "BeforeAgent": _prompted,
    "PreToolUse": _begins,
    "BeforeTool": _begins,
    "PermissionRequest": _asked,
    "PostToolUse": _ends,
    "PostToolUseFailure": _fails,
    "PermissionDenied": _fails,
    "Stop": _rested,
}
