"""The how-to "your own agent in ten lines", followed to the letter."""

import re
from pathlib import Path
from typing import Any

import pytest

from taskyard.protocol.provisioner import TaskInput
from taskyard.testing.link_server import make_script
from tests.integration.provisioner.yard import Yard
from tests.integration.registry.test_modules import HEAD
from tests.integration.runner.workspace import TestWorkspace

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]

HOWTO = Path(__file__).parents[3] / "docs/howto/your-own-agent.md"


def block(language: str) -> str:
    """The only block of a language; "" = the commands."""
    fenced = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    [found] = [
        text for name, text in fenced.findall(HOWTO.read_text()) if name == language
    ]
    return str(found)


def install(home: Path) -> None:
    (home / "project").mkdir()
    (home / "project/my_agent.py").write_text(block("python"))


async def said_in_a_turn(workspace: TestWorkspace, text: str) -> str:
    server = workspace.server
    await server.until(lambda: server.state == "idle", seconds=60)
    await workspace.turn(server.named("session_started")[0]["session_id"], text)
    return server.said()


async def test_the_ten_lines_make_a_task_of_it(yard: Yard, tmp_path: Path) -> None:
    lines = block("hcl")
    workspace = yard.workspace({"main.tf": HEAD + lines})
    task = TaskInput(id=workspace.id, prompt="hello")
    built = await workspace.build(task=task)
    [agent] = [a for resource in built.resources for a in resource.agents]
    [app] = agent.apps
    script = re.sub(r"(?m)^ARG_PORT=.*$", "ARG_PORT=0", agent.scripts[0].script)
    install(tmp_path)

    async with TestWorkspace(tmp_path, make_script(script)) as running:
        said = await said_in_a_turn(running, "hello")

    assert len(re.findall(r"(?m)^ +\w+ += ", lines.partition("resource")[0])) < 10
    assert built.ai_tasks[0].app_id == app.id
    assert app.slug == "mine"
    assert said == "You said: hello"
    await workspace.build("delete", task=task)


async def test_it_can_be_tried_without_a_template(tmp_path: Path) -> None:
    install(tmp_path)
    commands = "cd ~/project && " + block("").replace("\n", " && ", 1)
    logs: list[Any] = []

    async with TestWorkspace(tmp_path, make_script(commands)) as running:
        said = await said_in_a_turn(running, "hello")
        await running.server.until(
            lambda: bool(running.server.named("script_completed")), seconds=60
        )
        logs = running.server.named("logs")

    assert said == "You said: hello"
    printed = [line["output"] for event in logs for line in event["lines"]]
    assert "idle" in printed[-1]
