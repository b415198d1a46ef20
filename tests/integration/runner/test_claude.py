"""The real Claude Code, through the runner, on a scripted model."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from taskyard.runner.agents.definitions import DEFINITIONS, find
from taskyard.runner.agents.driver import AgentFailed
from taskyard.testing.fake_llm.app import FakeLlm
from tests.e2e.installation import agents_dir
from tests.integration.runner.workspace import TestWorkspace
from tests.support.serving import served


def missing() -> str:
    """Why Claude Code cannot run here; empty when it can."""
    try:
        find(
            DEFINITIONS["claude-code"],
            "acp",
            {"TASKYARD_AGENTS_DIR": str(agents_dir()), "PATH": ""},
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
        made.environment["TASKYARD_AGENTS_DIR"] = str(agents_dir())
        async with made:
            yield made


async def test_claude_works_reports_and_goes_on_in_the_next_build(
    workspace: TestWorkspace, tmp_path: Path
) -> None:
    server = workspace.server
    session = await workspace.begin("claude-code", command=[])
    external = server.named("session_identified")[0]["external_id"]

    end = await workspace.turn(session, "please write hello.txt")

    assert end["stop_reason"] == "end_turn"
    assert (tmp_path / "project/hello.txt").read_text() == "hello from fake llm\n"
    assert (tmp_path / "project/bash.txt").read_text() == "from-bash\n"
    assert server.said() == "I'll create hello.txt.All done: hello.txt is written."
    assert server.session_events("report")[0]["data"]["summary"] == "Wrote hello.txt"
    assert server.session_events("usage")[-1]["data"]["cost"]["currency"] == "USD"
    assert not server.session_events("raw"), "every kind of update is understood"
    assert not server.session_events("error")
    tools = {e["key"]: e["data"] for e in server.session_events("tool")}
    assert {tool["status"] for tool in tools.values()} == {"completed"}
    options = server.session_events("options")[-1]["data"]["options"]
    assert next(o["value"] for o in options if o["id"] == "mode") == "acceptEdits"

    await workspace.stop()
    server.manifest["build_id"] = "the-next-build"
    server.manifest["sessions"] = [
        {"id": session, "key": "chat", "external_id": external, "agent": "claude-code"}
    ]
    before = len(server.session_events())
    await workspace.start()
    await server.until(lambda: server.lifecycles.count("ready") == 2)
    await workspace.begin("claude-code", command=[])
    await workspace.turn(session, "what is the capital of France", message="m2")

    told = server.session_events()[before:]
    assert not [e for e in told if e["kind"] == "tool"], "the old turn was told again"
    assert server.said().endswith("The capital of France is Paris.")
    assert len(server.named("session_identified")) == 1
    assert "task-key-0123456789" not in json.dumps(server.events)
