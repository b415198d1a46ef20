"""The real Claude Code in its own terminal interface, on a scripted model."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from taskyard.runner.agents.definitions import DEFINITIONS, find
from taskyard.runner.agents.driver import AgentFailed
from taskyard.testing.fake_llm.app import FakeLlm
from taskyard.testing.installation import shared_agents
from tests.integration.runner.workspace import TestWorkspace
from tests.support.serving import served


def missing() -> str:
    """Why Claude Code cannot run here; empty when it can."""
    try:
        find(
            DEFINITIONS["claude-code"],
            "tui",
            {"TASKYARD_AGENTS_DIR": str(shared_agents()), "PATH": ""},
        )
    except AgentFailed as exc:
        return str(exc)
    return ""


pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.timeout(120),
    pytest.mark.skipif(
        bool(missing()), reason=f"Claude Code is not installed: {missing()}"
    ),
]


@pytest_asyncio.fixture
async def workspace(tmp_path: Path) -> AsyncIterator[TestWorkspace]:
    async with served(FakeLlm().app) as model:
        made = TestWorkspace(
            tmp_path,
            secret_environment={
                "ANTHROPIC_BASE_URL": model,
                "ANTHROPIC_AUTH_TOKEN": "task-key-0123456789",
            },
        )
        made.environment["TASKYARD_AGENTS_DIR"] = str(shared_agents())
        async with made:
            yield made


async def test_claude_asks_works_and_reports(
    workspace: TestWorkspace, tmp_path: Path
) -> None:
    server = workspace.server
    session = await workspace.begin(
        "claude-code", command=[], driver="tui", permission_policy="ask"
    )

    await server.command(
        "prompt", session_id=session, message_id="m1", text="please write hello.txt"
    )
    for count in (1, 2):
        await server.until(
            lambda: len(server.session_events("permission_requested")) >= count  # noqa: B023 - asked at once
        )
        assert server.state == "requires_action"
        reply = await server.command(
            "answer_permission",
            session_id=session,
            request_id=server.session_events("permission_requested")[-1]["key"],
            option_id="1",
        )
        assert reply["ok"], reply
    await server.until(lambda: bool(server.session_events("turn_ended")))

    asked = [e["data"] for e in server.session_events("permission_requested")]
    content = [a["tool"]["content"][0]["content"]["text"] for a in asked]
    assert "hello from fake llm" in content[0]
    assert "echo from-bash" in content[1]
    assert (tmp_path / "project/hello.txt").read_text() == "hello from fake llm\n"
    assert (tmp_path / "project/bash.txt").read_text() == "from-bash\n"
    said = server.session_events("message")[-1]["data"]["text"]
    assert said.startswith("● I'll create hello.txt.")
    assert said.endswith("● All done: hello.txt is written.")
    assert server.session_events("report")[0]["data"]["summary"] == "Wrote hello.txt"
    assert server.session_events("state")[-1]["data"] == {
        "state": "idle",
        "source": "title",
    }
