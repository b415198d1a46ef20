"""Real agents, handed to their own terminals and back, on a scripted model."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from taskyard.testing.fake_llm.app import FakeLlm
from tests.integration.runner.watching import Watcher
from tests.integration.runner.workspace import (
    MODEL_KEY,
    TestWorkspace,
    with_real_agents,
)
from tests.support.real_agents import require


@dataclass(frozen=True, kw_only=True)
class Case:
    agent: str
    model: str = ""
    #: Typed into the agent's program to leave it.
    leave: str = "/exit"


CLAUDE = Case(agent="claude-code")
OTHERS = (
    Case(agent="codex", model="gpt-5"),
    Case(agent="gemini", model="gemini-2.5-pro", leave="/quit"),
    Case(agent="opencode", model="fake-model"),
    Case(agent="copilot", model="fake-model"),
    Case(agent="qwen", model="fake-model", leave="/quit"),
)

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(300)]


@pytest.fixture(
    params=[
        CLAUDE,
        *(pytest.param(case, marks=pytest.mark.e2e) for case in OTHERS),
    ],
    ids=lambda case: case.agent,
)
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.param
    require(found.agent, "acp", "tui")
    return found


@pytest_asyncio.fixture
async def workspace() -> AsyncIterator[TestWorkspace]:
    async with with_real_agents(FakeLlm()) as made:
        yield made


def conversation(workspace: TestWorkspace) -> list[tuple[str, str]]:
    """What people and the agent said, message by message."""
    texts: dict[tuple[str, str], str] = {}
    for event in workspace.server.session_events():
        data: dict[str, Any] = event["data"]
        if event["kind"] not in ("message", "message_chunk") or data["kind"] != "text":
            continue
        whole = event["kind"] == "message"
        place = (data["role"], event["key"])
        texts[place] = ("" if whole else texts.get(place, "")) + data["text"]
    return [(role, text.strip()) for (role, _), text in texts.items() if text.strip()]


def moved_by(workspace: TestWorkspace) -> str:
    """Who moved control last."""
    return str(workspace.server.session_events("control")[-1]["data"]["by"])


async def give(workspace: TestWorkspace, session: str, controller: str) -> None:
    reply = await workspace.server.command(
        "set_control", session_id=session, controller=controller
    )
    assert reply["ok"], reply


async def test_a_conversation_goes_on_in_the_terminal_and_comes_back(
    case: Case, workspace: TestWorkspace
) -> None:
    server = workspace.server
    session = await workspace.begin(
        case.agent,
        command=[],
        options={"model": case.model} if case.model else {},
        permission_policy="allow_all",
    )
    await workspace.turn(session, "what is the capital of France")

    await give(workspace, session, "terminal")
    watcher = await Watcher.attach(server, session, 110, 36)
    await watcher.sees("what is the capital of France", seconds=60)
    written = workspace.home / "project/hello.txt"
    await watcher.enters("please write hello.txt", written.exists)
    await server.until((workspace.home / "project/bash.txt").exists, seconds=120)
    await watcher.sees("All done", seconds=60)
    await server.until(lambda: server.state == "idle", seconds=60)
    await give(workspace, session, "chat")
    await workspace.turn(session, "what is the capital of France", message="m2")

    said = conversation(workspace)
    people = [text for role, text in said if role == "user"]
    assert people == [
        "what is the capital of France",
        "please write hello.txt",
        "what is the capital of France",
    ]
    answers = " ".join(text for role, text in said if role == "agent")
    assert answers.count("The capital of France is Paris.") == 2
    assert answers.count("All done: hello.txt is written.") == 1
    order = [text for _, text in said]
    assert order.index("please write hello.txt") < next(
        at for at, text in enumerate(order) if "All done" in text
    )
    assert not server.session_events("error")
    assert MODEL_KEY not in json.dumps(server.events)


async def test_leaving_its_program_gives_the_agent_back(
    case: Case, workspace: TestWorkspace
) -> None:
    server = workspace.server
    session = await workspace.begin(
        case.agent,
        command=[],
        options={"model": case.model} if case.model else {},
        permission_policy="allow_all",
    )
    await workspace.turn(session, "what is the capital of France")
    await give(workspace, session, "terminal")
    watcher = await Watcher.attach(server, session, 110, 36)
    await watcher.sees("what is the capital of France", seconds=60)

    await watcher.enters(case.leave, lambda: moved_by(workspace) == "agent")
    await watcher.until(lambda: bool(watcher.reason), seconds=60)
    back = server.session_events().index(server.session_events("control")[-1])
    await server.until(
        lambda: any(
            event["kind"] == "state" and event["data"]["state"] == "idle"
            for event in server.session_events()[back:]
        ),
        seconds=60,
    )
    await workspace.turn(session, "what is the capital of France", message="m2")

    assert server.session_events("control")[-1]["data"]["controller"] == "chat"
    people = [text for role, text in conversation(workspace) if role == "user"]
    assert people == ["what is the capital of France"] * 2
    assert not server.session_events("error"), "the conversation went on"
