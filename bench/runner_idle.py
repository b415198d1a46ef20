"""What a runner costs while nothing happens.

    python bench/runner_idle.py [SECONDS]

The single file as a workspace runs it, attached to a server in memory, with an app's
health check every 3 s and one metadata script every 10 s. Goal: below 60 MB resident and
below 1 % of a core. The baseline is a Python that sleeps, measured in the same run.
"""

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

from _cost import cpu_seconds, resident_mb
from _goal import finish, goal

from taskyard.kit import zipapp
from taskyard.protocol.link import App, MetadataItem
from taskyard.testing.link_server import LinkServer, make_manifest

APP: App = {
    "id": "a",
    "slug": "web",
    "url": "http://localhost:1/",
    "command": "",
    "external": False,
    "healthcheck": {
        "url": "http://localhost:1/",
        "interval_seconds": 3,
        "threshold": 20,
    },
}
METADATA: MetadataItem = {
    "key": "load",
    "display_name": "Load",
    "script": "cat /proc/loadavg",
    "interval_seconds": 10,
    "timeout_seconds": 1,
}


def cost(pid: int) -> tuple[float, float]:
    """Resident megabytes and CPU seconds of one process, ended children included."""
    return resident_mb(pid), cpu_seconds(pid, with_children=True)


def child(pid: int) -> int:
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[-1])


async def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 30.0
    with tempfile.TemporaryDirectory() as name:
        archive = Path(name) / "runner.pyz"
        archive.write_bytes(zipapp.build())
        async with LinkServer(
            lambda url: make_manifest(access_url=url, apps=(APP,), metadata=(METADATA,))
        ) as server:
            guardian = await asyncio.create_subprocess_exec(
                sys.executable, "-I", "-S", archive, "run",
                env={
                    "HOME": name,
                    "PATH": os.environ["PATH"],
                    "CODER_AGENT_URL": server.url,
                    "CODER_AGENT_TOKEN": server.token,
                },
            )  # fmt: skip
            sleeper = await asyncio.create_subprocess_exec(
                sys.executable, "-I", "-S", "-c", "import time; time.sleep(10000)"
            )
            try:
                began = time.perf_counter()
                await server.until(lambda: "ready" in server.lifecycles)
                print(f"attached and ready after {time.perf_counter() - began:.2f} s")
                await asyncio.sleep(5)
                await _watch(guardian.pid, sleeper.pid, seconds)
            finally:
                guardian.terminate()
                sleeper.kill()
                await guardian.wait()
                await sleeper.wait()


async def _watch(guardian: int, sleeper: int, seconds: float) -> None:
    pids = {
        "runner": child(guardian),
        "guardian": guardian,
        "a sleeping Python": sleeper,
    }
    before = {name: cost(pid)[1] for name, pid in pids.items()}
    await asyncio.sleep(seconds)
    memory = cpu = 0.0
    for name, pid in pids.items():
        resident, spent = cost(pid)
        share = (spent - before[name]) / seconds * 100
        print(f"{name:18} {resident:6.1f} MB resident   {share:5.2f} % of a core")
        if pid != sleeper:
            memory, cpu = memory + resident, cpu + share
    goal("runner and guardian, resident", memory, 60, "MB")
    goal("runner and guardian, CPU", cpu, 1, "% of a core")


if __name__ == "__main__":
    asyncio.run(main())
    finish()
