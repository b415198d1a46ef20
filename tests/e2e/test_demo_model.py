"""The real Claude Code, driven over ACP, with the demo model behind the gateway."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from starlette.applications import Starlette

from taskyard.kit.clock import SystemClock
from taskyard.kit.crypto import digest
from taskyard.kit.supervisor import Supervisor
from taskyard.provisioner.agent_install import install, run_path
from taskyard.server.api import gateway as api
from taskyard.server.gateway.demo.model import note
from taskyard.server.gateway.demo.upstream import DemoModel
from taskyard.server.gateway.dialects import DIALECTS
from taskyard.server.gateway.keys import Caller
from taskyard.server.gateway.limits import Limit
from taskyard.server.gateway.service import GatewayService
from taskyard.server.gateway.usage import Usage
from taskyard.testing.installation import shared_agents
from tests.support.acp_client import AgentError, opened
from tests.support.serving import served

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.e2e,
    pytest.mark.agents("claude-code"),
    pytest.mark.timeout(600),
]

Json = dict[str, Any]
KEY = "sk-taskyard-e2e"
PROJECT = Path(__file__).parents[2] / "registry/templates/tasks-local/project"


class OneKey:
    async def find(self, key_hash: bytes) -> Caller | None:
        known = key_hash == digest(KEY)
        return Caller(workspace_id=UUID(int=1), task_id=None) if known else None

    async def record(self, caller: Caller, usage: Usage) -> None:
        assert caller
        assert usage.output_tokens

    async def limit(self, caller: Caller, protocol: str, limit: Limit) -> None:
        raise AssertionError(f"{caller} {protocol} {limit}: the demo model has none")


@pytest_asyncio.fixture
async def gateway() -> AsyncIterator[str]:
    async with AsyncExitStack() as stack:
        supervisor = await stack.enter_async_context(Supervisor())
        app = Starlette(routes=api.router.routes)
        app.state.process = SimpleNamespace(
            gateway=GatewayService(
                keys=OneKey(),
                upstreams={
                    "anthropic": DemoModel(
                        dialect=DIALECTS["anthropic"], pause=timedelta(0)
                    )
                },
                usage=OneKey(),
                clock=SystemClock(),
                supervisor=supervisor,
            )
        )
        url = await stack.enter_async_context(served(app))
        yield f"{url}/gateway/anthropic"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    shutil.copytree(PROJECT, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest_asyncio.fixture
async def claude() -> Path:
    """The program, installed once for this machine."""
    await asyncio.to_thread(install, "claude-code", shared_agents())
    program = run_path(shared_agents(), "claude-code")
    assert program is not None
    return program


def _environment(gateway: str, home: Path, key: str = KEY) -> dict[str, str]:
    home.mkdir(exist_ok=True)
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "ANTHROPIC_BASE_URL": gateway,
        "ANTHROPIC_AUTH_TOKEN": key,
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "DISABLE_AUTOUPDATER": "1",
        "IS_SANDBOX": "1",
        "CLAUDE_CODE_MAX_RETRIES": "0",
    }


async def test_it_works_on_the_demo_application_and_goes_on_after_a_restart(
    gateway: str, claude: Path, project: Path, tmp_path: Path
) -> None:
    environment = _environment(gateway, tmp_path / "home")
    style = project / "frontend/style.css"
    asked: Json = {"cwd": str(project), "mcpServers": []}

    async with opened(claude, directory=project, environment=environment) as agent:
        session = (await agent.call("session/new", asked))["sessionId"]
        mode = {"sessionId": session, "modeId": "bypassPermissions"}
        await agent.call("session/set_mode", mode)
        documented = await agent.prompt(session, "document the project structure")
        purple = await agent.prompt(session, "change the primary color theme to purple")

    assert (
        "Notes, kept in one JSON file." in (project / "docs/STRUCTURE.md").read_text()
    )
    assert documented.rstrip().endswith(note("ANTHROPIC_API_KEY"))
    assert "--color-primary: #6d28d9;" in style.read_text()
    assert "`#0f766e` to `#6d28d9`" in purple

    async with opened(claude, directory=project, environment=environment) as agent:
        await agent.call("session/load", {**asked, "sessionId": session})
        await agent.call("session/set_mode", mode)
        green = await agent.prompt(session, "now make it green")

    assert "`#6d28d9` to `#15803d`" in green
    assert "--color-primary: #15803d;" in style.read_text()


async def test_it_asks_before_it_edits_when_it_is_told_to(
    gateway: str, claude: Path, project: Path, tmp_path: Path
) -> None:
    environment = _environment(gateway, tmp_path / "home")

    async with opened(claude, directory=project, environment=environment) as agent:
        asked: Json = {"cwd": str(project), "mcpServers": []}
        session = (await agent.call("session/new", asked))["sessionId"]
        await agent.call(
            "session/set_mode", {"sessionId": session, "modeId": "default"}
        )
        await agent.prompt(session, "change the primary color theme to purple")

    assert any("style.css" in str(tool) for tool in agent.permissions)
    assert "#6d28d9" in (project / "frontend/style.css").read_text()


async def test_a_key_that_ended_is_said_to_be(
    gateway: str, claude: Path, project: Path, tmp_path: Path
) -> None:
    environment = _environment(gateway, tmp_path / "home", key="sk-other")

    async with opened(claude, directory=project, environment=environment) as agent:
        asked: Json = {"cwd": str(project), "mcpServers": []}
        session = (await agent.call("session/new", asked))["sessionId"]
        with pytest.raises(AgentError, match="Authentication required"):
            await agent.prompt(session, "hi")
