"""Every kind of ACP update becomes an event."""

from typing import Any

import pytest

from taskyard.runner.agents.acp.updates import Translator, limit_of


def translate(*updates: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    translator = Translator()
    return [
        (event.kind, event.key, event.data)
        for update in updates
        for event in translator.translate(update)
    ]


@pytest.mark.parametrize(
    ("update", "kind", "key", "data"),
    [
        (
            {
                "sessionUpdate": "agent_message_chunk",
                "messageId": "m",
                "content": {"type": "text", "text": "hi"},
            },
            "message_chunk",
            "m",
            {"role": "agent", "kind": "text", "text": "hi"},
        ),
        (
            {
                "sessionUpdate": "agent_thought_chunk",
                "messageId": "m",
                "content": {"type": "text", "text": "hm"},
            },
            "message_chunk",
            "m:thought",
            {"role": "agent", "kind": "thought", "text": "hm"},
        ),
        (
            {
                "sessionUpdate": "plan",
                "entries": [{"content": "a", "priority": "high", "status": "pending"}],
            },
            "plan",
            "plan",
            {"entries": [{"content": "a", "priority": "high", "status": "pending"}]},
        ),
        (
            {
                "sessionUpdate": "available_commands_update",
                "availableCommands": [{"name": "x", "description": "d" * 900}],
            },
            "commands",
            "commands",
            {"commands": [{"name": "x", "description": "d" * 300}]},
        ),
        (
            {"sessionUpdate": "session_info_update", "title": "T"},
            "title",
            "title",
            {"title": "T"},
        ),
        (
            {"sessionUpdate": "usage_update", "used": 1, "size": 2, "_meta": {}},
            "usage",
            "usage",
            {"used": 1, "size": 2},
        ),
        (
            {
                "sessionUpdate": "tool_call",
                "toolCallId": "t",
                "title": "Read a",
                "kind": "read",
                "rawInput": {"p": 1},
            },
            "tool",
            "t",
            {
                "title": "Read a",
                "kind": "read",
                "status": "pending",
                "content": [],
                "locations": [],
                "raw_input": {"p": 1},
            },
        ),
    ],
)
def test_an_update_is_translated(
    update: dict[str, Any], kind: str, key: str, data: dict[str, Any]
) -> None:
    assert translate(update) == [(kind, key, data)]


def test_a_partial_tool_update_is_completed_with_what_is_known() -> None:
    events = translate(
        {
            "sessionUpdate": "tool_call",
            "toolCallId": "t",
            "title": "Run",
            "kind": "execute",
        },
        {
            "sessionUpdate": "tool_call_update",
            "toolCallId": "t",
            "status": "in_progress",
            "title": None,
        },
        {"sessionUpdate": "tool_call_update", "toolCallId": "t"},
        {
            "sessionUpdate": "tool_call_update",
            "toolCallId": "t",
            "status": "completed",
            "rawOutput": "ok",
        },
    )

    assert [(e[2]["title"], e[2]["status"]) for e in events] == [
        ("Run", "pending"),
        ("Run", "in_progress"),
        ("Run", "completed"),
    ]
    assert events[-1][2]["raw_output"] == "ok"


def test_what_has_not_changed_is_not_said_again() -> None:
    usage = {"sessionUpdate": "usage_update", "used": 1, "size": 2}

    assert len(translate(usage, usage, {**usage, "used": 3})) == 2


def test_chunks_without_an_id_are_joined_until_someone_else_speaks() -> None:
    def chunk(kind: str, text: str) -> dict[str, Any]:
        return {"sessionUpdate": kind, "content": {"type": "text", "text": text}}

    events = translate(
        chunk("agent_message_chunk", "a"),
        chunk("agent_message_chunk", "b"),
        chunk("agent_thought_chunk", "c"),
        chunk("agent_message_chunk", "d"),
        {"sessionUpdate": "tool_call", "toolCallId": "t"},
        chunk("agent_message_chunk", "e"),
    )

    keys = [event[1] for event in events if event[0] == "message_chunk"]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 4


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (
            {"type": "resource_link", "name": "a.txt", "uri": "file:///a.txt"},
            "[a.txt](file:///a.txt)",
        ),
        ({"type": "resource", "resource": {"uri": "u", "text": "inside"}}, "inside"),
        ({"type": "image", "data": "…"}, "[image]"),
        (None, "[content]"),
    ],
)
def test_what_is_not_text_is_named_and_kept(content: Any, text: str) -> None:
    update = {"sessionUpdate": "agent_message_chunk", "content": content}

    events = translate(update)

    assert events[0][2]["text"] == text
    assert (events[1][0], events[1][2]) == ("raw", {"frame": update})


def test_an_unknown_kind_is_kept_as_it_came() -> None:
    update = {"sessionUpdate": "hologram", "x": 1}

    assert translate(update)[0][2] == {"frame": update}


def test_a_mode_told_in_words_is_not_part_of_the_conversation() -> None:
    translator = Translator()
    modes = {
        "currentModeId": "default",
        "availableModes": [{"id": "default", "name": "D"}, {"id": "yolo", "name": "Y"}],
    }
    translator.offered({"modes": modes})

    [event] = translator.translate(
        {
            "sessionUpdate": "agent_message_chunk",
            "content": {"type": "text", "text": "[MODE_UPDATE] yolo"},
        }
    )

    assert (event.kind, event.data["options"][0]["value"]) == ("options", "yolo")


def test_a_change_of_mode_is_a_change_of_the_options() -> None:
    translator = Translator()
    modes = {
        "currentModeId": "auto",
        "availableModes": [{"id": "auto", "name": "Auto"}],
    }
    translator.offered({"modes": modes})

    events = translator.translate(
        {"sessionUpdate": "current_mode_update", "currentModeId": "ask"}
    )

    assert events[0].data["options"][0]["value"] == "ask"


def test_grouped_choices_are_flattened() -> None:
    option = {
        "id": "model",
        "category": "model",
        "currentValue": "b",
        "options": [
            {
                "group": "g",
                "options": [{"value": "a", "name": "A"}, {"value": "b", "name": "B"}],
            }
        ],
    }

    events = Translator().offered({"configOptions": [option]})

    assert [c["value"] for c in events[0].data["options"][0]["choices"]] == ["a", "b"]


@pytest.mark.parametrize("resets", [1e300, -1e300, float("nan"), 1.8e15])
def test_a_limit_that_ends_at_no_time_there_is_ends_nobody_knows_when(
    resets: float,
) -> None:
    limit = {"status": "rejected", "resetsAt": resets}

    assert limit_of({"_meta": {"_claude/rateLimit": limit}}) == ""
