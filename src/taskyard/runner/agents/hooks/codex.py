"""Codex: what its hooks and the file of its conversation say. Recorded with 0.166.

Its hooks are Claude Code's, with a turn's id of its own; what the agent says between two
tools stands only in the file, a line an item.
"""

import json
from typing import Final

from taskyard.kit.shapes import as_list, as_object, as_objects
from taskyard.runner.agents.hooks.facts import (
    Failed,
    HookFact,
    Interrupted,
    Json,
    Said,
    Used,
)
from taskyard.runner.agents.hooks.lifecycle import lifecycle_facts
from taskyard.runner.agents.hooks.tools import tool_call

__all__ = ["codex_facts", "codex_line"]

#: Only lines with one of these are news; the others repeat what the model was sent.
_NEWS: Final = (
    b'"AgentMessage"',
    b'"CommandExecution"',
    b'"turn_aborted"',
    b'"type":"error"',
)


def codex_facts(payload: Json) -> list[HookFact]:
    turn = str(payload.get("turn_id") or "")
    if payload.get("hook_event_name") == "Interrupt":
        conversation = str(payload.get("session_id") or "")
        return [Interrupted(conversation=conversation, turn=turn)]
    return lifecycle_facts(payload, turn)


def codex_line(line: bytes, conversation: str) -> list[HookFact]:
    """One line of the conversation's file."""
    if not any(word in line for word in _NEWS):
        return []
    entry = as_object(json.loads(line))
    body = as_object(entry.get("payload"))
    turn = str(body.get("turn_id") or "")
    if entry.get("type") != "event_msg":
        return []
    match body.get("type"):
        case "item_completed":
            return _item(as_object(body.get("item")), conversation, turn)
        case "turn_aborted":
            return [Interrupted(conversation=conversation, turn=turn)]
        case "error":
            return [_failed(body, conversation, turn)]
        case _:
            return []


def _item(item: Json, conversation: str, turn: str) -> list[HookFact]:
    match item.get("type"):
        case "AgentMessage":
            texts = [str(c.get("text") or "") for c in as_objects(item.get("content"))]
            said = Said(
                conversation=conversation,
                turn=turn,
                message=str(item.get("id") or ""),
                text="".join(texts),
            )
            return [said] if said.text else []
        case "CommandExecution" if item.get("exit_code") not in (None, 0):
            # The hook after a tool does not say that it failed.
            words = [str(word) for word in as_list(item.get("command"))]
            tool = tool_call(
                "Bash",
                {"command": words[-1] if words else ""},
                "failed",
                call=str(item.get("id") or ""),
                output=str(item.get("aggregated_output") or ""),
            )
            return [Used(conversation=conversation, turn=turn, tool=tool)]
        case _:
            return []


def _failed(body: Json, conversation: str, turn: str) -> Failed:
    info = json.dumps(body.get("codex_error_info") or "")
    detail = str(body.get("message") or "the model's vendor refused")
    if "usage_limit" in info:
        return Failed(
            conversation=conversation, turn=turn, why="limited", detail=detail
        )
    if "unauthorized" in info:
        return Failed(
            conversation=conversation, turn=turn, why="auth_required", detail=detail
        )
    return Failed(conversation=conversation, turn=turn, why="error", detail=detail)
