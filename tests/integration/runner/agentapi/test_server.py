"""`agentapi server` with an agent on a terminal: how it starts and fails, and who attaches."""

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from taskyard.kit import zipapp
from taskyard.protocol.sessions import EventKind
from taskyard.runner.agents.driver import Launch
from taskyard.runner.agents.tui.driver import TuiDriver
from taskyard.testing import tui_agents
from tests.integration.runner.agentapi.process import AGENTAPI, Server, serving

pytestmark = pytest.mark.asyncio


def agent(name: str = "polite") -> tuple[str, ...]:
    return ("-t", "claude", "--", *tui_agents.command(name))


async def test_nothing_is_typed_into_a_login_menu(tmp_path: Path) -> None:
    async with serving(tmp_path, "-I", "say x", *agent("wants-login")) as server:
        await server.client.until_status("running")
        [told] = await server.client.until_said("Login needed: Select login method:")
        status = await server.client.status()

    assert told["role"] == "agent"
    assert status == "running"


async def test_a_piped_prompt_is_sent_once_when_the_agent_is_ready(
    tmp_path: Path,
) -> None:
    async with serving(tmp_path, *agent(), stdin=b"say piped\nsay on\n") as server:
        await server.client.until_status("stable")
        messages = await server.client.messages()

    assert [m["content"] for m in messages] == ["say piped\nsay on", "● piped\n● on"]


async def test_a_second_server_does_not_take_the_pid_file(tmp_path: Path) -> None:
    words = ("--pid-file", str(tmp_path / "pid"), *agent())
    async with serving(tmp_path, *words) as server:
        await server.client.until_status("stable")
        second = Server(tmp_path, words)
        code, errors = await second.ended()
        await second.client.close()
        holder = int((tmp_path / "pid").read_text())

    assert code == 1
    assert f"another agentapi server is running (pid {holder}" in errors
    assert holder == server.process.pid


async def test_an_agent_that_fails_ends_the_server_with_its_last_screen(
    tmp_path: Path,
) -> None:
    async with serving(tmp_path, *agent()) as server:
        await server.client.until_status("stable")
        await server.client.send("die")
        code, errors = await server.ended()

    assert code == 1
    assert errors.count("========") == 2
    assert "fatal: I die" in errors


async def test_the_single_file_serves_on_a_bare_interpreter(tmp_path: Path) -> None:
    file = tmp_path / "taskyard-runner.pyz"
    file.write_bytes(await asyncio.to_thread(zipapp.build))
    program = (sys.executable, "-I", "-S", str(file), "agentapi")
    async with serving(tmp_path, *agent(), program=program) as server:
        await server.client.until_status("stable")
        said = await server.client.turn("say hello")

    assert said == "● hello"


async def test_a_terminal_can_be_attached_and_left_again(tmp_path: Path) -> None:
    driver = TuiDriver(emit=ignore, verbatim=True)
    async with serving(tmp_path, "-H", "30", *agent()) as server:
        await server.client.until_status("stable")
        url = str(server.client.http.base_url)
        try:
            await driver.start(
                Launch(
                    agent="custom",
                    command=(*AGENTAPI, "attach", "--url", url),
                    environment={"PATH": os.environ["PATH"]},
                    directory=tmp_path,
                )
            )
            shown = driver.screen
            await driver.write_raw(b"wait\r")
            await server.client.until_status("running")
            await driver.write_raw(b"\x1d")
            end = await asyncio.wait_for(driver.wait(), 20)
        finally:
            await driver.close(0)

    assert "Welcome to the fake agent" in shown
    assert end.endswith("exit code 0")


def ignore(kind: EventKind, key: str, data: Mapping[str, Any]) -> None:
    """What the attached terminal itself would report."""
