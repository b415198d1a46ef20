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
    HookFact,
    Json,
    Rested,
    Said,
    ToolCall,
)
from taskyard.runner.agents.hooks.lifecycle import lifecycle_facts, used
from taskyard.runner.agents.hooks.tools import tool_call, words

__all__ = ["gemini_facts", "gemini_line"]

#: How it tells its model of a command; to the hook that is no error.
_FAILED: Final = re.compile(r"^Exit Code: [1-9]", re.MULTILINE)


def gemini_facts(payload: Json) -> list[HookFact]:
    conversation = str(payload.get("session_id") or "")
    match payload.get("hook_event_name"):
        case "AfterTool":
            answer = payload.get("tool_response")
            failed = as_object(answer).get("error") or _FAILED.search(words(answer))
            return [used(payload, "", "failed" if failed else "completed", answer)]
        case "Notification":
            if payload.get("notification_type") != "ToolPermission":
                return []
            details = as_object(payload.get("details"))
            return [Asked(conversation=conversation, tool=_asked(details))]
        case "AfterAgent":
            return [Rested(conversation=conversation)]
        case _:
            return lifecycle_facts(payload, "")


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
