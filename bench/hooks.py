"""How soon an agent at rest is known to be: by its hook, and by the rule of a still screen.

A fake agent without a title runs hooks as Claude Code does, or none. Ready: from the moment
it has drawn its place for input to `idle` from the driver. Hook: what the agent waits for
the hook's command each time, with a runner that listens and without one. Goal: by its hook
it is known within 300 ms.
"""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, final

from _goal import finish, goal

from taskyard.protocol.sessions import EventKind
from taskyard.runner import shims
from taskyard.runner.agents.driver import Launch
from taskyard.runner.agents.hooks.translations import facts_of
from taskyard.runner.agents.hooks.wiring import wire
from taskyard.runner.agents.tui.driver import TuiDriver
from taskyard.runner.control import ControlServer
from taskyard.testing import hooked_agents

TURNS: Final = 10
RUNS: Final = 20


@final
class Watched:
    """A driver, and when it told that the agent is idle."""

    def __init__(self) -> None:
        self.idle_at: list[float] = []
        self.driver = TuiDriver(emit=self.emit)

    def emit(self, kind: EventKind, key: str, data: Mapping[str, Any]) -> None:
        del key
        if kind == "state" and data["state"] == "idle":
            self.idle_at.append(time.monotonic())

    async def hook(self, params: Mapping[str, Any]) -> Mapping[str, Any]:
        for fact in facts_of(str(params.get("agent")), params.get("payload")):
            self.driver.heard(fact)
        return {}


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        shims.write(home / "bin", (sys.executable, "-m", "taskyard.runner"))
        for agent, name in (
            ("untitled", "hook"),
            ("mute", "two seconds without change"),
        ):
            times = await ready(agent, home)
            print(f"ready after a turn, {name}: {_ms(times)}")
            if name == "hook":
                median = statistics.median(times) * 1e3
                goal("ready after a turn, by its hook", median, 300, "ms")
        print(f"hook, the runner listens: {_ms(await hook(home, listens=True))}")
        print(f"hook, the runner is away: {_ms(await hook(home, listens=False))}")


async def ready(agent: str, home: Path) -> list[float]:
    """Seconds from the agent's rest to the driver's word of it, one a turn."""
    watched = Watched()
    control = ControlServer(home / "runner.sock")
    control.register("hook", watched.hook)
    await control.start()
    rested = home / f"{agent}.rested"
    program = home / "bin/taskyard"
    wired = wire("claude-code", key="bench", program=program, home=home)
    await watched.driver.start(
        Launch(
            agent="claude-code",
            command=hooked_agents.command(agent),
            environment={**_environment(home), "RESTED": str(rested)},
            directory=home,
            hooks=wired if agent == "untitled" else None,
        )
    )
    for turn in range(TURNS):
        await watched.driver.prompt(f"turn-{turn}", "tell **done**\nthink 0.5")
    await watched.driver.close(0)
    await control.close()
    ends = [float(line) for line in rested.read_text().splitlines()][-TURNS:]
    return [
        idle - end for idle, end in zip(watched.idle_at[-TURNS:], ends, strict=True)
    ]


async def hook(home: Path, *, listens: bool) -> list[float]:
    """Seconds that one hook takes."""
    control = ControlServer(home / "runner.sock")
    if listens:
        await control.start()

    def run() -> float:
        began = time.perf_counter()
        subprocess.run(
            [home / "bin/taskyard", "hook", "claude-code"],
            input=json.dumps({"hook_event_name": "Stop", "session_id": "c"}).encode(),
            env=_environment(home),
            check=True,
        )
        return time.perf_counter() - began

    times = [await asyncio.to_thread(run) for _ in range(RUNS)]
    if listens:
        await control.close()
    return times


def _environment(home: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "TASKYARD_RUNNER_SOCKET": str(home / "runner.sock"),
        "TASKYARD_SESSION_KEY": "bench",
    }


def _ms(seconds: list[float]) -> str:
    worst = max(seconds) * 1e3
    return f"median {statistics.median(seconds) * 1e3:.0f} ms, worst {worst:.0f} ms"


if __name__ == "__main__":
    asyncio.run(main())
    finish()
