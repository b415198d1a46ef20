"""A session's events as lines for a terminal, in the order they happen."""

from collections.abc import Callable
from typing import Any, Final

from taskyard.protocol.api.tasks import StoredEvent

__all__ = ["Transcript"]

_TOOL_ENDS: Final = {"completed": "ok", "failed": "FAILED"}


class Transcript:
    """Turns each event into the text to print next; chunks of one message run on.

    What cannot be shown in a line (plans, usage, commands) is shortened or left out:
    `--json` has everything. `is_live`: say that a tool runs, not only how it ended.
    """

    def __init__(self, *, is_live: bool) -> None:
        self._is_live = is_live
        self._open_message = ""
        self._started: set[str] = set()
        self._ended: set[str] = set()
        self._shapes: dict[str, Callable[[StoredEvent], str]] = {
            "message": self._message,
            "message_chunk": self._chunk,
            "tool": self._tool,
            "plan": self._plan,
            "permission_requested": self._permission,
            "permission_resolved": self._answer,
            "state": self._state,
            "control": self._control,
            "turn_ended": self._turn,
            "report": self._report,
            "error": self._error,
        }

    def feed(self, event: StoredEvent) -> str:
        """Text with its line ends, empty when there is nothing to show."""
        shape = self._shapes.get(event.kind)
        if shape is None:
            return ""
        if event.kind == "message_chunk":
            return shape(event)

        text = shape(event)
        return self._close() + text if text else ""

    def finish(self) -> str:
        """The line end of a message that is still open."""
        return self._close()

    def _close(self) -> str:
        if not self._open_message:
            return ""

        self._open_message = ""
        return "\n"

    def _chunk(self, event: StoredEvent) -> str:
        text = _text(event.data, "text")
        if event.key == self._open_message:
            return text

        before = self._close()
        self._open_message = event.key
        return before + _speaker(event.data) + text

    def _message(self, event: StoredEvent) -> str:
        return f"{_speaker(event.data)}{_text(event.data, 'text')}\n"

    def _tool(self, event: StoredEvent) -> str:
        """Once when it starts and once when it ends, however many updates there are."""
        if _text(event.data, "name").endswith("report_task"):
            return ""  # what it says comes as a report

        title = _text(event.data, "title") or event.key
        status = _text(event.data, "status")
        if status in _TOOL_ENDS:
            is_new = event.key not in self._ended
            self._ended.add(event.key)
            return f"  [tool] {title} {_TOOL_ENDS[status]}\n" if is_new else ""

        # The input is known a moment after the call; only then the title means something.
        is_named = bool(event.data.get("raw_input"))
        if not self._is_live or not is_named or event.key in self._started:
            return ""

        self._started.add(event.key)
        return f"  [tool] {title} ...\n"

    def _plan(self, event: StoredEvent) -> str:
        marks = {"completed": "x", "in_progress": ">"}
        entries: list[dict[str, Any]] = event.data.get("entries") or []
        lines = [
            f"    [{marks.get(_text(entry, 'status'), ' ')}] {_text(entry, 'content')}\n"
            for entry in entries
        ]
        return "  [plan]\n" + "".join(lines)

    def _permission(self, event: StoredEvent) -> str:
        title = _text(event.data, "title") or "The agent asks for permission"
        return f"  [needs you] {title} (taskyard task approve / deny)\n"

    def _answer(self, event: StoredEvent) -> str:
        outcome = _text(event.data, "option_id") or _text(event.data, "outcome")
        return f"  [answered] {outcome} by {_text(event.data, 'by') or 'somebody'}\n"

    def _state(self, event: StoredEvent) -> str:
        state = _text(event.data, "state")
        if state in {"running", "starting", "idle", "requires_action"}:
            return ""

        detail = _text(event.data, "detail")
        return f"  [agent] {state}{f': {detail}' if detail else ''}\n"

    def _control(self, event: StoredEvent) -> str:
        has_it = f"the {_text(event.data, 'controller')} has the agent"
        detail = _text(event.data, "detail")
        return f"  [control] {has_it}{f': {detail}' if detail else ''}\n"

    def _turn(self, event: StoredEvent) -> str:
        reason = _text(event.data, "stop_reason")
        return "" if reason == "end_turn" else f"  [turn ended] {reason}\n"

    def _report(self, event: StoredEvent) -> str:
        link = _text(event.data, "link")
        summary = _text(event.data, "summary")
        state = _text(event.data, "state")
        return f"  [report] {state}: {summary}{f' {link}' if link else ''}\n"

    def _error(self, event: StoredEvent) -> str:
        return f"  [error] {_text(event.data, 'detail')}\n"


def _speaker(data: dict[str, Any]) -> str:
    if data.get("kind") == "thought":
        return "(thinking) "
    return "> " if data.get("role") == "user" else ""


def _text(data: dict[str, Any], name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""
