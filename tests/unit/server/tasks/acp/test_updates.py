"""Every kind of event, as an editor is told it; checked against the genuine schema."""

from datetime import UTC, datetime
from typing import Any, get_args
from uuid import UUID

import pytest
from acp.schema import RequestPermissionRequest, SessionNotification

from taskyard.protocol.api.tasks import Permission, StoredEvent
from taskyard.protocol.sessions import EventKind
from taskyard.server.tasks.acp.questions import permission_request
from taskyard.server.tasks.acp.updates import (
    Translation,
    notice,
    session_info,
    thought,
)
from tests.support import wire

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SESSION = UUID(int=1)


def event(kind: str, key: str = "k", seq: int = 1, /, **data: Any) -> StoredEvent:
    return StoredEvent(
        seq=seq, session_id=SESSION, kind=kind, key=key, at=NOW, data=data
    )


def translate(*events: StoredEvent) -> list[dict[str, Any]]:
    translation = Translation()
    return [update for one in events for update in translation.of(one)]


def said(text: str, *, role: str = "agent", kind: str = "text") -> dict[str, Any]:
    return {"role": role, "kind": kind, "text": text}


def words(update: str, text: str, key: str = "k") -> dict[str, Any]:
    content = {"type": "text", "text": text}
    return {"sessionUpdate": update, "messageId": key, "content": content}


TOOL = {
    "title": "Edit a.py",
    "kind": "edit",
    "status": "completed",
    "content": [
        {"type": "diff", "path": "/w/a.py", "oldText": "a", "newText": "b"},
        {"type": "content", "content": {"type": "text", "text": "done"}},
        {"type": "terminal", "terminalId": "t1"},
    ],
    "locations": [{"path": "/w/a.py", "line": 3}, {"line": 4}],
    "raw_input": {"file": "a.py"},
    "raw_output": "ok",
}

TOOL_FIELDS = {
    "toolCallId": "k",
    "title": "Edit a.py",
    "kind": "edit",
    "status": "completed",
    "content": [
        {"type": "diff", "path": "/w/a.py", "oldText": "a", "newText": "b"},
        {"type": "content", "content": {"type": "text", "text": "done"}},
    ],
    "locations": [{"path": "/w/a.py", "line": 3}],
    "rawInput": {"file": "a.py"},
    "rawOutput": "ok",
}

OPTIONS: list[dict[str, Any]] = [
    {
        "id": "mode",
        "name": "Mode",
        "category": "mode",
        "type": "select",
        "value": "ask",
        "choices": [{"value": "ask", "name": "Ask"}, {"value": "auto", "name": "Auto"}],
    },
    {"id": "fast", "name": "Fast", "type": "boolean", "value": True},
    {"id": "empty", "name": "Nothing to choose", "type": "select", "choices": []},
]

CONFIG = [
    {
        "id": "mode",
        "name": "Mode",
        "category": "mode",
        "type": "select",
        "currentValue": "ask",
        "options": [
            {"value": "ask", "name": "Ask"},
            {"value": "auto", "name": "Auto"},
        ],
    },
    {"id": "fast", "name": "Fast", "type": "boolean", "currentValue": True},
]

#: Kind of event -> an event, and what is told of it.
KINDS: dict[str, tuple[StoredEvent, list[dict[str, Any]]]] = {
    "message": (
        event("message", **said("Hi", role="user")),
        [words("user_message_chunk", "Hi")],
    ),
    "message_chunk": (
        event("message_chunk", **said("Hm", kind="thought")),
        [words("agent_thought_chunk", "Hm")],
    ),
    "tool": (event("tool", **TOOL), [{"sessionUpdate": "tool_call", **TOOL_FIELDS}]),
    "plan": (
        event(
            "plan", entries=[{"content": "Look", "priority": "urgent"}, "not an entry"]
        ),
        [
            {
                "sessionUpdate": "plan",
                "entries": [
                    {"content": "Look", "priority": "medium", "status": "pending"}
                ],
            }
        ],
    ),
    "permission_requested": (event("permission_requested", title="May I?"), []),
    "permission_resolved": (event("permission_resolved", outcome="cancelled"), []),
    "usage": (
        event("usage", used=10, size=200, cost={"amount": 0.5, "currency": "EUR"}),
        [
            {
                "sessionUpdate": "usage_update",
                "used": 10,
                "size": 200,
                "cost": {"amount": 0.5, "currency": "EUR"},
            }
        ],
    ),
    "commands": (
        event(
            "commands",
            commands=[
                {"name": "plan", "description": "Plan it", "hint": "what"},
                {"name": "init", "description": ""},
                {"name": ""},
            ],
        ),
        [
            {
                "sessionUpdate": "available_commands_update",
                "availableCommands": [
                    {
                        "name": "plan",
                        "description": "Plan it",
                        "input": {"hint": "what"},
                    },
                    {"name": "init", "description": ""},
                ],
            }
        ],
    ),
    "options": (
        event("options", options=OPTIONS),
        [
            {"sessionUpdate": "config_option_update", "configOptions": CONFIG},
            {"sessionUpdate": "current_mode_update", "currentModeId": "ask"},
        ],
    ),
    "title": (
        event("title", title="A poem"),
        [{"sessionUpdate": "session_info_update", "title": "A poem"}],
    ),
    "state": (event("state", state="running", source="driver"), []),
    "turn_ended": (event("turn_ended", stop_reason="end_turn"), []),
    "report": (event("report", state="working", summary="On it"), []),
    "error": (
        event("error", detail="The agent died."),
        [words("agent_thought_chunk", "The agent died.")],
    ),
    "raw": (event("raw", frame={"sessionUpdate": "new_thing"}), []),
    "control": (event("control", controller="terminal", by="user"), []),
}


MADE_UP: list[dict[str, Any]] = [
    {},
    {"text": None, "role": 7, "kind": []},
    {"title": {}, "content": "x", "locations": [1], "status": 3},
    {"content": [{"type": "diff"}, {"type": "content", "content": 1}, None]},
    {"entries": "all", "commands": [{}], "options": [{"id": 1}, None]},
    {"used": -1, "size": "many", "cost": [], "detail": None},
]


@pytest.mark.parametrize("kind", get_args(EventKind))
def test_every_kind_of_event_is_told_as_the_protocol_says(kind: str) -> None:
    given, expected = KINDS[kind]

    updates = translate(given)

    assert updates == expected
    for update in updates:
        SessionNotification.model_validate({"sessionId": "s", "update": update})


@pytest.mark.parametrize("kind", [*get_args(EventKind), "of tomorrow"])
@pytest.mark.parametrize("data", MADE_UP)
def test_what_a_workspace_makes_up_breaks_nothing(
    kind: str, data: dict[str, Any]
) -> None:
    for update in translate(event(kind, **data)):
        SessionNotification.model_validate({"sessionId": "s", "update": update})


def test_a_tool_call_begins_once_and_is_updated_then() -> None:
    updates = translate(
        event("tool", "a", title="One", status="pending"),
        event("tool", "b", title="Two"),
        event("tool", "a", title="One", status="completed"),
    )

    assert [(u["sessionUpdate"], u["toolCallId"], u["status"]) for u in updates] == [
        ("tool_call", "a", "pending"),
        ("tool_call", "b", "pending"),
        ("tool_call_update", "a", "completed"),
    ]


def test_pieces_of_a_message_are_told_as_they_come() -> None:
    updates = translate(
        event("message_chunk", **said("One ")),
        event("message_chunk", **said("two.")),
    )

    assert updates == [
        words("agent_message_chunk", "One "),
        words("agent_message_chunk", "two."),
    ]


def test_a_whole_message_that_goes_on_from_its_pieces_is_told_from_there() -> None:
    updates = translate(
        event("message_chunk", **said("One ")),
        event("message", **said("One two.")),
        event("message", **said("One two.")),
    )

    assert [update["content"]["text"] for update in updates] == ["One ", "two."]


def test_what_is_drawn_anew_is_told_once_as_another_message_when_it_stands() -> None:
    updates = translate(
        event("message", "answer", **said("Thinking")),
        event("message", "answer", **said("The answer")),
        event("message", "answer", **said("The answer is")),
        event("message_chunk", "answer", **said(" 42.")),
        event("turn_ended", "turn", stop_reason="end_turn"),
    )

    assert updates == [
        words("agent_message_chunk", "Thinking", "answer"),
        words("agent_message_chunk", "The answer is 42.", "answer~1"),
    ]


def test_a_mode_is_told_when_it_changes() -> None:
    changed = [{**OPTIONS[0], "value": "auto"}]

    updates = translate(
        event("options", options=OPTIONS),
        event("options", options=OPTIONS),
        event("options", options=changed),
    )

    modes = [u for u in updates if u["sessionUpdate"] == "current_mode_update"]
    assert [update["currentModeId"] for update in modes] == ["ask", "auto"]


def test_usage_without_a_size_is_not_told() -> None:
    assert translate(event("usage", used=3)) == []


def test_a_permission_is_asked_with_its_tool_call_and_known_answers_only() -> None:
    permission = Permission(
        id=UUID(int=5),
        session_id=SESSION,
        request_id="r1",
        title="Run make?",
        tool={"kind": "execute"},
        options=[
            {"id": "y", "name": "Yes", "kind": "allow_once"},
            {"id": "n", "kind": "reject_once"},
            {"id": "z", "name": "Maybe", "kind": "perhaps"},
        ],
        state="pending",
        created_at=NOW,
        answered_at=None,
    )

    request = permission_request(permission, tool_id="call-1")

    assert request["toolCall"]["toolCallId"] == "call-1"
    assert request["toolCall"]["title"] == "Run make?"
    assert request["options"] == [
        {"optionId": "y", "name": "Yes", "kind": "allow_once"},
        {"optionId": "n", "name": "reject_once", "kind": "reject_once"},
    ]
    RequestPermissionRequest.model_validate({"sessionId": "s", **request})


def test_the_status_is_told_beside_the_title() -> None:
    info = session_info(wire.task("needs_login"))

    assert info["title"]
    assert info["_meta"]["taskyard"]["work"]["status"] == "needs_login"
    SessionNotification.model_validate({"sessionId": "s", "update": info})


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("starting", "The workspace is starting."),
        ("needs_login", "The agent wants you to log in."),
        ("working", ""),
        ("idle", ""),
        ("needs_input", ""),
    ],
)
def test_who_waits_is_told_why(status: Any, words: str) -> None:
    assert notice(wire.task(status)) == words


def test_who_waits_for_a_person_at_the_terminal_is_told_so() -> None:
    task = wire.task("idle", controller="terminal")

    assert "terminal" in notice(task)


def test_a_notice_is_a_thought() -> None:
    update = thought("The workspace is starting.", id_="n1")

    assert update == words("agent_thought_chunk", "The workspace is starting.", "n1")
