"""From `POST` of a task to its agent's process: ten times on a whole installation.

Wanted: p50 below 2 s on 2 cores, the agent being installed. Also prints what passed when,
so that a slow start can be blamed, and as a baseline how long the agent's own program
takes to start and end with nothing to do.
"""

import statistics
import subprocess
import sys
import time
from datetime import datetime
from typing import Any

from _cost import TICKS
from _goal import finish, goal

from taskyard.testing.installation import Installation, installed, shared_agents
from taskyard.testing.processes import descendants

RUNS = int(sys.argv[1]) if len(sys.argv) > 1 else 10
AGENT = "claude-agent-acp"
LIMIT_SECONDS = 60.0


def main() -> None:
    print(f"agent alone, started and ended: {_agent_alone():.2f} s")
    with installed() as taskyard:
        taskyard.starter()
        _run(taskyard)  # the first start also fills the disk cache
        runs = [_run(taskyard) for _ in range(RUNS)]
    print(f"{'':24}{'p50':>8}{'max':>8}  seconds after POST, {RUNS} runs")
    for name in runs[0]:
        values = [run[name] for run in runs]
        print(f"{name:24}{statistics.median(values):8.2f}{max(values):8.2f}")
    p50 = statistics.median(run["agent process"] for run in runs)
    goal("POST to agent process, p50", p50, 2, "s")
    finish()


def _run(taskyard: Installation) -> dict[str, float]:
    before = {process.pid for process in descendants({1}, AGENT)}
    posted = time.time()
    task = taskyard.create_task("say hello")
    answered = time.time() - posted
    process = _wait_for_agent(before) - posted
    name = task["name"]
    taskyard.until_work(name, "idle", "working")
    workspace = taskyard.get(f"/api/v2/workspaces/{task['workspace_id']}")
    times = _breakdown(workspace["latest_build"], posted)
    taskyard.until_work(name, "idle")
    taskyard.delete(f"/api/v2/tasks/me/{name}")
    taskyard.until("it is gone", lambda: not taskyard.homes(), seconds=60)
    return {"answer": answered, **times, "agent process": process}


def _wait_for_agent(before: set[int]) -> float:
    """When the agent's process began, in seconds since the epoch."""
    deadline = time.monotonic() + LIMIT_SECONDS
    while time.monotonic() < deadline:
        for process in descendants({1}, AGENT):
            if process.pid not in before:
                with open(f"/proc/{process.pid}/stat") as stat:  # noqa: PTH123 - /proc
                    ticks = int(stat.read().rpartition(")")[2].split()[19])
                return _booted() + ticks / TICKS
        time.sleep(0.02)  # noqa: TID251 - the machine is to work for the task meanwhile
    raise SystemExit(f"no agent within {LIMIT_SECONDS:.0f} s")


def _booted() -> float:
    with open("/proc/uptime") as uptime:  # noqa: PTH123 - /proc
        return time.time() - float(uptime.read().split()[0])


def _breakdown(build: dict[str, Any], posted: float) -> dict[str, float]:
    job = build["job"]
    [agent] = [a for r in build["resources"] for a in r.get("agents", [])]
    return {
        name: datetime.fromisoformat(at).timestamp() - posted
        for name, at in (
            ("build picked up", job["started_at"]),
            ("build done", job["completed_at"]),
            ("runner connected", agent["first_connected_at"]),
        )
    }


def _agent_alone() -> float:
    program = shared_agents() / "claude-code/current/run"
    began = time.monotonic()
    subprocess.run(
        [program],
        input=b"",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
        timeout=60,
    )
    return time.monotonic() - began


if __name__ == "__main__":
    main()
