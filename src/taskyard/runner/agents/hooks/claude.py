"""Claude Code: what its hooks and the file of its conversation say.

Recorded with 2.1.318. `MessageDisplay` brings the agent's words as they appear, in parts
that may overtake one another; an Escape runs no hook and is in the conversation's file only.
"""

import json
from typing import Final, Literal

from taskyard.kit.shapes import as_object, as_objects
from taskyard.runner.agents.hooks.facts import (
    Failed,
    HookFact,
    Interrupted,
    Json,
    Said,
)
from taskyard.runner.agents.hooks.lifecycle import lifecycle_facts

__all__ = ["claude_facts", "claude_line"]

#: What `StopFailure` calls the vendor's refusals.
_REFUSALS: Final[dict[str, Literal["limited", "auth_required"]]] = {
    "rate_limit": "limited",
    "billing_error": "limited",
    "authentication_failed": "auth_required",
    "oauth_org_not_allowed": "auth_required",
}
_INTERRUPTED: Final = "[Request interrupted by user"


def claude_facts(payload: Json) -> list[HookFact]:
    turn = str(payload.get("prompt_id") or "")
    conversation = str(payload.get("session_id") or "")
    match payload.get("hook_event_name"):
        case "MessageDisplay" if not payload.get("agent_id"):
            return [_said(payload, conversation, turn)]
        case "StopFailure":
            return _failed(payload, conversation, turn)
        case _:
            return lifecycle_facts(payload, turn)


def claude_line(line: bytes, conversation: str) -> list[HookFact]:
    """One line of the conversation's file. Most are large and no news: not even parsed."""
    if _INTERRUPTED.encode() not in line:
        return []
    entry = as_object(json.loads(line))
    message = as_object(entry.get("message"))
    texts = [str(item.get("text") or "") for item in as_objects(message.get("content"))]
    if entry.get("type") != "user" or entry.get("isSidechain"):
        return []
    if not any(text.startswith(_INTERRUPTED) for text in texts):
        return []
    turn = str(entry.get("promptId") or "")
    return [Interrupted(conversation=conversation, turn=turn)]


def _said(payload: Json, conversation: str, turn: str) -> Said:
    part = payload.get("index")
    return Said(
        conversation=conversation,
        turn=turn,
        message=str(payload.get("message_id") or ""),
        text=str(payload.get("delta") or ""),
        part=part if isinstance(part, int) else 0,
        is_last=payload.get("final") is True,
    )


def _failed(payload: Json, conversation: str, turn: str) -> list[HookFact]:
    error = str(payload.get("error") or "unknown")
    words = payload.get("last_assistant_message")
    detail = str(words or payload.get("error_details") or error)
    why = _REFUSALS.get(error)
    failed = Failed(
        conversation=conversation, turn=turn, why=why or "error", detail=detail
    )
    return [failed]
