"""The surface of a session in a workspace: it outlives its runner, and is what modules find."""

import asyncio
import os
import subprocess
from pathlib import Path

import pytest

from taskyard.runner.places import Places
from taskyard.testing import acp_agents, tui_agents
from taskyard.testing.installation import free_port
from tests.integration.runner.agentapi.client import Client
from tests.integration.runner.workspace import TestWorkspace

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize("driver", ["acp", "tui"])
async def test_the_conversation_outlives_its_runner(
    tmp_path: Path, driver: str
) -> None:
    port = free_port()
    client = Client(f"http://127.0.0.1:{port}")
    agent = acp_agents if driver == "acp" else tui_agents
    dot = "" if driver == "acp" else "● "
    async with TestWorkspace(tmp_path) as workspace:
        answer = await workspace.try_begin(
            "polite" if driver == "acp" else "claude-code",
            driver=driver,
            command=list(agent.command("polite")),
            agentapi_port=port,
        )
        assert answer["ok"], answer
        await client.until_status("stable")
        await client.turn("say one")
        await client.send("wait")
        await workspace.crash()
        await client.close()  # a process that dies takes its connections along

        await workspace.start()
        client = Client(f"http://127.0.0.1:{port}")
        await client.until_status("stable")
        restored = [(m["id"], m["content"]) for m in await client.messages()]
        await client.turn("say two")
        after = await client.messages()
        await client.close()

    assert restored[:3] == [(0, "say one"), (1, f"{dot}one"), (2, "wait")]
    assert [text for _, text in restored].count("wait") == 1
    assert [m["id"] for m in after] == list(range(len(after)))
    assert [m["content"] for m in after[-2:]] == ["say two", f"{dot}two"]


async def test_the_command_of_a_workspace_is_found_by_scripts(tmp_path: Path) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        await workspace.server.until(lambda: "ready" in workspace.server.lifecycles)
        shim = Places(home=tmp_path).binaries / "agentapi"
        done = await asyncio.to_thread(
            subprocess.run,
            [shim, "--version"],
            env={"HOME": str(tmp_path), "PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            check=True,
        )

    assert tuple(map(int, done.stdout.split()[-1].split("."))) >= (0, 12, 0)
