"""The real Claude Code drives other tasks by our MCP server."""

import sys
from pathlib import Path

import pytest

from taskyard.testing.fake_llm.app import FakeLlm
from taskyard.testing.fake_llm.scenario import Scenario
from taskyard.testing.installation import shared_agents
from tests.integration.runner.test_claude import missing
from tests.integration.runner.workspace import TestWorkspace
from tests.support.provisioning import ok, provisioner, yard
from tests.support.serving import served
from tests.support.tasks import Bench, bench

__all__ = ["bench", "provisioner", "yard"]

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.timeout(180),
    pytest.mark.skipif(
        bool(missing()), reason=f"Claude Code is not installed: {missing()}"
    ),
]


def _scenario(task: str) -> Scenario:
    return {
        "rules": [
            {
                "match": "tell the other agent",
                "steps": [
                    {"call": {"name": "coder_list_tasks", "args": {}}},
                    {
                        "call": {
                            "name": "coder_send_task_input",
                            "args": {"task_id": task, "input": "Write tests too."},
                        }
                    },
                    {"say": "I have told it."},
                ],
            }
        ]
    }


async def test_claude_finds_a_task_and_tells_it_something(
    bench: Bench, tmp_path: Path
) -> None:
    active = await bench.active(name="the-other")
    active.runner.state(active.session, "running")
    await active.runner.settled()
    model = FakeLlm(_scenario("the-other"))

    async with served(bench.app) as url, served(model.app) as llm:
        workspace = TestWorkspace(
            tmp_path,
            secret_environment={
                "ANTHROPIC_BASE_URL": llm,
                "ANTHROPIC_AUTH_TOKEN": "task-key-0123456789",
            },
        )
        workspace.environment["TASKYARD_AGENTS_DIR"] = str(shared_agents())
        async with workspace:
            session = await workspace.begin(
                "claude-code",
                command=[],
                permission_policy="allow_all",
                mcp={
                    "yard": {
                        "command": sys.executable,
                        "args": ["-m", "taskyard.cli", "mcp", "serve"],
                        "env": {
                            "TASKYARD_URL": url,
                            "TASKYARD_TOKEN": bench.yard.owner.token,
                        },
                    }
                },
            )
            await workspace.turn(session, "tell the other agent to write tests")
            said = workspace.server.said()
            tools = {
                event["data"]["name"]: event["data"]
                for event in workspace.server.session_events("tool")
            }

    assert said.endswith("I have told it.")
    assert {tool["status"] for tool in tools.values()} == {"completed"}
    assert "the-other" in str(tools["mcp__yard__coder_list_tasks"]["raw_output"])
    messages = ok(await bench.client.get(f"{active.path}/messages"))["messages"]
    assert [m["input"] for m in messages if m["state"] == "queued"] == [
        "Write tests too."
    ]
