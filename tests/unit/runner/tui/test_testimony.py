"""What hooks tell against what the screen shows: whose word counts."""

from typing import Any

import pytest

from taskyard.runner.agents.hooks.facts import (
    Begun,
    Failed,
    Interrupted,
    Prompted,
    Rested,
    Used,
)
from taskyard.runner.agents.hooks.tools import tool_call
from taskyard.runner.agents.tui.evidence import Evidence, judge
from taskyard.runner.agents.tui.profiles import profile_of
from taskyard.runner.agents.tui.testimony import weigh
from tests.unit.runner.hooks.told import Told

pytestmark = pytest.mark.asyncio

C: dict[str, Any] = {"conversation": "c", "turn": "t"}
BEGUN, PROMPTED, RESTED = Begun(conversation="c"), Prompted(**C, text="go"), Rested(**C)
USED = Used(**C, tool=tool_call("Bash", {"command": "make"}, "in_progress", call="1"))
BOX = "● hello\n\n────────────────────\n❯ \n────────────────────\n"
IDLE, WORKING = "✳ Claude Code", "◐ Claude Code"
NO_CREDIT = Failed(**C, why="limited", detail="no credit")
BROKEN = Failed(**C, why="error", detail="broken")


@pytest.mark.parametrize(
    ("facts", "title", "age", "expected"),
    [
        # The screen rests, the hooks have told of no end.
        ([PROMPTED], IDLE, 1.0, ("running", "hook")),
        ([PROMPTED], IDLE, 3.0, ("idle", "title")),
        ([PROMPTED, USED], IDLE, 3.0, ("running", "hook")),
        ([PROMPTED, USED], IDLE, 11.0, ("idle", "title")),
        ([PROMPTED], "", 3.0, ("running", "hook")),
        ([PROMPTED], "", 11.0, ("idle", "screen")),
        # They have.
        ([PROMPTED, RESTED], IDLE, 0.0, ("idle", "hook")),
        ([PROMPTED, RESTED], WORKING, 0.0, ("running", "title")),
        ([PROMPTED, Interrupted(**C)], IDLE, 0.0, ("idle", "hook")),
        ([PROMPTED, NO_CREDIT], IDLE, 0.0, ("limited", "hook")),
        ([PROMPTED, BROKEN], IDLE, 0.0, ("idle", "hook")),
        # They say nothing.
        ([], IDLE, 1.0, ("idle", "title")),
        ([], WORKING, 1.0, ("running", "title")),
    ],
)
async def test_the_better_witness_counts(
    facts: list[Any], title: str, age: float, expected: tuple[str, str]
) -> None:
    told = Told()
    told.hear([BEGUN, *facts])
    profile = profile_of("claude-code")
    evidence = Evidence(
        screen=BOX,
        title=title,
        screen_age=age,
        title_age=age,
        has_worked=True,
        is_prompted=bool(facts),
    )

    verdict = weigh(
        judge(profile, evidence),
        told.witness,
        profile,
        evidence,
        heard_age=age,
        is_cancelled=False,
    )

    assert (verdict.state, verdict.source) == expected


async def test_a_turn_that_we_cancelled_ends_when_the_screen_rests() -> None:
    told = Told()
    told.hear([BEGUN, PROMPTED, USED])
    profile = profile_of("claude-code")
    evidence = Evidence(screen=BOX, title=IDLE, title_age=1, has_worked=True)

    verdict = weigh(
        judge(profile, evidence),
        told.witness,
        profile,
        evidence,
        heard_age=0.1,
        is_cancelled=True,
    )

    assert verdict.state == "idle"


async def test_after_a_prompt_a_still_screen_waits_for_the_first_hook() -> None:
    told = Told()
    told.witness.is_wired = True
    told.witness.expect("go")
    profile = profile_of("opencode")

    states: list[str] = []
    for age in (3.0, 20.0):
        evidence = Evidence(screen=BOX, screen_age=age, is_prompted=True)
        verdict = weigh(
            judge(profile, evidence),
            told.witness,
            profile,
            evidence,
            heard_age=age,
            is_cancelled=False,
        )
        states.append(verdict.state)

    assert states == ["running", "idle"]
