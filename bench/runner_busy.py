"""What a runner costs while an agent works at its terminal.

    python bench/runner_busy.py [SECONDS]

The single file as a workspace runs it, attached to a server in memory, with one session.
Its agent plays the recorded turns of real ones again and again, at their own pace; where
Claude Code is installed, it works for real as well, on a scripted model that writes
slowly. Goals: at most 5 % of a core, 1 % at rest, and below 60 MB resident. The ratio is to the same
runner while its agent rests.
"""

import asyncio
import gzip
import json
import os
import socket
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import uvicorn
from _cost import cpu_seconds, resident_mb
from _goal import finish, goal
from runner_idle import child

from taskyard.kit import zipapp
from taskyard.runner.agents.definitions import DEFINITIONS, find
from taskyard.runner.agents.driver import AgentFailed
from taskyard.runner.places import Places
from taskyard.testing.fake_llm.app import FakeLlm
from taskyard.testing.fake_llm.scenario import Scenario
from taskyard.testing.installation import shared_agents
from taskyard.testing.link_server import LinkServer, make_manifest

CPU_PERCENT: Final = 5.0
REST_PERCENT: Final = 1.0
RESIDENT_MB: Final = 60.0
RECORDINGS: Final = (
    Path(__file__).parents[1] / "tests" / "unit" / "runner" / "tui" / "recordings"
)
AGENTS: Final = ("claude-code", "codex", "gemini", "qwen")
SLOW: Final[Scenario] = {
    "rules": [
        {"match": "slowly", "steps": [{"say": "word " * 2000, "chunk_delay": 0.2}]}
    ]
}
#: Plays a recording on its terminal: its start, and after Enter its turn, again and again.
PLAYER: Final = """
import gzip, json, os, sys, time, tty
tty.setraw(0)
lines = gzip.open(sys.argv[1], "rt").read().splitlines()[1:]
entries = [json.loads(line) for line in lines]
begin = next(i for i, e in enumerate(entries) if e[1] == "prompt")
end = next(i for i, e in enumerate(entries) if e[1:] == ["moment", "answered"])
def play(part, speed):
    last = part[0][0]
    for at, kind, text in part:
        time.sleep((at - last) / speed)
        last = at
        if kind == "out":
            data = text.encode("latin-1")
            while data:
                data = data[os.write(1, data):]
play(entries[:begin], 20)
while b"\\r" not in os.read(0, 65536):
    pass
work = entries[begin:end]
quiet = [e for e in work if e[1] == "out"]
while True:
    play(quiet[: len(quiet) * 3 // 4], 1)
"""


@asynccontextmanager
async def running(
    home: Path, environment: Mapping[str, str]
) -> AsyncGenerator[tuple[int, LinkServer]]:
    """The process id of a runner, and the server it is attached to."""
    archive = home / "runner.pyz"
    archive.write_bytes(await asyncio.to_thread(zipapp.build))
    async with LinkServer(
        lambda url: make_manifest(access_url=url, secret_environment=dict(environment))
    ) as server:
        guardian = await asyncio.create_subprocess_exec(
            sys.executable, "-I", "-S", archive, "run",
            env={
                "HOME": str(home),
                "PATH": os.environ["PATH"],
                "CODER_AGENT_URL": server.url,
                "CODER_AGENT_TOKEN": server.token,
                "TASKYARD_AGENTS_DIR": str(shared_agents()),
            },
        )  # fmt: skip
        try:
            await server.until(lambda: "ready" in server.lifecycles, seconds=60)
            yield child(guardian.pid), server
        finally:
            guardian.terminate()
            await guardian.wait()


async def begin(home: Path, agent: str, command: list[str]) -> str:
    """Start a session at a terminal; its id."""
    reader, writer = await asyncio.open_unix_connection(Places(home=home).socket)
    params = {
        "agent": agent,
        "key": "chat",
        "driver": "tui",
        "directory": str(home / "project"),
        "command": command,
    }
    line = json.dumps({"method": "session.start", "params": params})
    writer.write(line.encode() + b"\n")
    answer = json.loads(await reader.readline())
    writer.close()
    if not answer["ok"]:
        raise SystemExit(f"{agent} does not start: {answer['error']}")
    return str(answer["result"]["id"])


async def measure(
    name: str,
    seconds: float,
    work: Callable[[Path], Awaitable[tuple[str, list[str]]]],
    environment: Mapping[str, str],
) -> None:
    """Print what one agent's turn costs."""
    with tempfile.TemporaryDirectory(
        dir="/var/tmp", ignore_cleanup_errors=True
    ) as folder:
        home = Path(folder)
        async with running(home, environment) as (pid, server):
            agent, command = await work(home)
            session = await begin(home, agent, command)
            await asyncio.sleep(2)
            rest = await share(pid, seconds / 2)
            await server.command(
                "prompt", session_id=session, message_id="m", text="please work slowly"
            )
            await server.until(lambda: server.state == "running", seconds=30)
            await asyncio.sleep(2)
            busy = await share(pid, seconds)
            still_runs = server.state == "running"
            resident = resident_mb(pid)
    ratio = f"{busy / rest:.1f} times" if rest else "nothing at all"
    print(
        f"{name:22} busy {busy:5.2f} % of a core, at rest {rest:5.2f} % (ratio {ratio}), "
        f"{resident:5.1f} MB resident"
    )
    if not still_runs:
        raise SystemExit(f"{name} did not work to the end: the figure says nothing")
    goal(f"CPU of the runner, {name}", busy, CPU_PERCENT, "%")
    goal(f"the same at rest, {name}", rest, REST_PERCENT, "%")
    goal(f"resident, {name}", resident, RESIDENT_MB, "MB")


async def share(pid: int, seconds: float) -> float:
    """Per cent of a core that a process itself takes."""
    before, began = cpu_seconds(pid), time.monotonic()
    await asyncio.sleep(seconds)
    return (cpu_seconds(pid) - before) / (time.monotonic() - began) * 100


@asynccontextmanager
async def scripted_model() -> AsyncGenerator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(
            FakeLlm(SLOW).app, lifespan="off", log_level="error", ws="none"
        )
        server = uvicorn.Server(config)
        async with asyncio.TaskGroup() as group:
            group.create_task(server.serve(sockets=[listening]))
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
            server.should_exit = True


def recorded(agent: str) -> Callable[[Path], Awaitable[tuple[str, list[str]]]]:
    async def work(home: Path) -> tuple[str, list[str]]:
        player = home / "player.py"
        player.write_text(PLAYER)
        recording = str(RECORDINGS / f"{agent}.work.jsonl.gz")
        return agent, [sys.executable, "-I", "-S", str(player), recording]

    return work


async def real(_home: Path) -> tuple[str, list[str]]:
    return "claude-code", []


def pace(agent: str) -> str:
    """How much a recorded turn writes."""
    text = gzip.decompress(
        (RECORDINGS / f"{agent}.work.jsonl.gz").read_bytes()
    ).decode()
    entries: list[Any] = [json.loads(line) for line in text.splitlines()[1:]]
    begin = next(i for i, e in enumerate(entries) if e[1] == "prompt")
    end = next(i for i, e in enumerate(entries) if e[1:] == ["moment", "answered"])
    size = sum(len(e[2]) for e in entries[begin:end] if e[1] == "out")
    return f"{size / 1024 / (entries[end][0] - entries[begin][0]):.1f} KiB/s"


async def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 20.0
    for agent in AGENTS:
        await measure(f"{agent} ({pace(agent)})", seconds, recorded(agent), {})
    place = {"TASKYARD_AGENTS_DIR": str(shared_agents()), "PATH": ""}
    try:
        find(DEFINITIONS["claude-code"], "tui", place)
    except AgentFailed as missing:
        print(f"the real Claude Code is not here: {missing}")
    else:
        async with scripted_model() as model:
            environment = {
                "ANTHROPIC_BASE_URL": model,
                "ANTHROPIC_AUTH_TOKEN": "bench-key-0123456789",
            }
            await measure("the real Claude Code", seconds, real, environment)
    finish()


if __name__ == "__main__":
    asyncio.run(main())
