"""Fifty idle workspaces at once, whole: sandbox, supervisor, runner, demo application.

Prints what one costs in memory and processor time, and what the server pays for all.
Wanted: all fifty become ready, and a runner at rest takes under 60 MB and 1 % of a core.
"""

import sys
import time

from _cost import cpu_seconds, resident_mb
from _goal import finish, goal

from taskyard.testing.installation import Installation, installed
from taskyard.testing.processes import Process, descendants

COUNT = int(sys.argv[1]) if len(sys.argv) > 1 else 50
REST_SECONDS = 10.0


def main() -> None:
    with installed() as taskyard:
        version = taskyard.starter()["active_version_id"]
        began = time.monotonic()
        for number in range(COUNT):
            body = {"name": f"idle-{number}", "template_version_id": version}
            taskyard.post("/api/v2/users/me/workspaces", body)
        taskyard.until("all are ready", lambda: _ready(taskyard) == COUNT, seconds=600)
        took = time.monotonic() - began
        print(
            f"{COUNT} workspaces ready after {took:.0f} s ({took / COUNT:.2f} s each)"
        )
        time.sleep(REST_SECONDS)  # noqa: TID251 - what start-up left to do gets done
        _costs(taskyard)


def _ready(taskyard: Installation) -> int:
    found = taskyard.get("/api/v2/workspaces?limit=100")["workspaces"]
    agents = [
        agent
        for workspace in found
        for resource in workspace["latest_build"]["resources"]
        for agent in resource.get("agents", [])
    ]
    failed = [a for a in agents if a["lifecycle_state"].endswith("_error")]
    if failed:
        raise SystemExit(f"{len(failed)} agents failed to start")
    return sum(agent["lifecycle_state"] == "ready" for agent in agents)


def _costs(taskyard: Installation) -> None:
    everyone = descendants({taskyard.pid, *taskyard.supervisors()})
    runners = [p for p in everyone if "taskyard" in p.words and " run" in p.words]
    supervisors = [p for p in everyone if "sandboxd" in p.words]
    print(f"{'':22}{'each MB':>9}{'each % of a core':>18}")
    memory, cpu = _row("runner and guardian", runners, COUNT)
    _row("supervisor", supervisors, COUNT)
    _row("server", [p for p in everyone if p.pid == taskyard.pid], 1)
    goal("runner and guardian, resident", memory, 60, "MB")
    goal("runner and guardian, CPU", cpu, 1, "% of a core")


def _row(name: str, processes: list[Process], parts: int) -> tuple[float, float]:
    """Megabytes and percent of a core, of each part."""
    before = sum(cpu_seconds(p.pid) for p in processes)
    time.sleep(REST_SECONDS)  # noqa: TID251 - the measured rest
    used = (sum(cpu_seconds(p.pid) for p in processes) - before) / REST_SECONDS
    memory = sum(resident_mb(p.pid) for p in processes)
    print(f"{name:22}{memory / parts:9.1f}{100 * used / parts:18.2f}")
    return memory / parts, 100 * used / parts


if __name__ == "__main__":
    main()
    finish()
