"""A turn through the runner and its link, against the same agent driven directly.

    python bench/acp_turn.py [ROUNDS]

Both sides run the real Claude Code (where it is installed, else a small fake agent) on a
scripted model on loopback, each in a process of its own, in turns, in the same run. The
runner is the single file as a workspace runs it; its server is in memory. Goal: p50 of the
runner's turn at most 1.1 x the direct one and 10 ms.
"""

import asyncio
import json
import os
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from _goal import finish, goal

from taskyard.kit import zipapp
from taskyard.runner.agents.definition import Place
from taskyard.runner.agents.definitions import DEFINITIONS, find
from taskyard.runner.agents.driver import AgentFailed
from taskyard.runner.agents.preparation import prepare
from taskyard.testing import acp_agents
from taskyard.testing.installation import shared_agents
from taskyard.testing.link_server import LinkServer, make_manifest, make_script

PROMPTS = {
    "answer only": "what is the capital of France",
    "three tools": "please write hello.txt",
}
#: An agent goes on working when its turn is over (it writes its session down, asks for a
#: title): on two cores that would count against the other one.
AFTER_TURN_SECONDS = 0.5
FAKE_PROMPTS = {
    "answer only": "say Paris.",
    "three tools": "tool edit\ntool execute\ntool other\nsay done",
}


class Direct:
    """The least client that can run a turn."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._number = 0
        self._session = ""

    @classmethod
    async def start(
        cls, command: tuple[str, ...], environment: Mapping[str, str], folder: Path
    ) -> Self:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=dict(environment),
            cwd=folder,
            limit=1 << 26,
        )
        agent = cls(process)
        await agent.ask("initialize", {"protocolVersion": 1, "clientCapabilities": {}})
        place: dict[str, Any] = {"cwd": str(folder), "mcpServers": []}
        agent._session = (await agent.ask("session/new", place))["sessionId"]
        await agent.ask(
            "session/set_mode", {"sessionId": agent._session, "modeId": "acceptEdits"}
        )
        return agent

    async def turn(self, text: str) -> float:
        began = time.perf_counter()
        content = [{"type": "text", "text": text}]
        await self.ask(
            "session/prompt", {"sessionId": self._session, "prompt": content}
        )
        return time.perf_counter() - began

    async def ask(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        self._number += 1
        self._write({"id": self._number, "method": method, "params": params})
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            message = json.loads(line)
            if message.get("method") == "session/request_permission":
                options = message["params"]["options"]
                allow = next(
                    o["optionId"] for o in options if o["kind"] == "allow_once"
                )
                outcome = {"outcome": "selected", "optionId": allow}
                self._write({"id": message["id"], "result": {"outcome": outcome}})
            elif message.get("id") == self._number and "method" not in message:
                assert "result" in message, message
                return message["result"]
        raise EOFError(method)

    def _write(self, message: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(
            json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n"
        )

    async def end(self) -> None:
        self._process.terminate()
        await self._process.wait()


async def through_runner(
    server: LinkServer, session: str, text: str, number: int
) -> tuple[float, float]:
    """From the command to the end of the turn, as the server sees it.

    The second number is the part of it in which the agent had nothing to do with it.
    """
    before = len(server.session_events("turn_ended"))
    began = time.perf_counter()
    reply = await server.command(
        "prompt", session_id=session, message_id=f"m{number}", text=text
    )
    assert reply["ok"], reply
    await server.until(lambda: len(server.session_events("turn_ended")) > before)
    took = time.perf_counter() - began
    agent = server.session_events("turn_ended")[-1]["data"]["duration_ms"] / 1000
    await server.until(lambda: server.state == "idle")
    # What was stored is of no interest here, and looking through it is not free.
    server.events.clear()
    server.events.append({"name": "lifecycle", "state": "ready", "at": ""})
    return took, took - agent


async def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    port = _free_port()
    model = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "taskyard.testing.fake_llm", "--port", str(port)
    )
    try:
        await _listening(port)
        with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
            await _measure(Path(name), f"http://127.0.0.1:{port}", rounds)
    finally:
        model.terminate()
        await model.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


async def _listening(port: int) -> None:
    for _ in range(300):
        with suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.1)
    raise TimeoutError("the scripted model does not listen")


async def _measure(root: Path, model: str, rounds: int) -> None:
    secrets = {
        "ANTHROPIC_BASE_URL": model,
        "ANTHROPIC_AUTH_TOKEN": "task-key-0123456789",
    }
    base = {
        "PATH": os.environ["PATH"],
        "SHELL": "/bin/sh",
        "TASKYARD_AGENTS_DIR": str(shared_agents()),
    }
    claude = DEFINITIONS["claude-code"]
    try:
        command, prompts = find(claude, "acp", base), PROMPTS
    except AgentFailed as exc:
        print(f"with a fake agent: {exc}")
        command, prompts = acp_agents.command("polite"), FAKE_PROMPTS
    homes = [root / "direct", root / "runner"]
    for home in homes:
        (home / "project").mkdir(parents=True)
        place = Place(directory=home / "project", environment=secrets)
        prepare(claude, home=home, place=place)
    environment = {**base, **claude.environment, **secrets}
    direct = await Direct.start(
        command, {**environment, "HOME": str(homes[0])}, homes[0] / "project"
    )
    start = f"taskyard session start --agent claude-code --key c --workdir ~/project --no-report -- {' '.join(command)}"
    archive = root / "runner.pyz"
    archive.write_bytes(zipapp.build())
    server = LinkServer(
        lambda url: make_manifest(
            access_url=url, scripts=(make_script(start),), secret_environment=secrets
        )
    )
    async with server:
        runner = await asyncio.create_subprocess_exec(
            sys.executable, "-I", "-S", archive, "run",
            env={**base, "HOME": str(homes[1]), "CODER_AGENT_URL": server.url, "CODER_AGENT_TOKEN": server.token},
        )  # fmt: skip
        try:
            await server.until(lambda: server.state == "idle", seconds=60)
            session = server.named("session_started")[0]["session_id"]
            for what, text in prompts.items():
                await _compare(what, text, direct, server, session, rounds)
        finally:
            runner.terminate()
            await runner.wait()
            await direct.end()


async def _compare(  # noqa: PLR0917 - a bench
    what: str, text: str, direct: Direct, server: LinkServer, session: str, rounds: int
) -> None:
    plain: list[float] = []
    ours: list[float] = []
    own: list[float] = []
    for number in range(rounds + 2):
        await asyncio.sleep(AFTER_TURN_SECONDS)
        plain.append(await direct.turn(text))
        await asyncio.sleep(AFTER_TURN_SECONDS)
        whole, part = await through_runner(server, session, text, hash((what, number)))
        ours.append(whole)
        own.append(part)
    p50 = [statistics.median(times[2:]) * 1000 for times in (plain, ours, own)]
    print(
        f"{what:12} direct p50 {p50[0]:7.1f} ms   runner p50 {p50[1]:7.1f} ms   "
        f"ratio {p50[1] / p50[0]:.2f}   added {p50[1] - p50[0]:+.1f} ms   "
        f"of it outside the agent {p50[2]:.1f} ms   ({rounds} rounds)"
    )
    goal(f"{what}: 1.1 x direct + 10 ms", p50[1], p50[0] * 1.1 + 10, "ms")


if __name__ == "__main__":
    asyncio.run(main())
    finish()
