"""Translate what an ACP agent reports into events of the session log."""

import itertools
import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, Literal, NamedTuple, final

from taskyard.kit.shapes import as_object, as_objects
from taskyard.protocol.sessions import EventKind
from taskyard.runner.agents.acp.options import Options
from taskyard.runner.agents.acp.tools import ToolCalls

__all__ = ["Translated", "Translator", "limit_of"]

Json = dict[str, Any]


class Translated(NamedTuple):
    kind: EventKind
    key: str
    data: Json


class _Speaker(NamedTuple):
    role: Literal["user", "agent"]
    kind: Literal["text", "thought"]


_CHUNKS: Final = {
    "user_message_chunk": _Speaker("user", "text"),
    "agent_message_chunk": _Speaker("agent", "text"),
    "agent_thought_chunk": _Speaker("agent", "thought"),
}


@final
class Translator:
    """Keeps what is needed to complete partial updates and to drop repeated ones."""

    def __init__(self) -> None:
        self._tools = ToolCalls()
        self._message = ""
        self._speaker: _Speaker | None = None
        self._last: dict[str, str] = {}
        self.options = Options()
        self._numbers = itertools.count(1)
        self._prefix = uuid.uuid4().hex[:12]

    def translate(self, update: Mapping[str, Any]) -> list[Translated]:
        """Events for one `session/update`; an unknown kind is kept as it came."""
        kind = str(update.get("sessionUpdate", ""))
        if mode := _mode_said(update):
            self.options.has_become("mode", mode)
            return self.options_now()
        if speaker := _CHUNKS.get(kind):
            return self._chunk(speaker, update)
        if kind in ("tool_call", "tool_call_update"):
            return self._tool(update)
        return self._about_session(kind, update)

    def _about_session(self, kind: str, update: Mapping[str, Any]) -> list[Translated]:
        events: list[Translated] = []
        match kind:
            case "plan":
                entries = as_objects(update.get("entries"))
                events.append(Translated("plan", "plan", {"entries": entries}))
            case "available_commands_update":
                events = self._changed("commands", {"commands": _commands(update)})
            case "config_option_update":
                events = self.offered(update)
            case "current_mode_update":
                self.options.has_become("mode", str(update.get("currentModeId", "")))
                events = self.options_now()
            case "session_info_update":
                if title := update.get("title"):
                    events = self._changed("title", {"title": title})
            case "usage_update":
                events = self._changed("usage", _usage(update))
            case _:
                events.append(self.raw(dict(update)))
        return events

    def offered(self, result: Mapping[str, Any]) -> list[Translated]:
        """The options in the answer to `session/new` and its like."""
        return self.options_now() if self.options.take(result) else []

    def options_now(self) -> list[Translated]:
        """All options, if any has changed since they were told."""
        return self._changed("options", {"options": self.options.known})

    def raw(self, frame: Json) -> Translated:
        return Translated("raw", str(uuid.uuid4()), {"frame": frame})

    def tool(self, update: Mapping[str, Any]) -> Json:
        """Merge a partial tool call with what is known of it; return the whole."""
        return self._tools.merge(self._call(update), update)

    def turn_over(self) -> None:
        """The next words begin a new message; tools that have ended are forgotten."""
        self._speaker = None
        self._tools.turn_over()

    def _chunk(self, speaker: _Speaker, update: Mapping[str, Any]) -> list[Translated]:
        given = update.get("messageId")
        if isinstance(given, str) and given:
            key = given if speaker.kind == "text" else f"{given}:thought"
        elif self._speaker == speaker:
            key = self._message
        else:
            key = self._new_key("message")
        self._speaker, self._message = speaker, key
        block = as_object(update.get("content"))
        data = {"role": speaker.role, "kind": speaker.kind, "text": _text(block)}
        events = [Translated("message_chunk", key, data)]
        if block.get("type") != "text":
            events.append(self.raw(dict(update)))
        return events

    def _tool(self, update: Mapping[str, Any]) -> list[Translated]:
        self._speaker = None
        call = self._call(update)
        whole = self._tools.news(call, update)
        return [] if whole is None else [Translated("tool", call, whole)]

    def _call(self, update: Mapping[str, Any]) -> str:
        return str(update.get("toolCallId") or self._new_key("tool"))

    def _changed(
        self, kind: Literal["commands", "options", "title", "usage"], data: Json
    ) -> list[Translated]:
        encoded = json.dumps(data, sort_keys=True)
        if self._last.get(kind) == encoded:
            return []
        self._last[kind] = encoded
        return [Translated(kind, kind, data)]

    def _new_key(self, what: str) -> str:
        return f"{what}-{self._prefix}-{next(self._numbers)}"


def limit_of(update: Mapping[str, Any]) -> str | None:
    """When a vendor's usage limit that was hit ends (RFC 3339, empty = unknown), else None.

    Claude's adapter says so beside the usage.
    """
    limit = as_object(as_object(update.get("_meta")).get("_claude/rateLimit"))
    if limit.get("status") != "rejected":
        return None
    resets = limit.get("resetsAt")
    if not isinstance(resets, int | float):
        return ""
    try:
        return datetime.fromtimestamp(resets, tz=UTC).isoformat()
    except (OverflowError, ValueError, OSError):
        return ""  # no time that there is


def _mode_said(update: Mapping[str, Any]) -> str:
    """Gemini tells a change of its mode as words of the conversation."""
    text = str(as_object(update.get("content")).get("text", ""))
    prefix, _, mode = text.partition(" ")
    said = update.get("sessionUpdate") == "agent_message_chunk"
    return mode if said and prefix == "[MODE_UPDATE]" and " " not in mode else ""


def _commands(update: Mapping[str, Any]) -> list[Json]:
    return [
        {
            "name": str(command.get("name", "")),
            "description": str(command.get("description") or "")[:300],
            **_hint(as_object(command.get("input"))),
        }
        for command in as_objects(update.get("availableCommands"))
    ]


def _hint(expected: Json) -> Json:
    """What may follow the command's name; without it the command stands alone."""
    hint = expected.get("hint")
    return {"hint": str(hint)[:300]} if hint else {}


def _usage(update: Mapping[str, Any]) -> Json:
    return {n: update[n] for n in ("used", "size", "cost") if update.get(n) is not None}


def _text(block: Json) -> str:
    """A content block in words; what has no text is named."""
    match block.get("type"):
        case "text":
            return str(block.get("text", ""))
        case "resource_link":
            return f"[{block.get('name') or 'link'}]({block.get('uri')})"
        case "resource":
            body = as_object(block.get("resource"))
            return str(body.get("text") or f"[{body.get('uri')}]")
        case kind:
            return f"[{kind or 'content'}]"
