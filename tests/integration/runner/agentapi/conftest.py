"""The four ways to meet AgentAPI here: in a workspace or alone, with or without a terminal."""

import tempfile
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import pytest
import pytest_asyncio

from taskyard.testing import acp_agents, tui_agents
from taskyard.testing.installation import free_port
from tests.integration.runner.agentapi.client import Client
from tests.integration.runner.agentapi.process import serving
from tests.integration.runner.workspace import TestWorkspace

Transport = Literal["acp", "pty"]
PLACES: Final = ("session-acp", "session-tui", "alone-tui", "alone-acp")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """`agent_type` and `transport` are what its status says; `client` speaks to it."""

    place: str
    client: Client
    transport: Transport
    agent_type: str

    def said(self, text: str) -> str:
        """How the agent's words look: on a screen they have a dot before them."""
        return f"● {text}" if self.transport == "pty" else text

    def working(self, seconds: float) -> str:
        """A prompt that takes so long."""
        return f"think {seconds}" if self.transport == "pty" else f"sleep {seconds}"


@pytest.fixture(autouse=True)
def _temporary(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What is uploaded ends with the test."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


@asynccontextmanager
async def in_workspace(home: Path, transport: Transport) -> AsyncGenerator[Target]:
    port = free_port()
    agent, command = "polite", acp_agents.command("polite")
    if transport == "pty":
        agent, command = "claude-code", tui_agents.command("polite")
    async with TestWorkspace(home) as workspace:
        answer = await workspace.try_begin(
            agent,
            driver="tui" if transport == "pty" else "acp",
            command=list(command),
            agentapi_port=port,
            permission_policy="ask",
        )
        assert answer["ok"], answer
        client = Client(f"http://127.0.0.1:{port}")
        try:
            yield Target(
                place="session",
                client=client,
                transport=transport,
                agent_type="claude" if transport == "pty" else agent,
            )
        finally:
            await client.close()


@asynccontextmanager
async def alone(home: Path, transport: Transport) -> AsyncGenerator[Target]:
    if transport == "pty":
        words = ("-t", "claude", "--", *tui_agents.command("polite"))
    else:
        words = (
            *("--experimental-acp", "--permission-policy", "ask"),
            *("--", *acp_agents.command("polite")),
        )
    async with serving(home, *words) as server:
        yield Target(
            place="alone",
            client=server.client,
            transport=transport,
            agent_type="claude" if transport == "pty" else "custom",
        )


@pytest_asyncio.fixture(params=PLACES)
async def target(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[Target]:
    """Ready for a message."""
    place, _, driver = str(request.param).partition("-")
    transport: Transport = "pty" if driver == "tui" else "acp"
    make = in_workspace if place == "session" else alone
    async with AsyncExitStack() as stack:
        made = await stack.enter_async_context(make(tmp_path, transport))
        await made.client.until_status("stable")
        yield made
