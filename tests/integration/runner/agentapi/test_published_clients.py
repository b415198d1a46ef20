"""The ways in which published software meets AgentAPI: Coder, its modules, its chat page."""

import asyncio
import json
import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from taskyard.protocol.sessions import EventKind
from taskyard.runner.agents.driver import Launch
from taskyard.runner.agents.tui.driver import TuiDriver
from taskyard.testing import acp_agents, tui_agents
from tests.integration.runner.agentapi.client import ApiError, Client
from tests.integration.runner.agentapi.conftest import Target
from tests.integration.runner.agentapi.process import AGENTAPI, Server, serving

pytestmark = pytest.mark.asyncio


async def send_as_a_server_does(client: Client, text: str) -> str:
    """First the status, then the message; the reason of a refusal, or nothing."""
    if await client.status() != "stable":
        return "Task app is not ready to accept input."
    await client.send(text)
    return ""


async def logs(client: Client) -> list[tuple[str, str]]:
    kinds = {"user": "input", "agent": "output"}
    return [(kinds[m["role"]], m["content"]) for m in await client.messages()]


async def test_a_server_sends_only_when_the_agent_waits_and_reads_the_logs(
    target: Target,
) -> None:
    client = target.client

    sent = await send_as_a_server_does(client, f"say one\n{target.working(2)}")
    refused = await send_as_a_server_does(client, "say two")
    await client.until_status("stable")
    again = await send_as_a_server_does(client, "say three")
    await client.until_status("stable")

    assert (sent, again) == ("", "")
    assert refused == "Task app is not ready to accept input."
    assert [kind for kind, _ in await logs(client)] == ["input", "output"] * 2


async def test_a_watcher_hears_every_change_of_status_and_stays(target: Target) -> None:
    """As the MCP server beside an agent: stable = idle, running = working."""
    states: list[str] = []
    turns = iter((target.working(0.6), "say something at once"))
    stream = target.client.events()

    async with asyncio.timeout(60):
        async for event in stream:
            if event.name == "status_change":
                states.append(event.data["status"])
                if states[-1] == "stable" and len(states) == 5:
                    break
                if states[-1] == "stable":
                    await target.client.send(next(turns))
    await stream.aclose()

    assert states == ["stable", "running", "stable", "running", "stable"]


async def test_a_module_waits_until_three_answers_in_a_row(tmp_path: Path) -> None:
    """Fifteen seconds at most, as the module's start script does; the agent never asks."""
    command = tui_agents.command("never-ready")
    async with serving(tmp_path, "-t", "claude", "--", *command) as server:
        good = 0
        for _ in range(150):
            try:
                await server.client.status()
                good += 1
            except (ApiError, httpx.TransportError):
                good = 0
            if good == 3:
                break
            await asyncio.sleep(0.1)
        status = await server.client.status()

    assert good == 3
    assert status == "running", "it is reachable long before it is ready"


async def test_a_module_that_stops_saves_reads_the_end_and_ends_it(
    tmp_path: Path,
) -> None:
    state = tmp_path / "state.json"
    words = ("-s", str(state), "--pid-file", str(tmp_path / "pid"))
    agent = ("-t", "claude", "--", *tui_agents.command("polite"))
    async with serving(tmp_path, *words, *agent) as server:
        await server.client.until_status("stable")
        await server.client.turn("say bye")
        os.kill(int((tmp_path / "pid").read_text()), signal.SIGUSR1)
        last = (await server.client.messages())[-10:]
        body = json.dumps({"format": "agentapi", "data": {"messages": last}})
        code, _ = await server.end()

    assert code == 0
    assert len(body) < 64 * 1024
    assert [m["content"] for m in last] == ["say bye", "● bye"]
    assert json.loads(state.read_text())["version"] == 1


async def test_an_answer_longer_than_a_client_reads_does_not_end_its_stream(
    tmp_path: Path,
) -> None:
    command = acp_agents.command("polite")
    async with serving(tmp_path, "--experimental-acp", "--", *command) as server:
        await server.client.until_status("stable")
        stream = server.client.events()
        await anext(stream)
        await server.client.send("flood 60000")

        longest = ""
        async for event in stream:
            if event.name == "message_update":
                longest = max(longest, event.data["message"], key=len)
            elif event.data["status"] == "stable":
                break
        whole = (await server.client.messages())[-1]["content"]

    assert whole == "".join(f"{number} " for number in range(60_000))
    assert longest.endswith("[cut here: the whole message is in GET /messages]")
    assert whole.startswith(longest[:100_000])


async def test_a_conversation_without_a_terminal_can_be_attached(
    tmp_path: Path,
) -> None:
    server = Server(
        tmp_path, ("--experimental-acp", "--", *acp_agents.command("polite"))
    )
    driver = TuiDriver(emit=ignore, verbatim=True)
    try:
        await server.client.until_status("stable")
        await server.client.turn("say hello")
        await driver.start(
            Launch(
                agent="custom",
                command=(
                    *AGENTAPI,
                    "attach",
                    "--url",
                    str(server.client.http.base_url),
                ),
                environment={"PATH": os.environ["PATH"]},
                directory=tmp_path,
            )
        )
        shown = driver.screen
        await driver.write_raw(b"say typx\x7fed\r")
        messages = await server.client.until_said("typed", by="agent")
        await driver.write_raw(b"\x1d")
        end = await asyncio.wait_for(driver.wait(), 20)
    finally:
        await driver.close(0)
        await server.client.close()
        await server.end()

    assert "> say hello\n\nhello" in shown
    assert [m["content"] for m in messages[2:]] == ["say typed", "typed"]
    assert end.endswith("exit code 0")


def ignore(kind: EventKind, key: str, data: Mapping[str, Any]) -> None:
    """What the attached terminal itself would report."""
