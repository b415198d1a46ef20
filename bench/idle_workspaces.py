"""Many idle workspaces: how fast they start, what each costs while nothing happens.

    python bench/idle_workspaces.py [COUNT]

Prints ratios against bare bubblewrap with the same walls but no supervisor, no limits and
no doors, measured in the same run. Sandboxes only: no server, no runner, no agent.
"""

import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from uuid import UUID, uuid4

from _cost import cpu_seconds

from taskyard.provisioner.isolation.bubblewrap import BubblewrapIsolation
from taskyard.provisioner.isolation.spec import Limits, Sandbox, SandboxSpec
from taskyard.provisioner.isolation.toolchain import bwrap_candidates

_BARE = [
    "--unshare-all", "--die-with-parent", "--ro-bind", "/usr", "/usr",
    "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64",
    "--symlink", "usr/bin", "/bin", "--proc", "/proc", "--dev", "/dev",
    "--tmpfs", "/tmp",  # noqa: S108 - inside
]  # fmt: skip
_REST_SECONDS = 5.0


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    with tempfile.TemporaryDirectory() as name:
        data = Path(name)
        isolation = BubblewrapIsolation(data, data / "agents")
        print(isolation.probe().isolation)
        program = str(bwrap_candidates()[0].path)
        bare = [_bare(program) for _ in range(20)]
        made: list[tuple[Sandbox, float]] = []
        try:
            made = [_timed(isolation, data) for _ in range(count)]
            _report(made, bare)
        finally:
            stops = [_stopped(isolation, sandbox.id) for sandbox, _ in made]
        print(f"stop p50      {statistics.median(stops) * 1000:7.1f} ms")


def _bare(program: str) -> float:
    started = time.perf_counter()
    _ = subprocess.run([program, *_BARE, "true"], check=True, timeout=30)
    return time.perf_counter() - started


def _timed(isolation: BubblewrapIsolation, data: Path) -> tuple[Sandbox, float]:
    spec = SandboxSpec(
        id=uuid4(),
        workspace_id=uuid4(),
        hostname="bench",
        command=("sleep", "100000"),
        environment={},
        home=data / "volumes" / uuid4().hex,
        limits=Limits(memory_bytes=1 << 30, pids=200, cpus=1),
        egress=("domain=registry.npmjs.org", "domain=pypi.org"),
        access_url="http://127.0.0.1:7080",
        server_address="127.0.0.1:1",
    )
    started = time.perf_counter()
    return isolation.create(spec), time.perf_counter() - started


def _stopped(isolation: BubblewrapIsolation, sandbox_id: UUID) -> float:
    started = time.perf_counter()
    isolation.forget(sandbox_id)
    return time.perf_counter() - started


def _report(made: list[tuple[Sandbox, float]], bare: list[float]) -> None:
    pids = [sandbox.supervisor_pid for sandbox, _ in made]
    before = sum(cpu_seconds(pid) for pid in pids)
    _ = subprocess.run(["sleep", str(_REST_SECONDS)], check=True)
    busy = sum(cpu_seconds(pid) for pid in pids) - before
    start = statistics.median(seconds for _, seconds in made)
    floor = statistics.median(bare)
    print(f"workspaces    {len(made):7d}    limits through {made[0][0].limits}")
    print(
        f"start p50     {start * 1000:7.1f} ms = {start / floor:.1f} x bare bubblewrap"
    )
    print(f"bare p50      {floor * 1000:7.1f} ms")
    for name in ("Rss", "Pss", "Private_Dirty"):
        sizes = [_memory(pid, name) for pid in pids]
        print(f"{name:13} {statistics.median(sizes) / 1024:7.1f} MB a supervisor")
    share = busy / _REST_SECONDS / len(pids)
    print(f"cpu at rest   {share * 100:7.3f} % of a core a supervisor")


def _memory(pid: int, name: str) -> int:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    found = re.search(rf"^{name}: +(\d+)", text, re.MULTILINE)
    assert found is not None
    return int(found[1])


if __name__ == "__main__":
    main()
