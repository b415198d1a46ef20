"""Codex, Gemini and OpenCode in their own terminal interfaces, on a scripted model.

`make test-agents` installs them; without it each test says what is missing.
"""

import asyncio
import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from taskyard.testing.fake_llm.app import FakeLlm
from taskyard.testing.fake_llm.scenario import Scenario
from tests.integration.runner.tui.talking import (
    allow,
    prompt,
    said,
    states,
    tools,
    type_at_the_terminal,
)
from tests.integration.runner.workspace import (
    TestWorkspace,
    with_real_agents,
)
from tests.support.real_agents import require

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(180)]

FIRST = "I'll look **first**.\n\n- one\n- two"
LAST = 'Done, *really*:\n\n```python\nprint("a > b")\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |'
SCENARIO: Scenario = {
    "rules": [
        {
            "match": "look around",
            "steps": [
                {"say": FIRST, "bash": {"command": "echo hello > seen.txt"}},
                {"bash": {"command": "exit 3"}},
                {"say": LAST},
            ],
        },
        {"match": "France", "steps": [{"say": "It is **Paris**."}]},
        {"match": "slowly", "steps": [{"say": "word " * 500, "chunk_delay": 0.5}]},
        {"match": "refuse", "steps": [{"status": 400, "error": "it was too blue"}]},
    ]
}


@dataclass(frozen=True, kw_only=True)
class Case:
    agent: str
    model: str
    asks: bool  # by "ask"; else its own sandbox lets through what only reads


CASES = (
    Case(agent="codex", model="gpt-5", asks=False),
    Case(agent="gemini", model="gemini-2.5-pro", asks=True),
    Case(agent="opencode", model="fake-model", asks=True),
)


@pytest.fixture(params=CASES, ids=lambda case: case.agent)
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.param
    require(found.agent, "tui")
    return found


@pytest_asyncio.fixture
async def workspace() -> AsyncIterator[TestWorkspace]:
    async with with_real_agents(FakeLlm(SCENARIO)) as made:
        yield made


async def begin(workspace: TestWorkspace, case: Case, **more: str) -> str:
    asked = {"driver": "tui", "permission_policy": "ask", **more}
    return await workspace.begin(
        case.agent, command=[], options={"model": case.model}, **asked
    )


async def test_words_and_tools_are_exact_and_the_end_is_known(
    workspace: TestWorkspace, case: Case
) -> None:
    server = workspace.server
    session = await begin(workspace, case)

    await prompt(workspace, session, "please look around")
    if case.asks:
        asked = [await allow(workspace, session, 1), await allow(workspace, session, 2)]
        commands = [a["tool"]["raw_input"]["command"] for a in asked]
        assert commands == ["echo hello > seen.txt", "exit 3"]
    await server.until(lambda: bool(server.session_events("turn_ended")), seconds=60)

    assert said(workspace) == [
        ("user", "please look around"),
        ("agent", FIRST),
        ("agent", LAST),
    ]
    seen = tools(workspace)
    assert [title for title, _ in seen] == ["echo hello > seen.txt", "exit 3"]
    assert {path[0] for _, path in seen} == {"in_progress"}
    assert seen[1][1][-1] == "failed"
    kinds = [e["kind"] for e in server.session_events() if e["kind"] != "state"]
    assert kinds.index("tool") > kinds.index("message", 1), "as it happened"
    await server.until(lambda: server.state == "idle")
    assert states(workspace)[-1] == ("idle", "hook")


async def test_what_a_person_types_is_told_and_the_conversation_goes_on_by_its_id(
    workspace: TestWorkspace, case: Case
) -> None:
    server = workspace.server
    session = await begin(workspace, case)

    async def ended(turns: int) -> None:
        await server.until(
            lambda: len(server.session_events("turn_ended")) == turns, seconds=60
        )

    await prompt(workspace, session, "the capital of France")
    await ended(1)
    await type_at_the_terminal(workspace, session, "what is the capital of France")
    await ended(2)
    conversation = server.named("session_identified")[-1]["external_id"]
    await type_at_the_terminal(workspace, session, "/quit")
    await server.until(
        lambda: (
            states(workspace).count(("starting", "driver")) == 2
            and server.state == "idle"
        ),
        seconds=60,
    )
    await prompt(workspace, session, "and the capital of France again")
    await ended(3)

    assert conversation not in ("", "latest")
    assert server.named("session_identified")[-1]["external_id"] == conversation
    assert [text for role, text in said(workspace) if role == "user"] == [
        "the capital of France",
        "what is the capital of France",
        "and the capital of France again",
    ]
    answers = [text for role, text in said(workspace) if role == "agent"]
    assert answers == ["It is **Paris**."] * 3


async def test_an_escape_at_the_terminal_ends_the_turn(
    workspace: TestWorkspace, case: Case
) -> None:
    server = workspace.server
    session = await begin(workspace, case)

    await prompt(workspace, session, "go slowly")
    await server.until(lambda: ("running", "hook") in states(workspace), seconds=60)
    escape = base64.b64encode(b"\x1b").decode()
    # OpenCode wants it twice, and takes none before it has drawn the conversation.
    while not server.session_events("turn_ended"):
        await server.command("write_raw", session_id=session, data=escape)
        await asyncio.sleep(0.5)

    assert server.session_events("turn_ended")[0]["data"]["duration_ms"] < 60_000


async def test_a_turn_that_the_vendor_refuses_says_why(
    workspace: TestWorkspace, case: Case
) -> None:
    server = workspace.server
    session = await begin(workspace, case)

    await prompt(workspace, session, "please refuse")
    await server.until(lambda: bool(server.session_events("turn_ended")), seconds=90)

    end = server.session_events("turn_ended")[0]["data"]
    assert end["stop_reason"] == "error"
    assert "too blue" in end["detail"]
