"""Gemini CLI: what its hooks and the file of its conversation say. Recorded with 0.61.

Its hook at the end of a turn garbles a streamed answer; the file of the conversation has
it as it was.
"""

import json
import re
from typing import Final

from taskyard.kit.shapes import as_object
from taskyard.runner.agents.hooks.facts import (
    Asked,
    Begun,
    HookFact,
    Json,
    Prompted,
    Rested,
    Said,
    ToolCall,
    ToolStatus,
    Used,
)
from taskyard.runner.agents.hooks.tools import tool_call, words

__all__ = ["gemini_facts", "gemini_line"]

#: How it tells its model of a command; to the hook that is no error.
_FAILED: Final = re.compile(r"^Exit Code: [1-9]", re.MULTILINE)


def gemini_facts(payload: Json) -> list[HookFact]:
    conversation = str(payload.get("session_id") or "")
    fact: HookFact | None = None
    match payload.get("hook_event_name"):
        case "SessionStart":
            fact = _begun(payload, conversation)
        case "BeforeAgent":
            fact = Prompted(
                conversation=conversation,
                text=str(payload.get("prompt") or ""),
                transcript=str(payload.get("transcript_path") or ""),
            )
        case "BeforeTool":
            fact = _used(payload, conversation, "in_progress")
        case "AfterTool":
            answer = as_object(payload.get("tool_response"))
            failed = answer.get("error") or _FAILED.search(words(answer))
            fact = _used(payload, conversation, "failed" if failed else "completed")
        case "Notification" if payload.get("notification_type") == "ToolPermission":
            details = as_object(payload.get("details"))
            fact = Asked(conversation=conversation, tool=_asked(details))
        case "AfterAgent":
            fact = Rested(conversation=conversation)
        case _:
            pass
    return [] if fact is None else [fact]


def gemini_line(line: bytes, conversation: str) -> list[HookFact]:
    """One line of the conversation's file: a message is written again when it grows."""
    if b'"type":"gemini"' not in line:
        return []
    entry = as_object(json.loads(line))
    text = entry.get("content")
    if entry.get("type") != "gemini" or not isinstance(text, str) or not text.strip():
        return []
    message = str(entry.get("id") or "")
    return [Said(conversation=conversation, message=message, text=text)]


def _begun(payload: Json, conversation: str) -> Begun:
    source = payload.get("source")
    return Begun(
        conversation=conversation,
        is_new=source != "resume",
        is_switch=source in ("resume", "clear"),
        transcript=str(payload.get("transcript_path") or ""),
    )


def _used(payload: Json, conversation: str, status: ToolStatus) -> Used:
    given = as_object(payload.get("tool_input"))
    output = "" if status == "in_progress" else words(payload.get("tool_response"))
    name = str(payload.get("tool_name") or "tool")
    tool = tool_call(name, given, status, output=output)
    return Used(conversation=conversation, tool=tool)


def _asked(details: Json) -> ToolCall:
    """What a dialog is about; it names the tool by what it does."""
    path = details.get("filePath")
    if details.get("type") == "exec":
        given = {"command": str(details.get("command") or "")}
        return tool_call("run_shell_command", given, "pending")
    if details.get("type") == "edit" and isinstance(path, str):
        given = {"file_path": path, "content": str(details.get("newContent") or "")}
        if old := details.get("originalContent"):
            given |= {"old_string": str(old), "new_string": given.pop("content")}
        return tool_call("write_file", given, "pending")
    name = str(details.get("toolName") or details.get("title") or "tool")
    return tool_call(name, as_object(details.get("toolArgs")), "pending")
