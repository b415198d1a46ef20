"""Real agents whose turns are cancelled while they work, on a scripted model."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
import pytest_asyncio

from taskyard.testing.fake_llm.app import FakeLlm
from taskyard.testing.fake_llm.scenario import Scenario
from tests.integration.runner.workspace import TestWorkspace, with_real_agents
from tests.support.real_agents import require

pytestmark = [pytest.mark.asyncio, pytest.mark.e2e, pytest.mark.timeout(240)]

#: Far longer than a test may take.
SECONDS = 600
SCENARIO: Scenario = {
    "rules": [
        {"match": "France", "steps": [{"say": "It is Paris."}]},
        {"match": "in words", "steps": [{"say": "word " * SECONDS, "chunk_delay": 1}]},
        {"match": "in silence", "steps": [{"say": "at last", "sleep": SECONDS}]},
        {
            "match": "in a command",
            "steps": [
                {"bash": {"command": f"echo $$ > command.pid; sleep {SECONDS}"}},
                {"say": "The command has ended."},
            ],
        },
    ]
}
Work = Literal["in words", "in silence", "in a command"]


@dataclass(frozen=True, kw_only=True)
class Case:
    agent: str
    driver: Literal["acp", "tui"]
    model: str
    works: tuple[Work, ...]
    #: Whether it tells words before it has said all of them.
    tells_parts: bool = True


CASES = (
    Case(
        agent="codex",
        driver="acp",
        model="gpt-5",
        works=("in words", "in silence", "in a command"),
    ),
    Case(
        agent="codex",
        driver="tui",
        model="gpt-5",
        works=("in words", "in silence", "in a command"),
        tells_parts=False,
    ),
    # It has no tools.
    Case(
        agent="aider",
        driver="tui",
        model="openai/gpt-4o",
        works=("in words", "in silence"),
    ),
)


#: The others on request.
EVERY_RUN = {("codex", "acp", "in a command"), ("aider", "tui", "in silence")}


@pytest.fixture
def model() -> FakeLlm:
    return FakeLlm(SCENARIO)


@pytest_asyncio.fixture
async def workspace(model: FakeLlm) -> AsyncIterator[TestWorkspace]:
    async with with_real_agents(model) as made:
        yield made


@pytest.mark.parametrize(
    ("case", "work"),
    [
        pytest.param(case, work, id=f"{case.agent}, {case.driver}, {work}")
        for case in CASES
        for work in case.works
    ],
)
async def test_a_cancelled_turn_is_over_and_the_next_prompt_is_answered(
    case: Case, work: Work, workspace: TestWorkspace, model: FakeLlm
) -> None:
    is_always_run = (case.agent, case.driver, work) in EVERY_RUN
    always = frozenset({case.agent} if is_always_run else ())
    require(case.agent, case.driver, every_run=always)
    server = workspace.server
    session = await workspace.begin(
        case.agent,
        driver=case.driver,
        command=[],
        options={"model": case.model},
        permission_policy="allow_all",
    )
    number = workspace.home / "project/command.pid"

    def works() -> bool:
        if work == "in a command":
            return number.exists() and number.read_text().endswith("\n")
        if work == "in words" and case.tells_parts:
            return "word" in server.said()
        return any(
            asked.get("kind") in ("step", "edit-blocks") for asked in model.requests
        )

    await server.command(
        "prompt", session_id=session, message_id="m1", text=f"please work {work}"
    )
    await server.until(works, seconds=60)
    await server.command("cancel", session_id=session)
    await server.until(lambda: bool(server.session_events("turn_ended")), seconds=60)
    await server.until(lambda: server.state == "idle", seconds=60)
    first = server.session_events("turn_ended")[0]["data"]
    second = await workspace.turn(session, "the capital of France", message="m2")

    assert (first["stop_reason"], second["stop_reason"]) == ("cancelled", "end_turn")
    assert "It is Paris." in server.said()
    states = [event["data"]["state"] for event in server.session_events("state")]
    assert "exited" not in states, "the agent that was cancelled lives on"
    assert not server.session_events("error")
    if work == "in a command":
        process = Path("/proc", number.read_text().strip())
        await server.until(lambda: not process.exists())
