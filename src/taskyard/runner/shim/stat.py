"""`coder stat cpu|mem|disk`: what the workspace uses, of its own limits or of the host."""

import argparse
import json
import os
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from typing_extensions import override

from taskyard.runner.shim.call import fail

__all__ = ["Usage", "cpu", "main", "memory"]

SAMPLE_SECONDS: Final = 0.2
GIBIBYTE: Final = 1 << 30
#: cgroup v1 says "no limit" with a number near 2^63.
_UNLIMITED: Final = 1 << 60


class Usage(NamedTuple):
    """Part of a whole; no total = not limited."""

    used: float
    total: float | None
    unit: str

    @override
    def __str__(self) -> str:
        if not self.total:
            return f"{self.used:.2f} {self.unit}"
        share = self.used / self.total * 100
        return f"{self.used:.2f}/{self.total:.2f} {self.unit} ({share:.0f}%)"


def main(arguments: Sequence[str]) -> int:
    """Print one line, or JSON `{used, total, unit}`."""
    options = _parser().parse_args(arguments)
    root = Path("/")
    try:
        match options.what:
            case "cpu":
                usages = {"cpu": cpu(root, host=options.host)}
            case "mem":
                usages = {"mem": memory(root, host=options.host)}
            case "disk":
                usages = {"disk": _disk(options.path)}
            case _:
                usages = {
                    "cpu": cpu(root, host=False),
                    "mem": memory(root, host=False),
                    "disk": _disk("/"),
                }
    except (OSError, ValueError, IndexError, KeyError) as exc:
        fail(f"cannot measure {options.what or 'usage'}: {exc}")
    _show(usages, as_json=options.output == "json", single=bool(options.what))
    return 0


def cpu(root: Path, *, host: bool, sample_seconds: float = SAMPLE_SECONDS) -> Usage:
    """Cores in use, averaged over a short sample."""
    group = None if host else _group(root)
    before, began = _cpu_seconds(root, group), time.monotonic()
    time.sleep(sample_seconds)  # noqa: TID251 - a command without an event loop
    used = (_cpu_seconds(root, group) - before) / (time.monotonic() - began)
    return Usage(max(used, 0.0), _cores(group) or float(os.cpu_count() or 1), "cores")


def memory(root: Path, *, host: bool) -> Usage:
    """Memory in use, without what the kernel caches."""
    system = _fields(root / "proc/meminfo")
    total = float(system["MemTotal:"]) * 1024
    used = total - float(system.get("MemAvailable:", "0")) * 1024
    group = None if host else _group(root)
    if group is not None and (measured := _group_memory(group)) is not None:
        used, limit = measured
        total = min(total, limit) if limit else total
    return Usage(used / GIBIBYTE, total / GIBIBYTE, "GiB")


def _disk(path: str) -> Usage:
    measured = shutil.disk_usage(Path(path).expanduser())
    return Usage(measured.used / GIBIBYTE, measured.total / GIBIBYTE, "GiB")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="coder stat", allow_abbrev=False)
    parser.add_argument("what", nargs="?", choices=("cpu", "mem", "disk"))
    parser.add_argument(
        "--host", action="store_true", help="the whole machine, not the workspace"
    )
    parser.add_argument(
        "--path", default="/", help="disk: a path on the filesystem to measure"
    )
    parser.add_argument("--output", "-o", choices=("text", "json"), default="text")
    parser.add_argument(
        "--prefix", default="", help="accepted; the unit is chosen for you"
    )
    return parser


def _show(usages: Mapping[str, Usage], *, as_json: bool, single: bool) -> None:
    if as_json:
        shown = {name: usage._asdict() for name, usage in usages.items()}
        out = next(iter(shown.values())) if single else shown
        sys.stdout.write(json.dumps(out) + "\n")
        return
    for name, usage in usages.items():
        sys.stdout.write(f"{usage}\n" if single else f"{name}: {usage}\n")


class _Group(NamedTuple):
    """Where the control group of this process is, and of which kind."""

    version: int
    cpu: Path
    memory: Path


def _group(root: Path) -> _Group | None:
    """The group, as seen from inside; None where there is none to be read."""
    base = root / "sys/fs/cgroup"
    own: dict[str, str] = {}
    try:
        lines = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:
        return None
    for line in lines:
        _, controllers, path = line.split(":", 2)
        for controller in controllers.split(","):
            own[controller] = path.lstrip("/")
    if (base / "cgroup.controllers").exists():
        folder = _existing(base / own.get("", ""), base, "cpu.stat")
        return _Group(2, folder, folder)
    cpu_folder = _existing(
        base / "cpu,cpuacct" / own.get("cpu", ""), base / "cpu", "cpuacct.usage"
    )
    memory_folder = _existing(
        base / "memory" / own.get("memory", ""),
        base / "memory",
        "memory.usage_in_bytes",
    )
    return _Group(1, cpu_folder, memory_folder)


def _existing(folder: Path, fallback: Path, name: str) -> Path:
    """Inside a cgroup namespace the path of /proc is not below the mount."""
    return folder if (folder / name).exists() else fallback


def _cpu_seconds(root: Path, group: _Group | None) -> float:
    if group is not None:
        try:
            if group.version == 2:  # noqa: PLR2004 - cgroup v2
                return float(_fields(group.cpu / "cpu.stat")["usage_usec"]) / 1e6
            return float((group.cpu / "cpuacct.usage").read_text()) / 1e9
        except (OSError, KeyError, ValueError):
            pass
    numbers = [
        int(n) for n in (root / "proc/stat").read_text().split("\n", 1)[0].split()[1:9]
    ]
    idle = numbers[3] + numbers[4]
    return (sum(numbers) - idle) / os.sysconf("SC_CLK_TCK")


def _cores(group: _Group | None) -> float | None:
    if group is None:
        return None
    try:
        if group.version == 2:  # noqa: PLR2004 - cgroup v2
            quota, period = (group.cpu / "cpu.max").read_text().split()
        else:
            quota = (group.cpu / "cpu.cfs_quota_us").read_text().strip()
            period = (group.cpu / "cpu.cfs_period_us").read_text().strip()
        return float(quota) / float(period) if quota not in ("max", "-1") else None
    except (OSError, ValueError):
        return None


def _group_memory(group: _Group) -> tuple[float, float | None] | None:
    names = (
        ("memory.current", "memory.max", "inactive_file")
        if group.version == 2  # noqa: PLR2004 - cgroup v2
        else ("memory.usage_in_bytes", "memory.limit_in_bytes", "total_inactive_file")
    )
    try:
        used = float((group.memory / names[0]).read_text())
        limit = (group.memory / names[1]).read_text().strip()
        cache = float(_fields(group.memory / "memory.stat").get(names[2], "0"))
    except (OSError, ValueError):
        return None
    bounded = limit != "max" and int(limit) < _UNLIMITED
    return max(used - cache, 0.0), float(limit) if bounded else None


def _fields(path: Path) -> dict[str, str]:
    lines = (line.split() for line in path.read_text().splitlines())
    return {words[0]: words[1] for words in lines if len(words) > 1}
