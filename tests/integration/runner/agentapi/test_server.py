"""`agentapi server` as a process, with terminal agents: what its clients see."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, final

import httpx
import pytest

from taskyard.kit import zipapp
from taskyard.protocol.sessions import EventKind
from taskyard.runner.agents.driver import Launch
from taskyard.runner.agents.tui.driver import TuiDriver
from taskyard.testing import acp_agents, tui_agents

pytestmark = pytest.mark.asyncio


@final
class Server:
    def __init__(
        self,
        home: Path,
        *words: str,
        stdin: bytes | None = None,
        program: tuple[str, ...] = (sys.executable, "-m", "taskyard.runner"),
    ) -> None:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.client = httpx.AsyncClient(base_url=self.url, timeout=20)
        self.process = subprocess.Popen(
            [*program, "agentapi", "server", *words],
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(home),
                "AGENTAPI_PORT": str(self.port),
            },
            cwd=home,
            stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        if stdin is not None and self.process.stdin is not None:
            self.process.stdin.write(stdin)
            self.process.stdin.close()
            self.process.stdin = None

    async def status(self) -> str:
        try:
            return str((await self.client.get("/status")).json()["status"])
        except httpx.TransportError:
            return "absent"

    async def until(self, status: str, seconds: float = 20) -> None:
        async with asyncio.timeout(seconds):
            while await self.status() != status:
                assert self.process.poll() is None, self.process.communicate()
                await asyncio.sleep(0.02)

    async def say(self, text: str, kind: str = "user") -> httpx.Response:
        return await self.client.post("/message", json={"content": text, "type": kind})

    async def turn(self, text: str) -> str:
        """One message and the agent's answer to it."""
        answer = await self.say(text)
        assert answer.status_code == 200, answer.text
        await self.until("stable")
        return str((await self.messages())[-1]["content"])

    async def shows(self, words: str) -> None:
        """Wait until a message has these words."""
        async with asyncio.timeout(10):
            while words not in str(await self.messages()):  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.05)

    async def messages(self) -> list[dict[str, Any]]:
        return list((await self.client.get("/messages")).json()["messages"])

    async def ended(self) -> tuple[int, str]:
        """The exit code and standard error."""
        _, errors = await asyncio.to_thread(self.process.communicate, timeout=20)
        return self.process.returncode, errors.decode()


@asynccontextmanager
async def serving(
    home: Path, *flags: str, agent: str = "polite", stdin: bytes | None = None
) -> AsyncGenerator[Server]:
    command = tui_agents.command(agent)
    server = Server(home, "-t", "claude", *flags, "--", *command, stdin=stdin)
    try:
        yield server
    finally:
        await server.client.aclose()
        if server.process.poll() is None:
            server.process.terminate()
            await asyncio.to_thread(server.process.communicate, timeout=20)


async def test_a_conversation_has_both_sides_in_order(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        await server.until("stable")
        first = await server.turn("say one\nthink 0.2")
        second = await server.turn("say two\nthink 0.2")
        status = (await server.client.get("/status")).json()

        assert (first, second) == ("● one", "● two")
        assert [(m["id"], m["role"]) for m in await server.messages()] == [
            (0, "user"),
            (1, "agent"),
            (2, "user"),
            (3, "agent"),
        ]
        assert (status["agent_type"], status["transport"]) == ("claude", "pty")


async def test_nothing_waits_while_the_agent_works(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        await server.until("stable")
        await server.say("think 2")

        began = time.monotonic()
        running = await server.status()
        refused = await server.say("more")
        await server.messages()

        assert time.monotonic() - began < 1
        assert running == "running"
        assert refused.status_code == 500
        assert "waiting for user input" in refused.json()["errors"][0]["message"]


async def test_a_permission_menu_is_shown_and_answered_by_keys(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        await server.until("stable")
        await server.say("ask\nthink 0.2")
        await server.shows("2. Yes, and")
        waiting = await server.status()
        await server.say("3", "raw")
        await server.until("stable")

        assert waiting == "running"
        assert (await server.messages())[-1]["content"] == "● chose 3"


async def test_a_login_menu_is_not_stable(tmp_path: Path) -> None:
    async with serving(tmp_path, "-I", "say x", agent="wants-login") as server:
        await server.until("running")
        await asyncio.sleep(2.5)

        assert await server.status() == "running"
        [told] = await server.messages()
        assert told["role"] == "agent", "nothing is typed into a menu"
        assert "Login needed: Select login method:" in told["content"]


async def test_the_terminal_is_as_large_as_asked(tmp_path: Path) -> None:
    async with serving(tmp_path, "-W", "67", "-H", "1190") as server:
        await server.until("stable")

        assert await server.turn("size\nthink 0.2") == "● 67x1190"


async def test_a_piped_prompt_is_sent_once_when_the_agent_is_ready(
    tmp_path: Path,
) -> None:
    async with serving(tmp_path, stdin=b"say piped\nthink 0.2\n") as server:
        await server.until("stable")

        assert [m["content"] for m in await server.messages()] == [
            "say piped\nthink 0.2",
            "● piped",
        ]


async def test_the_conversation_goes_on_after_a_restart(tmp_path: Path) -> None:
    state, pid = tmp_path / "s.json", tmp_path / "pid"
    flags = ("-s", str(state), "--pid-file", str(pid), "-I", "say one\nthink 0.2")
    async with serving(tmp_path, *flags) as server:
        await server.until("stable")
        holder = int(pid.read_text())
        server.process.send_signal(signal.SIGUSR1)
        async with asyncio.timeout(5):
            while not state.exists():  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.02)
        second = Server(tmp_path, *flags, "--", *tui_agents.command("polite"))
        refused = await second.ended()
        server.process.terminate()
        code, _ = await server.ended()

    async with serving(tmp_path, *flags) as server:
        await server.until("stable")
        restored = await server.messages()
        again = await server.turn("say two\nthink 0.2")

    assert holder > 0
    assert refused[0] == 1
    assert "another agentapi server is running" in refused[1]
    assert code == 0
    assert not pid.exists()
    assert [m["content"] for m in restored] == ["say one\nthink 0.2", "● one"]
    assert again == "● two"


async def test_an_agent_that_fails_ends_the_server_with_its_last_screen(
    tmp_path: Path,
) -> None:
    async with serving(tmp_path) as server:
        await server.until("stable")
        await server.say("die")
        code, errors = await server.ended()

    assert code == 1
    assert errors.count("========") == 2
    assert "fatal: I die" in errors


async def test_events_are_those_that_published_clients_know(tmp_path: Path) -> None:
    names: set[str] = set()
    last = ""
    async with serving(tmp_path) as server:
        await server.until("stable")
        async with server.client.stream("GET", "/events") as events:
            await server.say("say hi\nthink 0.3")
            async for line in events.aiter_lines():
                if line.startswith("event: "):
                    names.add(line.removeprefix("event: "))
                elif '"message": "● hi"' in line:
                    last = json.loads(line.removeprefix("data: "))["message"]
                elif last and '"status": "stable"' in line:
                    break

    assert names == {"message_update", "status_change"}
    assert last == "● hi"


async def test_the_single_file_serves_on_a_bare_interpreter(tmp_path: Path) -> None:
    file = tmp_path / "taskyard-runner.pyz"
    file.write_bytes(await asyncio.to_thread(zipapp.build))
    server = Server(
        tmp_path,
        *("-t", "claude", "--", *tui_agents.command("polite")),
        program=(sys.executable, "-I", "-S", str(file)),
    )
    try:
        await server.until("stable")
        said = await server.turn("say hello\nthink 0.2")
    finally:
        await server.client.aclose()
        server.process.terminate()
        await asyncio.to_thread(server.process.communicate, timeout=20)

    assert said == "● hello"


async def test_a_terminal_can_be_attached_and_left_again(tmp_path: Path) -> None:
    driver = TuiDriver(emit=ignore, verbatim=True)
    async with serving(tmp_path, "-H", "30") as server:
        await server.until("stable")
        try:
            await driver.start(
                Launch(
                    agent="custom",
                    command=(
                        *(sys.executable, "-m", "taskyard.runner", "agentapi"),
                        *("attach", "--url", server.url),
                    ),
                    environment={"PATH": os.environ["PATH"]},
                    directory=tmp_path,
                )
            )
            shown = driver.screen
            await driver.write_raw(b"think 0.2\r")
            await server.until("running")
            await driver.write_raw(b"\x1d")
            end = await asyncio.wait_for(driver.wait(), 10)
        finally:
            await driver.close(0)

    assert "Welcome to the fake agent" in shown
    assert end.endswith("exit code 0")


def ignore(kind: EventKind, key: str, data: Mapping[str, Any]) -> None:
    """What the attached terminal itself would report."""


async def test_an_agent_that_speaks_acp_has_the_same_surface(tmp_path: Path) -> None:
    server = Server(tmp_path, "--experimental-acp", "--", *acp_agents.command("polite"))
    try:
        await server.until("stable")
        said = await server.turn("say hello")
        status = (await server.client.get("/status")).json()
    finally:
        await server.client.aclose()
        server.process.terminate()
        await asyncio.to_thread(server.process.communicate, timeout=20)

    assert said == "hello"
    assert (status["transport"], status["agent_type"]) == ("acp", "custom")
