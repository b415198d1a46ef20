"""OpenCode: what its plugin of ours tells (see `opencode_plugin`). Recorded with 1.18.

There is no file to read beside it: its events have everything.
"""

from typing import Final

from taskyard.kit.shapes import as_object
from taskyard.runner.agents.hooks.facts import (
    Asked,
    Begun,
    Failed,
    HookFact,
    Interrupted,
    Json,
    Prompted,
    Rested,
    Said,
    ToolStatus,
    Used,
)
from taskyard.runner.agents.hooks.tools import tool_call, words

__all__ = ["no_line", "opencode_facts"]

_STATES: Final[dict[str, ToolStatus]] = {
    "running": "in_progress",
    "completed": "completed",
    "error": "failed",
}


def opencode_facts(payload: Json) -> list[HookFact]:
    properties = as_object(payload.get("properties"))
    conversation = str(properties.get("sessionID") or "")
    fact: HookFact | None = None
    match payload.get("type"):
        case "session.created":
            parent = as_object(properties.get("info")).get("parentID")
            if not parent:
                fact = Begun(conversation=conversation, is_switch=True)
        case "chat.message":
            text = str(properties.get("text") or "")
            fact = Prompted(conversation=conversation, text=text)
        case "text.delta":
            fact = _delta(properties, conversation)
        case "message.part.updated":
            fact = _part(as_object(properties.get("part")), conversation)
        case "permission.asked":
            fact = _asked(properties, conversation)
        case "session.idle":
            fact = Rested(conversation=conversation)
        case "session.error":
            fact = _failed(as_object(properties.get("error")), conversation)
        case _:
            pass
    return [] if fact is None else [fact]


def no_line(_line: bytes, _conversation: str) -> list[HookFact]:
    return []


def _delta(properties: Json, conversation: str) -> Said:
    index = properties.get("index")
    return Said(
        conversation=conversation,
        message=str(properties.get("partID") or ""),
        text=str(properties.get("delta") or ""),
        part=index if isinstance(index, int) else 0,
    )


def _part(part: Json, conversation: str) -> HookFact | None:
    text = part.get("text")
    if part.get("type") == "text" and isinstance(text, str):
        message = str(part.get("id") or "")
        return Said(conversation=conversation, message=message, text=text)
    state = as_object(part.get("state"))
    status = _STATES.get(str(state.get("status")))
    if part.get("type") != "tool" or status is None:
        return None
    if as_object(state.get("metadata")).get("exit") not in (None, 0):
        status = "failed"  # of a command; to OpenCode the tool itself has worked
    tool = tool_call(
        str(part.get("tool") or "tool"),
        as_object(state.get("input")),
        status,
        call=str(part.get("callID") or ""),
        output=words(state.get("error") or state.get("output") or ""),
    )
    return Used(conversation=conversation, tool=tool)


def _asked(properties: Json, conversation: str) -> Asked:
    """It names the call; what is known of that goes before what stands here."""
    tool = tool_call(
        str(properties.get("permission") or "tool"),
        as_object(properties.get("metadata")),
        "pending",
        call=str(as_object(properties.get("tool")).get("callID") or ""),
    )
    return Asked(conversation=conversation, tool=tool)


def _failed(error: Json, conversation: str) -> Failed | Interrupted:
    name = str(error.get("name") or "error")
    if name == "MessageAbortedError":
        return Interrupted(conversation=conversation)
    detail = as_object(error.get("data")).get("message") or name
    is_login = name == "ProviderAuthError"
    return Failed(
        conversation=conversation,
        why="auth_required" if is_login else "error",
        detail=str(detail),
    )
