"""Terminal agents as sessions of a workspace: what the server is told."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from taskyard.testing import tui_agents
from tests.integration.runner.workspace import TestWorkspace

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def workspace(tmp_path: Path) -> AsyncIterator[TestWorkspace]:
    async with TestWorkspace(tmp_path) as made:
        yield made


async def begin(workspace: TestWorkspace, agent: str = "polite") -> str:
    answer = await workspace.try_begin(
        "claude-code", driver="tui", command=list(tui_agents.command(agent))
    )
    assert answer["ok"], answer
    return str(answer["result"]["id"])


async def test_a_turn_of_a_terminal_agent_reaches_the_server(
    workspace: TestWorkspace,
) -> None:
    session = await begin(workspace)

    end = await workspace.turn(session, "say hello\nthink 0.3")

    server = workspace.server
    assert end["stop_reason"] == "end_turn"
    assert server.session_events("message")[-1]["data"]["text"] == "● hello"
    assert server.session_events("state")[-1]["data"] == {
        "state": "idle",
        "source": "title",
    }
    assert server.named("session_started")[0]["driver"] == "tui"


async def test_keys_from_the_server_are_typed(workspace: TestWorkspace) -> None:
    session = await begin(workspace, "wants-trust")
    await workspace.server.until(lambda: workspace.server.state == "requires_action")

    reply = await workspace.server.command("write_raw", session_id=session, data="MQ==")
    await workspace.server.until(lambda: workspace.server.state == "idle")

    assert reply["ok"]


async def test_a_permission_is_answered_by_the_server(
    workspace: TestWorkspace,
) -> None:
    server = workspace.server
    session = await begin(workspace)
    await server.command(
        "prompt", session_id=session, message_id="m1", text="ask\nthink 0.2"
    )
    await server.until(lambda: bool(server.session_events("permission_requested")))
    [asked] = server.session_events("permission_requested")

    await server.command(
        "answer_permission",
        session_id=session,
        request_id=asked["key"],
        option_id="1",
    )
    await server.until(lambda: bool(server.session_events("turn_ended")))

    assert server.session_events("message")[-1]["data"]["text"] == "● chose 1"


async def test_an_agent_that_dies_in_a_turn_comes_back(
    workspace: TestWorkspace,
) -> None:
    session = await begin(workspace)

    end = await workspace.turn(session, "die")
    await workspace.server.until(lambda: workspace.server.state == "idle")
    again = await workspace.turn(session, "say back\nthink 0.2", message="m2")

    assert (end["stop_reason"], again["stop_reason"]) == ("interrupted", "end_turn")


async def test_a_terminal_agent_that_ignores_cancel_is_ended_and_comes_back(
    workspace: TestWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("taskyard.runner.agents.turns.CANCEL_SECONDS", 0.2)
    server = workspace.server
    session = await begin(workspace, "deaf-to-cancel")
    turn = asyncio.get_running_loop().create_task(workspace.turn(session, "wait"))
    await server.until(lambda: server.state == "running")

    await server.command("cancel", session_id=session)
    end = await turn
    await server.until(lambda: server.state == "idle")
    await workspace.turn(session, "say back", message="m2")

    assert end["stop_reason"] == "cancelled"
    assert "● back" in server.said()
