"""Facts that come late, twice, out of order or from somebody else."""

from typing import Any

import pytest

from taskyard.runner.agents.hooks.facts import (
    Asked,
    Begun,
    Failed,
    Prompted,
    Rested,
    Said,
    ToolCall,
    ToolStatus,
    Used,
)
from taskyard.runner.agents.hooks.tools import tool_call
from tests.unit.runner.hooks.told import Told

pytestmark = pytest.mark.asyncio

C: dict[str, Any] = {"conversation": "c", "turn": "t"}


def begun() -> Told:
    told = Told()
    told.hear([Begun(conversation="c")])
    return told


def bash(status: ToolStatus, command: str = "make", call: str = "1") -> ToolCall:
    return tool_call("Bash", {"command": command}, status, call=call)


async def test_parts_that_overtake_one_another_are_put_in_order() -> None:
    told = begun()

    told.hear(
        Said(**C, message="m", text=text, part=part, is_last=part == 2)
        for part, text in ((1, "b"), (0, "a"), (2, "c"))
    )

    assert told.said == [("agent", "abc")]


async def test_a_part_that_never_comes_is_made_up_for_by_the_end() -> None:
    told = begun()

    told.hear([Said(**C, message="m", text="b", part=1), Rested(**C, text="ab")])
    told.hear([Said(**C, message="m", text="a", part=0)])

    assert told.said == [("agent", "ab")]


async def test_words_that_come_after_the_screen_has_told_them_take_their_place() -> (
    None
):
    told = begun()
    told.witness.expect("go")
    told.witness.settle("end_turn")
    told.emit("message", "1-answer", {"role": "agent", "text": "● *a*"})
    told.witness.give_up("1-answer")

    told.hear([Prompted(**C, text="go"), Said(**C, message="m", text="**a", part=0)])
    told.hear([Said(**C, message="m", text="**", part=1), Rested(**C, text="**a**")])

    assert told.said == [("agent", "**a**")]


async def test_words_of_another_prompt_take_nobodys_place() -> None:
    told = begun()
    told.witness.expect("go")
    told.witness.settle("end_turn")
    told.emit("message", "1-answer", {"role": "agent", "text": "● a"})
    told.witness.give_up("1-answer")

    told.hear([Prompted(**C, text="by hand"), Rested(**C, text="b")])

    assert told.said == [("agent", "● a"), ("user", "by hand"), ("agent", "b")]


async def test_everything_told_twice_is_said_once() -> None:
    told = begun()
    facts = [
        Prompted(**C, text="go"),
        Said(**C, message="m", text="a", part=0, is_last=True),
        Used(**C, tool=bash("in_progress")),
        Used(**C, tool=bash("completed")),
        Rested(**C, text="a"),
    ]

    for fact in facts:
        told.hear([fact, fact])

    assert told.said == [("user", "go"), ("agent", "a")]
    assert told.tools == [("make", "completed")]


async def test_a_tool_that_has_ended_does_not_run_again() -> None:
    told = begun()

    told.hear([Used(**C, tool=bash("completed")), Used(**C, tool=bash("in_progress"))])

    assert told.tools == [("make", "completed")]
    assert not told.witness.tools_under_way


async def test_a_turn_that_is_over_does_not_run_again() -> None:
    told = begun()

    told.hear([Prompted(**C, text="go"), Rested(**C)])
    told.hear([Said(**C, message="m", text="late", part=0), Prompted(**C, text="go")])

    assert told.witness.activity == "rested"
    assert told.said == [("user", "go")]


async def test_what_we_typed_is_not_told_again() -> None:
    told = begun()

    told.witness.expect("please  go")
    told.hear([Prompted(**C, text="please\ngo")])

    assert told.said == []
    assert told.witness.activity == "running"
    assert not told.witness.has_terminal_turn


async def test_a_prompt_of_ours_that_is_told_too_late_begins_a_turn_of_its_own() -> (
    None
):
    told = begun()

    told.witness.expect("go")
    told.witness.settle("end_turn")
    told.hear([Prompted(**C, text="go")])

    assert told.said == []
    assert told.witness.has_terminal_turn


async def test_what_a_person_types_while_our_turn_runs_is_told() -> None:
    told = begun()

    told.witness.expect("please go")
    told.hear([Prompted(**C, text="please go")])
    told.hear([Prompted(conversation="c", turn="u", text="and faster")])

    assert told.said == [("user", "and faster")]


async def test_a_turn_at_the_terminal_ends_with_an_event_of_its_own() -> None:
    told = begun()

    told.hear([Prompted(**C, text="go"), Used(**C, tool=bash("in_progress"))])
    told.hear([Rested(**C)])
    told.witness.settle("end_turn")

    [(key, data)] = [(k, d) for kind, k, d in told.events if kind == "turn_ended"]
    assert key == "turn-typed-t"
    assert data["stop_reason"] == "end_turn"
    assert told.tools == [("make", "failed")], "nobody will tell its end any more"


async def test_a_turn_at_the_terminal_that_failed_says_why() -> None:
    told = begun()

    told.hear([Prompted(**C, text="go"), Failed(**C, why="error", detail="overloaded")])
    told.witness.settle("end_turn")

    [data] = [data for kind, _, data in told.events if kind == "turn_ended"]
    assert (data["stop_reason"], data["detail"]) == ("error", "overloaded")


async def test_an_agent_started_by_a_tool_is_not_ours() -> None:
    told = begun()

    told.hear([Prompted(**C, text="go"), Used(**C, tool=bash("in_progress"))])
    told.hear([Begun(conversation="other", is_switch=True)])
    told.hear(
        [Prompted(conversation="other", text="inner"), Rested(conversation="other")]
    )

    assert told.witness.conversation == "c"
    assert told.witness.activity == "running"
    assert told.said == [("user", "go")]


async def test_an_agent_that_changes_over_is_followed() -> None:
    told = begun()

    told.hear([Begun(conversation="new", is_switch=True)])
    told.hear([Prompted(conversation="new", text="go")])

    assert told.witness.conversation == "new"
    assert told.said == [("user", "go")]


async def test_of_two_questions_the_one_on_the_screen_is_meant() -> None:
    told = begun()

    told.hear([Asked(**C, tool=bash("pending", "rm -rf a", "1"))])
    told.hear([Asked(**C, tool=bash("pending", "make\n all", "2"))])
    asked = told.witness.take_asked("│ make  \n│  all\n Do you want to proceed?")

    assert asked is not None
    assert asked.given == {"command": "make\n all"}


async def test_of_two_questions_none_is_shown_when_it_is_not_clear_which() -> None:
    told = begun()

    for command in ("make", "ninja"):
        told.hear([Asked(**C, tool=bash("pending", command, command))])

    assert told.witness.take_asked("Do you want to proceed?") is None


async def test_memory_is_bounded_however_much_is_told() -> None:
    told = begun()

    for number in range(3000):
        tool = bash("in_progress", call=str(number))
        said = Said(**C, message=str(number), text="x", part=1)
        told.hear([Used(**C, tool=tool), said, Asked(**C, tool=tool)])

    assert len(told.witness.asked) <= 20
