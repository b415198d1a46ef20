"""A session's events as lines."""

from taskyard.cli.transcript import Transcript
from taskyard.protocol.api.tasks import StoredEvent
from tests.support.wire import event


def shown(*events: StoredEvent, is_live: bool = False) -> str:
    transcript = Transcript(is_live=is_live)
    return "".join(map(transcript.feed, events)) + transcript.finish()


def test_chunks_of_one_message_run_on_and_another_begins_a_line() -> None:
    text = shown(
        event(1, "message_chunk", "a", text="one "),
        event(2, "message_chunk", "a", text="two"),
        event(3, "message_chunk", "b", text="three"),
    )

    assert text == "one two\nthree\n"


def test_an_open_message_ends_before_anything_else_is_said() -> None:
    text = shown(
        event(1, "message_chunk", "a", text="I run it."),
        event(2, "tool", "t", title="make", status="completed"),
    )

    assert text == "I run it.\n  [tool] make ok\n"


def test_a_tool_is_shown_when_it_ends_and_while_it_runs_if_live() -> None:
    calls = [
        event(1, "tool", "t", title="Terminal", status="pending", raw_input={}),
        event(
            2, "tool", "t", title="ls", status="pending", raw_input={"command": "ls"}
        ),
        event(3, "tool", "t", title="ls", status="in_progress", raw_input={"a": 1}),
        event(4, "tool", "t", title="ls", status="failed"),
        event(5, "tool", "t", title="ls", status="failed"),
    ]

    assert shown(*calls) == "  [tool] ls FAILED\n"
    assert shown(*calls, is_live=True) == "  [tool] ls ...\n  [tool] ls FAILED\n"


def test_who_has_the_agent_is_shown() -> None:
    text = shown(
        event(1, "control", "control", controller="terminal", by="user"),
        event(
            2, "control", "control", controller="chat", by="agent", detail="it ended"
        ),
    )

    assert text == (
        "  [control] the terminal has the agent\n"
        "  [control] the chat has the agent: it ended\n"
    )


def test_reports_are_shown_once() -> None:
    text = shown(
        event(
            1, "tool", "t", name="mcp__x__report_task", title="r", status="completed"
        ),
        event(2, "report", state="complete", summary="Done", link="https://e.com/1"),
    )

    assert text == "  [report] complete: Done https://e.com/1\n"


def test_what_a_person_must_know_is_shown() -> None:
    text = shown(
        event(1, "plan", entries=[{"content": "look", "status": "completed"}]),
        event(2, "permission_requested", "p", title="rm -r build"),
        event(
            3, "permission_resolved", "p", outcome="selected", option_id="yes", by="ada"
        ),
        event(4, "state", state="auth_required", detail="Log in first."),
        event(5, "state", state="running"),
        event(6, "error", detail="The agent died."),
        event(7, "turn_ended", "1", stop_reason="end_turn"),
        event(8, "turn_ended", "2", stop_reason="interrupted"),
        event(9, "usage", used=1),
        event(10, "from_the_future"),
    )

    assert text == (
        "  [plan]\n    [x] look\n"
        "  [needs you] rm -r build (taskyard task approve / deny)\n"
        "  [answered] yes by ada\n"
        "  [agent] auth_required: Log in first.\n"
        "  [error] The agent died.\n"
        "  [turn ended] interrupted\n"
    )
