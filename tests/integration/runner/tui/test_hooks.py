"""Hooks of agents at a terminal that come late, twice, broken, too large or not at all."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from taskyard.testing import hooked_agents
from tests.integration.runner.tui.talking import prompt, said, states, tools
from tests.integration.runner.workspace import TestWorkspace

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(120)]


@pytest_asyncio.fixture
async def workspace(tmp_path: Path) -> AsyncIterator[TestWorkspace]:
    async with TestWorkspace(tmp_path) as made:
        yield made


async def begin(workspace: TestWorkspace, agent: str) -> str:
    return await workspace.begin(
        "claude-code",
        command=list(hooked_agents.command(agent)),
        driver="tui",
        permission_policy="ask",
    )


async def turn(workspace: TestWorkspace, session: str, *lines: str) -> None:
    server, before = workspace.server, len(ends(workspace))
    await prompt(workspace, session, "\n".join(lines))
    await server.until(
        lambda: len(ends(workspace)) > before and server.state == "idle", seconds=60
    )


def ends(workspace: TestWorkspace) -> list[str]:
    return [e["key"] for e in workspace.server.session_events("turn_ended")]


@pytest.mark.parametrize("agent", ["hooked", "doubled", "garbage"])
async def test_words_and_tools_are_told_once_and_exactly(
    workspace: TestWorkspace, agent: str
) -> None:
    session = await begin(workspace, agent)

    await turn(workspace, session, "run make", "tell It is **done**, *really*.")

    assert said(workspace)[1:] == [("agent", "It is **done**, *really*.")]
    assert tools(workspace) == [("make", ["in_progress", "completed"])]
    assert states(workspace)[-1] == ("idle", "hook")


async def test_a_tool_that_answers_60_mb_is_cut(workspace: TestWorkspace) -> None:
    session = await begin(workspace, "huge")

    await turn(workspace, session, "run make", "tell **done**")

    outputs = [
        e["data"].get("raw_output", "") for e in workspace.server.session_events("tool")
    ]
    assert 1000 < len(outputs[-1]) < 100_000
    assert said(workspace)[1:] == [("agent", "**done**")]


async def test_hooks_that_come_late_double_nothing(workspace: TestWorkspace) -> None:
    server = workspace.server
    session = await begin(workspace, "late")

    await turn(workspace, session, "tell **one**")
    await turn(workspace, session, "tell **two**")
    await server.until(lambda: ("agent", "**two**") in said(workspace))

    assert [text for role, text in said(workspace) if role == "agent"] == [
        "**one**",
        "**two**",
    ]


async def test_without_a_hook_the_screen_tells(workspace: TestWorkspace) -> None:
    session = await begin(workspace, "hookless")

    await turn(workspace, session, "tell **one**", "think 0.3")

    assert said(workspace)[1:] == [("agent", "● one")]
    assert states(workspace)[-1] == ("idle", "title")


async def test_a_turn_whose_end_no_hook_tells_ends_all_the_same(
    workspace: TestWorkspace,
) -> None:
    session = await begin(workspace, "never-stops")

    await turn(workspace, session, "tell **one**", "think 0.3")

    assert said(workspace)[1:] == [("agent", "**one**")]
    assert states(workspace)[-1] == ("idle", "title")


async def test_a_permission_is_asked_for_with_the_command_itself(
    workspace: TestWorkspace,
) -> None:
    server = workspace.server
    session = await begin(workspace, "hooked")

    await prompt(workspace, session, "ask make -j 'a  b'\ntell **done**")
    await server.until(lambda: bool(server.session_events("permission_requested")))
    [asked] = server.session_events("permission_requested")
    await server.command(
        "answer_permission",
        session_id=session,
        request_id=asked["key"],
        option_id="1",
    )
    await server.until(lambda: bool(ends(workspace)))

    assert asked["data"]["tool"]["raw_input"] == {"command": "make -j 'a  b'"}
    assert len(server.session_events("permission_requested")) == 1
    assert said(workspace)[-1] == ("agent", "**done**")
