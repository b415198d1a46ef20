"""Tool calls that come in parts: completed, with their output, and within bounds."""

from typing import Any

from taskyard.runner.agents.acp.tools import (
    CALLS_REMEMBERED,
    CHARACTERS_REMEMBERED,
    OUTPUT_CHARACTERS,
    ToolCalls,
)
from taskyard.runner.agents.acp.updates import Translator


def piece(text: str, **more: Any) -> dict[str, Any]:
    """A part of a command's output, as Codex's adapter sends it."""
    delta = {"data": text, "terminal_id": "call-1"}
    return {
        "sessionUpdate": "tool_call_update",
        "toolCallId": "call-1",
        "_meta": {"terminal_output_delta": delta},
        **more,
    }


def output(data: dict[str, Any]) -> str:
    return str(data["content"][-1]["content"]["text"])


def told(*updates: dict[str, Any]) -> list[dict[str, Any]]:
    translator = Translator()
    return [event.data for u in updates for event in translator.translate(u)]


def test_the_output_of_a_command_is_its_content() -> None:
    first, *_, last = told(
        {
            "sessionUpdate": "tool_call",
            "toolCallId": "call-1",
            "title": "make",
            "kind": "execute",
            "status": "in_progress",
        },
        piece("one\n"),
        piece("two\n"),
        piece("three\n", status="completed", rawOutput={"exit_code": 0}),
    )

    assert first["content"] == []
    assert output(last) == "one\ntwo\nthree\n"
    assert (last["status"], last["raw_output"]) == ("completed", {"exit_code": 0})


def test_an_exit_beside_the_update_is_kept() -> None:
    end = {"terminal_exit": {"exit_code": 3, "terminal_id": "call-1"}}
    [data] = told(
        {
            "sessionUpdate": "tool_call_update",
            "toolCallId": "call-1",
            "status": "failed",
            "_meta": end,
        }
    )

    assert data["raw_output"] == {"exit_code": 3}


def test_a_long_output_is_told_a_few_times_only_and_its_end_is_kept() -> None:
    pieces = [piece(f"line {number}\n") for number in range(20_000)]

    events = told(*pieces, piece("the end", status="completed"))

    assert len(events) < 60
    assert sum(len(output(data)) for data in events) < 40 * OUTPUT_CHARACTERS
    assert output(events[-1]).endswith("line 19999\nthe end")
    assert output(events[-1]).startswith("[")
    assert len(output(events[-1])) < OUTPUT_CHARACTERS + 100


def test_output_comes_after_what_the_agent_itself_has_put_there() -> None:
    diff = {"type": "diff", "path": "a", "oldText": None, "newText": "b"}

    data = told(piece("x", content=[diff]), piece("y", status="completed"))[-1]

    assert data["content"][0] == diff
    assert output(data) == "xy"


def test_what_is_not_as_expected_is_no_output() -> None:
    for meta in (
        {"terminal_output_delta": 5},
        {"terminal_output_delta": {"data": 5}},
        7,
    ):
        [data] = told(
            {
                "sessionUpdate": "tool_call_update",
                "toolCallId": "c",
                "title": "t",
                "_meta": meta,
            }
        )
        assert data["content"] == []


def test_many_and_large_calls_are_forgotten_oldest_first() -> None:
    calls = ToolCalls()
    for number in range(CALLS_REMEMBERED + 10):
        calls.merge(f"c{number}", {"title": f"t{number}"})
    forgotten, newest = calls.merge("c0", {}), calls.merge("c2005", {})

    large = ToolCalls()
    for number in range(20):
        large.merge(f"c{number}", {"title": "t", "rawOutput": "x" * 1_000_000})
    titles = [large.merge(f"c{number}", {})["title"] for number in range(19, -1, -1)]

    assert (forgotten["title"], newest["title"]) == ("", "t2005")
    assert titles.count("t") == CHARACTERS_REMEMBERED // 1_000_000
